"""Passages that answer a question: by meaning, by words, or both.

`search` is the story: `candidates` (dense, lexical, fused by reciprocal ranks, refined by feedback), an optional
cross-encoder, near-duplicates left out, words marked, and the features that a confidence is made of.
"""

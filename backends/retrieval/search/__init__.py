"""Passages that answer a question: by meaning, by words, or both.

`search` is the story: `candidates` (dense, lexical, fused by reciprocal ranks, refined by feedback), an optional
cross-encoder, repetitions left out, words marked, and the features that a confidence is made of.
"""

"""How the passages of a document were made, as a short text: another one means that they are to be made anew."""

from __future__ import annotations

from backends.retrieval.chunking.chunk import ChunkSize
from backends.retrieval.index.embedded import FORM
from backends.retrieval.index.records import CollectionOptions

CONTEXT_TOKENS = 50  # about as many as `embedded.MOST_CONTEXT` characters have


def effective_size(options: CollectionOptions, max_tokens: int) -> ChunkSize:
    """The chunk size whose passages a model can see whole, with the title and headings in front of them.

    >>> effective_size(CollectionOptions(ChunkSize(500, 300)), max_tokens=254)
    ChunkSize(tokens=204, overlap=102)
    """
    tokens = max(1, min(options.size.tokens, max_tokens - min(CONTEXT_TOKENS, max_tokens // 4)))
    return ChunkSize(tokens, min(options.size.overlap, tokens // 2))


def layout(options: CollectionOptions, max_tokens: int) -> str:
    """What decides how a document is cut and analysed.

    >>> layout(CollectionOptions(), max_tokens=254)
    '200/30/english/1'
    """
    size = effective_size(options, max_tokens)
    return f"{size.tokens}/{size.overlap}/{options.language}/{FORM}"

"""How the passages of a document were made, as a short text: another one means that they are to be made anew."""

from __future__ import annotations

from backends.retrieval.chunking.chunk import ChunkSize
from backends.retrieval.index.embedded import FORM
from backends.retrieval.index.records import CollectionOptions

# Of the title and headings in front of a passage. Longer ones push its tail out of the model's sight, which the overlap
# brings into that of the next passage; room for the longest (about 50) makes every passage shorter, and nDCG@10 on
# Cranfield is 0.407 then instead of 0.416.
CONTEXT_TOKENS = 14


def effective_size(options: CollectionOptions, max_tokens: int) -> ChunkSize:
    """The chunk size whose passages a model can see whole, with a title of usual length in front of them.

    >>> effective_size(CollectionOptions(ChunkSize(500, 300)), max_tokens=254)
    ChunkSize(tokens=240, overlap=120)
    """
    tokens = max(1, min(options.size.tokens, max_tokens - min(CONTEXT_TOKENS, max_tokens // 4)))
    return ChunkSize(tokens, min(options.size.overlap, tokens // 2))


def layout(options: CollectionOptions, max_tokens: int) -> str:
    """What decides how a document is cut and analysed.

    >>> layout(CollectionOptions(), max_tokens=254).rpartition("/")[0]
    '240/30/english'
    """
    from backends.retrieval.search.analysis import ANALYSIS

    size = effective_size(options, max_tokens)
    return f"{size.tokens}/{size.overlap}/{options.language}/{FORM}.{ANALYSIS}"

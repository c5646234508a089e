"""A document cut into passages that are found and cited.

Document + ChunkSize + the embedding model's tokens ──split──▶ (Chunk, …), each an exact slice of the document's text;
together they are all of it. `sentences` gives the sentences of any text as spans that tile it.

The way: `section` (what no chunk reaches across: pages, headings, rows) → `sentence` (where a section may be
cut) → `measure` (how many tokens a slice has) → `splitting`; `graphemes` keeps characters whole.
"""

from backends.retrieval.chunking.chunk import Chunk, ChunkSize
from backends.retrieval.chunking.sentence import sentences
from backends.retrieval.chunking.splitting import split

__all__ = ["Chunk", "ChunkSize", "sentences", "split"]

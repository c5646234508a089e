"""One file to a `Document`: its text, and where the pages, headings, paragraphs and rows are in it.

The way of a file: `formats` (the content decides, the name has to agree) → a reader per format (`plain`, `markdown`,
`html`, `docx`, `rows`, `pdf`) → `drafting`, which puts the blocks together so that their positions are right by
construction. Text files and Markdown are stored as written; the others as a reader sees them. For files of strangers,
`apart` has another process do all that.
"""

from backends.retrieval.documents.apart import end_reading, read_apart
from backends.retrieval.documents.document import Block, BlockKind, Document, Page
from backends.retrieval.documents.formats import FORMATS
from backends.retrieval.documents.reader import read
from backends.retrieval.documents.unreadable import Reason, Unreadable

__all__ = [
    "FORMATS",
    "Block",
    "BlockKind",
    "Document",
    "Page",
    "Reason",
    "Unreadable",
    "end_reading",
    "read",
    "read_apart",
]

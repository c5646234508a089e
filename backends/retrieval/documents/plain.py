"""Plain text: paragraphs stand between blank lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backends.retrieval.documents.cleaning import decoded_text
from backends.retrieval.documents.document import Block, Document
from backends.retrieval.documents.unreadable import empty, too_much_text
from backends.settings import Settings

_LINE = re.compile(r"[^\n]+")


def read_text(data: bytes, name: str, settings: Settings) -> Document:
    """A document of the text as it stands in the file.

    >>> read_text(b"One\\nline.\\n\\nTwo.\\n", "a.txt", Settings()).blocks
    (Block(kind='paragraph', start=0, end=9, level=0), Block(kind='paragraph', start=11, end=15, level=0))
    """
    text, notes = stored_text(data, name, settings)
    return Document(name, "txt", text, blocks=tuple(paragraphs(text)), notes=notes)


def stored_text(data: bytes, name: str, settings: Settings) -> tuple[str, tuple[str, ...]]:
    """The text of a file that is stored as it is, and notes on its encoding. Raises Unreadable by its length."""
    text, notes = decoded_text(data)
    if not text.strip():
        raise empty(name)
    if len(text) > settings.max_document_characters:
        raise too_much_text(name, settings.max_document_characters)
    return text, notes


def paragraphs(text: str) -> Iterator[Block]:
    """Runs of lines that are not blank, from the first visible character to the last."""
    start, end = -1, 0
    for line in _LINE.finditer(text):
        visible = line.group().strip()
        if not visible:
            continue
        first = line.start() + line.group().index(visible)
        if start >= 0 and text.count("\n", end, first) > 1:
            yield Block("paragraph", start, end)
            start = -1
        start = first if start < 0 else start
        end = first + len(visible)
    if start >= 0:
        yield Block("paragraph", start, end)

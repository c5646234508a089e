"""What is written for a document: its passages with all that is derived from them, made before the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from backends.errors import WorkbenchError
from backends.retrieval.chunking.chunk import Chunk
from backends.retrieval.documents.document import Document
from backends.retrieval.index.embedded import context, embedded_text, text_hash

MOST_TAGS = 50
LONGEST_TAG = 60  # characters
Span = tuple[int, int]


class Changed(WorkbenchError):  # noqa: N818 - what happened, in the words of its message
    """Somebody else was faster: what was to be written rests on a version that is not the present one any more."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} was changed or deleted meanwhile.", "Load it again and repeat the change.")


@dataclass(frozen=True)
class Facts:
    """What is known of a document besides its text and its passages."""

    digest: str = ""  # SHA-256 of the file's bytes
    identity: str = ""  # of the embedding model that made the vectors
    layout: str = ""  # how the passages were cut: see `layout.layout`
    tags: tuple[str, ...] | None = None  # None keeps those of the document that is replaced
    date: date | None = None  # None keeps that of the document that is replaced
    origin: str = "file"  # of the text: "file", "edit", "restored"; "layout" is the same text cut anew, no new version
    expected: int | None = None  # the version that this was made from; another one meanwhile is an error
    off: tuple[Span, ...] | None = None  # spans that stay switched off; None: passages that say the same stay off


@dataclass(frozen=True)
class Passage:
    """One chunk with its text, and what is searched of it."""

    chunk: Chunk
    text: str
    hash: bytes  # of the embedded text
    head: str  # analysed title and headings
    body: str  # analysed text


def passages(document: Document, chunks: Sequence[Chunk], language: str) -> tuple[Passage, ...]:
    """The chunks of a document with all that is written for them.

    Raises WorkbenchError for text that cannot be stored.
    """
    try:
        document.text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise WorkbenchError(
            f"The text of {document.name!r} holds half a character at position {error.start}.",
            hint="Save it as UTF-8 and add it again.",
        ) from error
    return tuple(_passage(document, chunk, language) for chunk in chunks)


def embedded_texts(document: Document, chunks: Sequence[Chunk]) -> list[str]:
    """What is given to the embedding model, one text per chunk."""
    return [embedded_text(document.title, chunk.headings, document.text[chunk.start : chunk.end]) for chunk in chunks]


def as_blobs(vectors: np.ndarray | None, count: int) -> list[bytes | None]:
    """The vectors as they are stored: little-endian float32. All None where there are none.

    Raises ValueError unless there is one row for each of `count` passages.
    """
    if vectors is None:
        return [None] * count
    if vectors.ndim != 2 or len(vectors) != count:
        raise ValueError(f"{vectors.shape} vectors for {count} passages")
    return [row.tobytes() for row in np.ascontiguousarray(vectors, dtype="<f4")]


def checked_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags without white space around them, each once, in order of the alphabet.

    >>> checked_tags([" b ", "a", "b", ""])
    ('a', 'b')

    Raises WorkbenchError for too many or too long ones.
    """
    kept = tuple(sorted({" ".join(tag.split()) for tag in tags} - {""}))
    longest = max(kept, key=len, default="")
    if len(kept) > MOST_TAGS or len(longest) > LONGEST_TAG:
        what = f"{len(kept)} tags" if len(kept) > MOST_TAGS else f"The tag {longest[:LONGEST_TAG]!r}…"
        raise WorkbenchError(
            f"{what} cannot be kept.", hint=f"Give at most {MOST_TAGS} tags of at most {LONGEST_TAG} characters."
        )
    return kept


def switched_off(spans: Sequence[Span], chunks: Sequence[Chunk]) -> set[int]:
    """Which chunks lie at least half in spans that are switched off, by position.

    >>> switched_off([(0, 10)], [Chunk(0, 8, 2), Chunk(8, 30, 5)])
    {0}
    """
    return {
        position
        for position, chunk in enumerate(chunks)
        if spans and 2 * _covered(spans, chunk) >= max(1, chunk.end - chunk.start)
    }


def _covered(spans: Sequence[Span], chunk: Chunk) -> int:
    """Characters of the chunk that lie in any of the spans."""
    covered, upto = 0, chunk.start
    for start, end in sorted(spans):
        start, end = max(start, upto), min(end, chunk.end)
        if end > start:
            covered, upto = covered + end - start, end
    return covered


def _passage(document: Document, chunk: Chunk, language: str) -> Passage:
    from backends.retrieval.search.analysis import analysed

    text = document.text[chunk.start : chunk.end]
    embedded = embedded_text(document.title, chunk.headings, text)
    head = context(document.title, chunk.headings, text)
    return Passage(chunk, text, text_hash(embedded), analysed(head, language), analysed(text, language))

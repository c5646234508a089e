"""Headings that were found by their look: whether they are any, and how far down each reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from backends.retrieval.documents.document import BlockKind

LOWEST = 6
_LEAST_LETTERS = 2
_CODE = re.compile(r"(?=\S*\d)[\w.:/-]{12,}$")  # one token, long, with digits: an identifier or a digest
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+\S")
_FRONT = re.compile(
    r"(abstract|summary|executive summary|contents|table of contents|acknowledge?ments|keywords|zusammenfassung"
    r"|kurzfassung|inhalt|inhaltsverzeichnis|résumé|resumen|riassunto|sommaire|índice)[.:—]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Piece:
    """A block to be: its kind, its text on one line, and its level if it is a heading."""

    kind: BlockKind
    text: str
    level: int = 0


def has_words(text: str) -> bool:
    """Can this be a heading? It needs letters, and must not be one long token such as an identifier.

    >>> has_words("Results"), has_words("Part 2"), has_words("47,698"), has_words("d666f1f7-46cb-42bd-9a39")
    (True, True, False, False)
    """
    return sum(map(str.isalpha, text)) >= _LEAST_LETTERS and not is_code(text)


def is_code(text: str) -> bool:
    """Is this one long token with digits, such as an identifier or a digest? It names no part of a text.

    >>> is_code("49e168b7-d2ae-407f-a055-2167576f39a1"), is_code("2024"), is_code("Straßenverkehrsordnung")
    (True, False, False)
    """
    return _CODE.match(text.strip()) is not None


def leveled(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces with levels that agree with the numbers of the headings.

    "2.1" is below "2", of whatever size both are. What stands before the text itself, such as an abstract, is ended
    by every later heading, so it has the lowest level; where no heading follows it would reach over the whole
    document, so it is a paragraph.

    >>> found = [Piece("heading", "Abstract", 1), Piece("heading", "1 Tea", 2), Piece("heading", "1.1 Green", 2)]
    >>> [piece.level for piece in leveled(found)], [piece.kind for piece in leveled(found[:1])]
    ([6, 2, 3], ['paragraph'])
    """
    last = max((at for at, piece in enumerate(pieces) if piece.kind == "heading"), default=-1)
    base = min((piece.level for piece in pieces if _depth(piece) == 1), default=0)
    for at, piece in enumerate(pieces):
        if piece.kind != "heading":
            yield piece
        elif _FRONT.match(piece.text):
            yield replace(piece, level=LOWEST) if at < last else Piece("paragraph", piece.text)
        else:
            deeper = base + _depth(piece) - 1 if base and _depth(piece) > 1 else 0
            yield replace(piece, level=min(max(piece.level, deeper), LOWEST))


def _depth(piece: Piece) -> int:
    """How many numbers a numbered heading begins with, 0 for another piece."""
    found = _NUMBERED.match(piece.text) if piece.kind == "heading" else None
    return found.group(1).count(".") + 1 if found else 0

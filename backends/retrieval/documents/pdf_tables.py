"""Rows of tables in a PDF: where one cell ends and the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from backends.retrieval.documents.pdf_columns import CELL_GAP, LEADER, Line, Span
from backends.retrieval.documents.pdf_words import Word

CELL = " | "
_STRIP = 0.7  # sizes of the font: a strip without text through all rows of a table divides its columns
_LEAST_ROWS = 3  # that say where the strips are


def strips_of(rows: Sequence[Line]) -> list[Span]:
    """The strips, from left to right, that no word of any of these rows crosses; none where the rows are too few."""
    if len(rows) < _LEAST_ROWS:
        return []
    strips: list[Span] = []
    reach = float("inf")
    for word in sorted((word for row in rows for word in row.words), key=lambda word: word.left):
        if word.left - reach >= _STRIP * word.size:
            strips.append((reach, word.left))
        reach = max(reach, word.right) if reach < float("inf") else word.right
    return strips


def cells_of(row: Line, strips: Sequence[Span] = ()) -> list[str]:
    """The texts of the cells: divided at wide gaps, at dots that lead the eye, and at the strips of the table."""
    cells: list[list[str]] = [[row.words[0].text]]
    for before, word in pairwise(row.words):
        if LEADER.match(word.text):
            continue
        if _divides(before, word, strips):
            cells.append([])
        cells[-1].append(word.text)
    return [" ".join(cell) for cell in cells]


def _divides(before: Word, word: Word, strips: Sequence[Span]) -> bool:
    size = max(before.size, word.size, 1.0)
    gap = word.left - before.right
    if LEADER.match(before.text) or gap > CELL_GAP * size:
        return True
    return gap >= _STRIP * size and any(before.right <= left and right <= word.left for left, right in strips)

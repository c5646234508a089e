"""What stands around the text of a page: running headers, page numbers, imprints at the side, and footnotes.

Files hold them wherever the program that wrote them put them, often in the middle of a sentence that goes on in the
next column. They are kept, but before or behind the text of their page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from backends.retrieval.documents.pdf_columns import Line

_REPEATS = 3  # pages that a running line has to be on
_MOST_RUNNING = 8  # lines of a page; where more repeat, the pages are copies of one form
_GRID = 4.0  # points: a line at the same place differs by less than that from page to page
_NEAR = 0.4  # sizes of the font, at least, between a running line and the text
_CELLS, _NEAR_CELLS = 3, 1.0  # the same for a line of so many cells, which may be the head of a table
_BESIDE = 0.8  # of the size of the body: a line at the side; larger ones may be a column
_SMALLER = 0.95  # of the size of the body: the text of a footnote
_RAISED = 0.8  # of the size of the line: the number of a footnote
_SAME = 0.5  # points between the sizes of lines of one note
_STEP = 1.6  # sizes of the font between the lines of one note
_MOST_MARKS = 200  # on a page, so that the time is bounded; a page with more has no notes
_MARK = re.compile(r"(\d{1,3}|[*†‡§¶]{1,3})[.)]?$")
_NUMBERS = re.compile(r"\d+")

Key = tuple[str, str, int]


@dataclass(frozen=True)
class Parted:
    """The lines of a page by what they are for, each in the order of reading."""

    above: tuple[Line, ...]
    text: tuple[Line, ...]
    notes: tuple[Line, ...]
    around: tuple[Line, ...]  # below the text and beside it


def parted(pages: Sequence[Sequence[Line]], body: float) -> Iterator[Parted]:
    """Every page parted; `body` is the size of most characters of the document.

    A running line has the same words, numbers apart, at the same place on at least three pages, and all other text on
    one side. A footnote begins with a raised number, is smaller than the body, and has nothing but notes below it in
    its column.
    """
    keys = [[_keys(line, body) for line in lines] for lines in pages]
    seen = Counter(key for page in keys for key in set(chain.from_iterable(page)))
    noted = False
    for lines, page in zip(pages, keys, strict=True):
        running = _running(lines, [any(seen[key] >= _REPEATS for key in own) for own in page], body)
        inner = [line for line, outer in zip(lines, running, strict=True) if not outer]
        notes = _notes(inner, body, noted)
        noted = noted or bool(notes)
        top = max((_top(line) for line in inner), default=0.0)
        outside = [line for line, outer in zip(lines, running, strict=True) if outer]
        yield Parted(
            tuple(line for line in outside if inner and line.bottom >= top - 0.5 * line.size),
            tuple(line for line in inner if id(line) not in notes),
            tuple(line for line in inner if id(line) in notes),
            tuple(line for line in outside if not inner or line.bottom < top - 0.5 * line.size),
        )


def is_note(line: Line) -> bool:
    """Does it begin with a raised number or sign?"""
    first = line.words[0]
    return len(line.words) > 1 and first.size < _RAISED * line.size and bool(_MARK.match(first.text))


def _keys(line: Line, body: float) -> list[Key]:
    """The words without numbers, and the place; twice, so that places on both sides of a grid line still meet.

    Text up the side of a page begins at any height, so a small line counts by its distance from the left as well.
    """
    text = "".join(_NUMBERS.sub("", line.text).split())
    small = bool(text) and line.size <= _BESIDE * body
    places = (("height", line.bottom), ("left", line.left))[: 1 + small]
    return [(axis + side, text, int(at // _GRID)) for axis, place in places
            for side, at in (("", place), ("+", place + _GRID / 2))]  # fmt: skip


def _running(lines: Sequence[Line], repeated: Sequence[bool], body: float) -> list[bool]:
    """Which repeated lines are outside the text: those inside join it, until no more do."""
    outer = [again and line.size <= 1.12 * body for line, again in zip(lines, repeated, strict=True)]
    while any(outer):
        inner = [line for line, is_outer in zip(lines, outer, strict=True) if not is_outer]
        if len(lines) - len(inner) > _MOST_RUNNING:
            return [False] * len(lines)
        if not inner:
            break
        edges = (min(line.left for line in inner), min(line.bottom for line in inner),
                 max(line.right for line in inner), max(_top(line) for line in inner))  # fmt: skip
        kept = [is_outer and _is_outside(line, edges, body) for line, is_outer in zip(lines, outer, strict=True)]
        if kept == outer:
            break
        outer = kept
    return outer


def _is_outside(line: Line, edges: tuple[float, float, float, float], body: float) -> bool:
    left, bottom, right, top = edges
    half = 0.5 * line.size
    apart = max(line.bottom - top, bottom - _top(line))
    near = _NEAR if line.cells < _CELLS else _NEAR_CELLS
    beside = line.right <= left + half or line.left >= right - half
    return apart > near * line.size or (beside and line.size <= _BESIDE * body)


def _top(line: Line) -> float:
    return max(word.top for word in line.words)


def _notes(lines: Sequence[Line], body: float, before: bool) -> frozenset[int]:
    """The lines, by `id`, of footnotes; where notes came `before`, also of one that goes on without a number."""
    marks = [line for line in lines if is_note(line) and line.size <= _SMALLER * body]
    found: set[int] = set()
    for mark in sorted(marks, key=lambda line: -line.bottom)[: _MOST_MARKS if len(marks) <= _MOST_MARKS else 0]:
        if id(mark) in found:
            continue
        column = [line for line in lines if line.left < mark.right and line.right > mark.left]
        below = [line for line in column if line.bottom <= mark.bottom]
        if all(line.size <= mark.size + _SAME for line in below):
            found.update(map(id, below))
            found.update(map(id, _carried(column, mark) if before or len(marks) > 1 else ()))
    return frozenset(found)


def _carried(column: Sequence[Line], mark: Line) -> Iterator[Line]:
    """Lines directly above the first note of a column that have its size: the end of a note from the column before."""
    lowest = mark
    for line in sorted(column, key=lambda line: line.bottom):
        if line.bottom <= mark.bottom:
            continue
        if abs(line.size - mark.size) > _SAME or line.bottom - lowest.bottom > _STEP * mark.size:
            return
        lowest = line
        yield line

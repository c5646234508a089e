"""The reading order of a page: the file's own, mended where it goes back and forth between columns.

Many programs write a two-column page row by row; read so, every sentence is mixed with its neighbour's. Columns are
found as in the XY cut (Nagy, Seth & Viswanathan 1992): strips without text between columns of prose. Tables have
such strips too, but short cells beside them, and stay row by row.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from backends.retrieval.documents.pdf_words import Word

_GUTTER, _WIDE_GUTTER = 0.8, 2.0  # widths of the strip between columns, in sizes of the font
_ROWS, _FEW_ROWS = 6, 3  # rows that a strip has to pass: a narrow one, and a wide one
_WORDS = 2.5  # median words of a row of prose in a column
_FULL = 0.75  # of the column's width: a line of prose reaches so far, most of the time
_MOST_STRIPS = 40  # in a row; with more it is no text in columns
_MOST_DEPTH = 4  # columns inside columns
_STRAYING = 0.1  # share of the lines at which the file's own order may come back to a region
_NEAR = 1.0  # sizes of the font between a row and the columns that it belongs to
CELL_GAP = 1.5  # between the cells of a table, in sizes of the font
LEADER = re.compile(r"[.·…_]{3,}$|[.·]{2}$")  # dots between the cells of a row

Span = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """Words that are read together, and the left and right edge of the column that they stand in."""

    words: tuple[Word, ...]
    edges: Span
    region: tuple[int, ...] = ()

    @cached_property
    def text(self) -> str:
        """The words with blanks between them."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def left(self) -> float:
        """Where it starts."""
        return min(word.left for word in self.words)

    @cached_property
    def right(self) -> float:
        """Where it ends."""
        return max(word.right for word in self.words)

    @cached_property
    def bottom(self) -> float:
        """The lower edge of most of its words: raised and lowered ones do not count."""
        return median(word.bottom for word in self.words)

    @cached_property
    def size(self) -> float:
        """The font size of most of its characters."""
        sizes: dict[float, int] = {}
        for word in self.words:
            sizes[word.size] = sizes.get(word.size, 0) + len(word.text)
        return max(sizes, key=lambda size: sizes[size])

    @cached_property
    def sizes(self) -> frozenset[float]:
        """The font sizes of its words, rounded to half points; short ones, such as numbers of notes, apart."""
        return frozenset(round(2 * word.size) / 2 for word in self.words if len(word.text) > 2) or frozenset(
            [round(2 * self.size) / 2]
        )

    @cached_property
    def bold(self) -> bool:
        """Are all words bold?"""
        return all(word.bold for word in self.words)

    @cached_property
    def cells(self) -> int:
        """How many pieces gaps wider than a blank, and dots that lead the eye over one, divide it into."""
        gaps = sum(b.left - a.right > CELL_GAP * max(a.size, b.size, 1) for a, b in pairwise(self.words))
        return 1 + gaps + sum(LEADER.match(word.text) is not None for word in self.words[1:-1])


def in_reading_order(lines: Sequence[Sequence[Word]]) -> list[Line]:
    """Lines of a page, as the file has them, to lines in the order in which people read them."""
    words = [word for line in lines for word in line]
    if not words:
        return []
    page = (min(word.left for word in words), max(word.right for word in words))
    places = _places(words, page)
    if not any(len(place) > 1 for place, _ in places.values()):
        return [Line(tuple(line), page) for line in lines]
    pieces = [piece for line in lines for piece in _cut(line, places)]
    visits = 1 + sum(a.region != b.region for a, b in pairwise(pieces))
    if visits - len({piece.region for piece in pieces}) <= max(2, _STRAYING * len(pieces)):
        return pieces
    return sorted(pieces, key=lambda piece: piece.region)  # stable: inside a region the file's order stays


def _cut(line: Sequence[Word], places: dict[int, tuple[tuple[int, ...], Span]]) -> list[Line]:
    """A line that the file has in one piece, cut where it passes into another region."""
    pieces: list[list[Word]] = []
    for word in line:
        if pieces and places[id(pieces[-1][-1])][0] == places[id(word)][0]:
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return [Line(tuple(piece), places[id(piece[0])][1], places[id(piece[0])][0]) for piece in pieces]


def _places(words: Sequence[Word], edges: Span, depth: int = 0) -> dict[int, tuple[tuple[int, ...], Span]]:
    """For every word (by `id`) its region, as the numbers of the nested bands and columns, and the region's edges."""
    em = median(word.size for word in words) or 1.0
    bands = _bands(_rows(words), em)
    columns = [_columns(rows, em) for rows in bands]
    _gather(bands, columns, em)
    places: dict[int, tuple[tuple[int, ...], Span]] = {}
    plain = 0
    for number, (rows, strips) in enumerate(zip(bands, columns, strict=True)):
        if not strips:
            plain = plain if number and not columns[number - 1] else number
            places |= {id(word): ((plain,), edges) for row in rows for word in row}
            continue
        for at, column in enumerate(_divided([word for row in rows for word in row], strips)):
            own = (min(word.left for word in column), max(word.right for word in column))
            inner = _places(column, own, depth + 1) if depth < _MOST_DEPTH else {}
            nested = len({place for place, _ in inner.values()}) > 1
            for word in column:
                place, span = inner[id(word)] if nested else ((), own)
                places[id(word)] = ((number, at, *place), span)
    return places


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words on the same height, from the top of the page; the middle halves of their boxes have to touch."""
    rows: list[list[Word]] = []
    floor = 0.0
    for word in sorted(words, key=lambda word: -(word.top + word.bottom)):
        quarter = (word.top - word.bottom) / 4
        if rows and word.top - quarter > floor:
            rows[-1].append(word)
            floor = min(floor, word.bottom + quarter)
        else:
            rows.append([word])
            floor = word.bottom + quarter
    return rows


def _occupied(spans: Sequence[Span], gap: float) -> list[Span]:
    """Spans joined where less than `gap` is between them."""
    joined: list[Span] = []
    for left, right in sorted(spans):
        if joined and left - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], max(right, joined[-1][1]))
        else:
            joined.append((left, right))
    return joined if len(joined) <= _MOST_STRIPS else [(joined[0][0], joined[-1][1])]


def _bands(rows: Sequence[Sequence[Word]], em: float) -> list[list[Sequence[Word]]]:
    """Rows that follow each other and share a strip without text, or that all have none."""
    bands: list[list[Sequence[Word]]] = []
    taken: list[Span] = []
    for row in rows:
        own = _occupied([(word.left, word.right) for word in row], _GUTTER * em)
        both = _occupied([*taken, *own], _GUTTER * em)
        if bands and (len(both) > 1 or len(taken) == len(own) == 1):
            bands[-1].append(row)
            taken = both
        else:
            bands.append([row])
            taken = own
    return bands


def _columns(rows: Sequence[Sequence[Word]], em: float) -> list[float]:
    """The middles of the strips of a band if it is prose in columns, else nothing."""
    words = [word for row in rows for word in row]
    taken = _occupied([(word.left, word.right) for word in words], _GUTTER * em)
    gaps = [(before[1], after[0]) for before, after in pairwise(taken)]
    if not gaps:
        return []
    least = _FEW_ROWS if min(right - left for left, right in gaps) >= _WIDE_GUTTER * em else _ROWS
    middles = [(left + right) / 2 for left, right in gaps]
    prose = sum(_is_prose(_rows(column), least) for column in _divided(words, middles))
    return middles if prose > 1 else []


def _gather(bands: list[list[Sequence[Word]]], columns: list[list[float]], em: float) -> None:
    """Give columns the rows just above them that stand in one column only, and so looked like rows without columns."""
    for number, strips in enumerate(columns):
        above = bands[number - 1] if number and strips and not columns[number - 1] else []
        while above and _fits(above[-1], bands[number][0], strips, em):
            bands[number].insert(0, above.pop())


def _fits(row: Sequence[Word], below: Sequence[Word], strips: Sequence[float], em: float) -> bool:
    """Is a row close to the one below it, and on one side of every strip?"""
    distance = min(word.bottom for word in row) - max(word.top for word in below)
    left, right = min(word.left for word in row), max(word.right for word in row)
    return distance < _NEAR * em and not any(left < strip < right for strip in strips)


def _divided(words: Sequence[Word], middles: Sequence[float]) -> list[list[Word]]:
    columns: list[list[Word]] = [[] for _ in range(len(middles) + 1)]
    for word in words:
        columns[bisect_left(middles, word.middle)].append(word)
    return [column for column in columns if column]


def _is_prose(rows: Sequence[Sequence[Word]], least: int) -> bool:
    """Enough rows, of enough words, most of which fill the column."""
    if len(rows) < least or median(map(len, rows)) < _WORDS:
        return False
    left = min(word.left for row in rows for word in row)
    right = max(word.right for row in rows for word in row)
    full = sum(max(word.right for word in row) - left >= _FULL * (right - left) for row in rows)
    return 2 * full >= len(rows)

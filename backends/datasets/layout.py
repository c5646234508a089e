"""Where a table starts in its file: preamble, header rows, width."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from backends.datasets.cells import cell_type, typed

Row = Sequence[str]
MOST_HEADER_ROWS = 4
LONGEST_PREAMBLE = 50
LOOKED_AT = 100  # rows under the header that vote


@dataclass(frozen=True)
class Layout:
    """`skip` records of preamble, then `header_rows`, then the data; each of `width` cells."""

    skip: int
    header_rows: int
    width: int
    shifted: bool = False  # the rows start with a cell more than the header has (row names)


def find_layout(rows: Sequence[Row], skip: int | None = None, header_rows: int | None = None) -> Layout:
    """The layout of a table whose first records are `rows` (blank lines left out).

    `skip` and `header_rows`, when given, are taken as they are.

    >>> find_layout([["Sales 2020"], ["name", "age"], ["Ann", "31"], ["Bob", "24"]])
    Layout(skip=1, header_rows=1, width=2, shifted=False)
    """
    rows = [list(row) for row in rows]
    if not rows:
        return Layout(0, 0, 0)
    start = _preamble(rows) if skip is None else skip
    table = rows[start:]
    if not table:
        return Layout(start, 0, 0)
    header = _header_rows(table) if header_rows is None else min(header_rows, len(table))
    width, shifted = _width(table, header)
    return Layout(start, header, width, shifted)


def usual_width(widths: Sequence[int], share: float = 0.95) -> int:
    """The smallest width that holds at least `share` of the rows.

    >>> usual_width([3] * 99 + [7]), usual_width([2, 4, 2])
    (3, 4)
    """
    ordered = sorted(widths)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _modal_width(rows: Sequence[Row]) -> int:
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width))


def _filled(row: Row) -> list[str]:
    return [cell for cell in row if cell.strip()]


def _preamble(rows: Sequence[Row]) -> int:
    """How many records stand in front of the table: titles, remarks, rows of nothing but delimiters."""
    width = _modal_width(rows)
    if width < 2:
        return 0
    start = _narrow_front(rows, width)
    while start < min(len(rows) - 1, LONGEST_PREAMBLE) and _outside(rows, start, width):
        start += 1
    if start == 0 or start >= len(rows) - 1:
        return 0
    front = rows[:start]
    looks_like_data = any(typed(cell) for row in front if len(row) >= width for cell in _filled(row))
    separate = any(not _filled(row) for row in front) or all(len(row) < width for row in front)
    if looks_like_data or not (separate or header_votes(rows[start], rows[start + 1 :]).score > 0):
        return 0
    return start


def _narrow_front(rows: Sequence[Row], width: int) -> int:
    """How many records, all narrower than the table, stand in front of a row that plainly names its columns."""
    full = next((at for at, row in enumerate(rows[: LONGEST_PREAMBLE + 1]) if len(row) >= width), 0)
    return full if full and header_votes(rows[full], rows[full + 1 :]).score > 1 else 0


def _outside(rows: Sequence[Row], at: int, width: int) -> bool:
    """Is record `at` no part of a table that is `width` cells wide?"""
    filled = len(_filled(rows[at]))
    if len(rows[at]) >= width:
        return filled <= 1 and width > 1
    if filled <= width // 2:
        return True
    following = rows[at + 1]
    return len(following) >= width and header_votes(following, rows[at + 2 :]).score > 1


class Votes(NamedTuple):
    """How the columns judge a row on top of them: `score` > 0 speaks for a header."""

    score: float
    strong: int  # columns whose values have a type that the row's cell has not


def header_votes(row: Row, body: Sequence[Row]) -> Votes:
    """Each column votes whether `row` names it or belongs to it.

    A word above typed values (numbers, dates, …) speaks for a name, a typed value above typed values
    against, and so does a word that comes again further down.
    """
    body = [line for line in body[:LOOKED_AT] if list(line) != list(row)]
    score, strong = 0.0, 0
    for at, cell in enumerate(row):
        below = [line[at] for line in body if at < len(line) and cell_type(line[at]) != "empty"]
        vote = _vote(cell, below)
        strong += vote >= 1
        score += vote
    return Votes(score, strong)


def _vote(cell: str, below: list[str]) -> float:
    if not below or cell_type(cell) == "empty":
        return 0.0
    types = Counter(cell_type(value) for value in below)
    kind, count = types.most_common(1)[0]
    mostly = count >= 0.75 * len(below) or types["text"] <= 0.2 * len(below)
    if typed(cell) or (mostly and cell_type(cell) == kind != "text"):
        return -1.0 if mostly and kind != "text" and cell_type(cell) == kind else -0.5
    if mostly and kind != "text":
        return 1.0
    if cell in below:
        return -1.0
    return _vote_of_words(cell, below)


def _vote_of_words(cell: str, below: list[str]) -> float:
    """Codes of one pattern (AB_01, AB_02) that the cell does not follow, or does."""
    shapes = {_shape(value) for value in below}
    if len(below) < 2 or len(shapes) > 1 or not any(c.isdigit() for c in below[0]):
        return 0.0
    return -1.0 if _shape(cell) in shapes else 0.6


def _shape(cell: str) -> str:
    return "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in cell)


def is_header(row: Row, body: Sequence[Row]) -> bool:
    """Does `row` name the columns of `body`?

    >>> is_header(["id", "1990", "1991"], [["x", "5", "7"], ["y", "5", "5"]]), is_header(["1", "2"], [["3", "4"]])
    (True, False)
    """
    filled = _filled(row)
    if not filled:
        return False
    if not any(_filled(line) for line in body):
        return _reads_like_names(row)
    numbers = [cell for cell in filled if typed(cell)]
    if numbers and not _numbers_as_names(row, numbers, body):
        words = len(filled) - len(numbers)
        return words > 2 * len(numbers) and header_votes(row, body).score > 0
    score = header_votes([cell if not typed(cell) else "" for cell in row], body).score
    return score > 0 or (score == 0 and len(set(filled)) == len(filled) and len(filled) >= 0.5 * len(row))


def _reads_like_names(row: Row) -> bool:
    filled = _filled(row)
    return (
        len(row) > 1
        and len(set(filled)) == len(row)
        and not any(typed(c) or _shape(c).strip("9.@-") == "" for c in row)
    )


def _numbers_as_names(row: Row, numbers: list[str], body: Sequence[Row]) -> bool:
    """Dates, years, positions or codes as column names: all different, in a way that no data row is."""
    if len(set(numbers)) < len(numbers):
        return False
    at = [position for position, cell in enumerate(row) if typed(cell)]
    below = [[line[position] for position in at if position < len(line)] for line in body[:20]]
    if len(numbers) > 1 and all(map(_of_calendar, numbers)):
        return not any(cells and all(map(_of_calendar, cells)) for cells in below)
    if not all(cell.strip().isdigit() for cell in numbers):
        return False
    if _steady(numbers):
        return not all(_steady(cells) for cells in below)
    return len(numbers) >= 5 and not any(len(set(cells)) == len(cells) for cells in below)


def _of_calendar(cell: str) -> bool:
    return _is_year(cell) or cell_type(cell) == "date"


def _steady(cells: Sequence[str]) -> bool:
    """Do whole numbers rise in equal steps, at least three of them or two years?"""
    if not all(cell.strip().isdigit() for cell in cells):
        return False
    values = [int(cell) for cell in cells]
    steps = {after - before for before, after in pairwise(values)}
    years = len(values) == 2 and all(1900 <= value <= 2100 for value in values)
    return len(steps) == 1 and min(steps) > 0 and (len(values) >= 3 or years)


def _header_rows(table: Sequence[Row]) -> int:
    if not is_header(table[0], table[1:]):
        return 0
    count = 1
    while count < min(MOST_HEADER_ROWS, len(table) - 1) and _continues(table, count):
        count += 1
    return count


def _continues(table: Sequence[Row], count: int) -> bool:
    """Is row `count` one more header row: words only, above columns of numbers or dates?"""
    row, above, body = table[count], table[count - 1], table[count + 1 :]
    filled = _filled(row)
    if not filled or not any(_filled(line) for line in body):
        return False
    if list(row) == list(above) and header_votes(row, body).score >= 0:
        return True
    if _years_below_gaps(row, above, body):
        return True
    if any(cell_type(cell) != "text" for cell in filled):
        return False
    votes = header_votes(row, body)
    gaps = len(above) - len(_filled(above))
    if gaps > 1 and above[0].strip() and len(set(filled)) == len(row) == len(above):
        return votes.strong > 0 and votes.score > 0  # a row of names under merged cells
    return votes.strong >= 2 and votes.score >= (0.5 if gaps else 0.75) * len(filled)


def _years_below_gaps(row: Row, above: Row, body: Sequence[Row]) -> bool:
    """Are these years under merged cells (`Sales,,Costs,` above `2019,2020,2019,2020`), and the data is none?"""
    at = [position for position, cell in enumerate(row) if cell.strip()]
    gaps = sum(position >= len(above) or not above[position].strip() for position in at)
    return (
        gaps > 0
        and len(at) > 1
        and all(_is_year(row[position]) for position in at)
        and not any(all(position < len(line) and _is_year(line[position]) for position in at) for line in body)
    )


def _is_year(cell: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d", cell.strip()))


def _width(table: Sequence[Row], header: int) -> tuple[int, bool]:
    body = [len(row) for row in table[header:]]
    if not header or not body:
        return usual_width([len(row) for row in table]) if body else max(map(len, table[:header])), False
    named = max(len(row) for row in table[:header])
    if min(body) > named and any(_reach(row) > named for row in table[header:]):
        return _shift(table, header, named, usual_width(body))
    reaching = [_reach(row) for row in table[header:]]
    if sum(reach > named for reach in reaching) * 2 <= len(reaching):
        return named, False
    return _shift(table, header, named, usual_width(reaching))


def _shift(table: Sequence[Row], header: int, named: int, width: int) -> tuple[int, bool]:
    """`width`, and whether the first column has no name: one name too few, and first cells that are all different."""
    firsts = [row[0] for row in table[header:] if row]
    return width, width == named + 1 and len(firsts) > 1 and len(set(firsts)) == len(firsts)


def _reach(row: Row) -> int:
    """The number of cells up to the last one that holds something."""
    return max((at + 1 for at, cell in enumerate(row) if cell.strip()), default=0)

"""Column names from header rows: joined, filled in and made unique without taking another column's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from backends.datasets.schema import Note
from backends.datasets.wording import were


def join_header(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """One name per column from one or several header rows.

    With several rows a blank in an upper row belongs to the last name on its left (a merged cell); equal
    parts are written once.

    >>> join_header([["Staff", "", "Cost"], ["Head", "Full time", ""]], 3)
    ['Staff Head', 'Staff Full time', 'Cost']
    """
    padded = [[re.sub(r"\s+", " ", cell).strip() for cell in row] + [""] * (width - len(row)) for row in rows]
    for row, below in pairwise(padded):
        for at in range(1, width):
            if not row[at] and below[at]:
                row[at] = row[at - 1]
    return [
        " ".join(dict.fromkeys(filter(None, parts))) for parts in zip(*(row[:width] for row in padded), strict=True)
    ]


LONGEST = 1_000  # characters of a name


def shown_names(names: Sequence[str], most: int = 10) -> str:
    """The first names, cut to a length that fits into a sentence.

    >>> shown_names(["a", "b" * 100, "c"], most=2)
    'a, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb… and 1 more'
    """
    return _listed([name if len(name) <= 40 else f"{name[:39]}…" for name in names], most)


def unique_names(names: Sequence[str]) -> tuple[list[str], list[Note]]:
    """Fill in blank names, cut endless ones and number repeated ones; names that were unique already stay as they are.

    >>> unique_names(["a", "a", "a_2", ""])[0]
    ['a', 'a_3', 'a_2', 'column_4']
    """
    cut = sum(len(name) > LONGEST for name in names)
    names = [name[:LONGEST] for name in names]
    taken = {name for name in names if name.strip()}
    seen: set[str] = set()
    numbers: dict[str, int] = {}
    result, blank, renamed = [], [], []
    for position, name in enumerate(names, 1):
        if not name.strip():
            new = _free(f"column_{position}", taken, numbers, first=True)
            blank.append(new)
        elif name in seen:
            new = _free(name, taken, numbers)
            renamed.append(f"{name[:60]!r} → {new[-60:]!r}")
        else:
            new = name
        seen.add(name)
        taken.add(new)
        result.append(new)
    return result, [*_cut_notes(cut), *_notes(blank, renamed)]


def _free(name: str, taken: set[str], numbers: dict[str, int], first: bool = False) -> str:
    """A name like `name` that is not taken; `numbers` are those to go on from, by name."""
    if first and name not in taken:
        return name
    number = numbers.get(name, 2)
    while f"{name}_{number}" in taken:
        number += 1
    numbers[name] = number + 1
    return f"{name}_{number}"


def _cut_notes(count: int) -> list[Note]:
    message = f"{were(count, 'column name')} cut to {LONGEST:,} characters."
    return [Note("name-cut", message, count, severity="repair")] if count else []


def _notes(blank: list[str], renamed: list[str]) -> list[Note]:
    notes = []
    if blank:
        message = f"{were(len(blank), 'column')} without a name and became {_listed(blank)}."
        notes.append(Note("name-filled", message, len(blank), severity="repair"))
    if renamed:
        message = f"{were(len(renamed), 'repeated column name')} numbered: {_listed(renamed)}."
        notes.append(Note("name-repeated", message, len(renamed), severity="repair"))
    return notes


def _listed(items: list[str], most: int = 5) -> str:
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")

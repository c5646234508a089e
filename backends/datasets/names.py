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


def unique_names(names: Sequence[str]) -> tuple[list[str], list[Note]]:
    """Fill in blank names and number repeated ones; names that were unique already stay as they are.

    >>> unique_names(["a", "a", "a_2", ""])[0]
    ['a', 'a_3', 'a_2', 'column_4']
    """
    taken = {name for name in names if name.strip()}
    seen: set[str] = set()
    result, blank, renamed = [], [], []
    for position, name in enumerate(names, 1):
        if not name.strip():
            new = _free(f"column_{position}", taken, first=True)
            blank.append(new)
        elif name in seen:
            new = _free(name, taken)
            renamed.append(f"{name!r} → {new!r}")
        else:
            new = name
        seen.add(name)
        taken.add(new)
        result.append(new)
    return result, _notes(blank, renamed)


def _free(name: str, taken: set[str], first: bool = False) -> str:
    if first and name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _notes(blank: list[str], renamed: list[str]) -> list[Note]:
    notes = []
    if blank:
        message = f"{were(len(blank), 'column')} without a name and became {_listed(blank)}."
        notes.append(Note("name-filled", message, len(blank), severity="repair"))
    if renamed:
        message = f"{were(len(renamed), 'repeated column name')} numbered: {_listed(renamed)}."
        notes.append(Note("name-repeated", message, len(renamed), severity="repair"))
    return notes


def _listed(items: list[str]) -> str:
    return ", ".join(items[:5]) + (f" and {len(items) - 5} more" if len(items) > 5 else "")

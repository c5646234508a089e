"""How tables and columns are called in SQL, where upper and lower case are the same and no name is blank."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the child process of a query does without pandas
    from backends.datasets import Dataset

CURRENT = "data"  # what the table in hand is called besides its own name
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ENDINGS = re.compile(r"(\.[A-Za-z0-9]{1,7}){1,2}$")  # .csv, .csv.gz


def table_names(datasets: Sequence[Dataset]) -> dict[str, Dataset]:
    """A name for each table that needs no quotes; the first one, the table in hand, is also called ``data``.

    A name is the file's without its ending, in lower case, every run of other marks a ``_``; a second table
    of the same name gets ``_2``. One Dataset given twice is one table.
    """
    distinct = list({id(dataset): dataset for dataset in datasets}.values())
    wanted = [CURRENT, *(_identifier(dataset.name) for dataset in distinct)]
    names = unique(wanted)
    named = dict(zip(names[1:], distinct, strict=True))
    if distinct and wanted[1] == CURRENT:  # the file is called data.csv: it needs no second name
        named.pop(names[1])
    return {**({CURRENT: distinct[0]} if distinct else {}), **named}


def column_names(names: Iterable[object]) -> list[str]:
    """The names of a table's columns in SQL: as they are, unless blank or equal to an earlier one but for case.

    >>> column_names(["a", "A", " ", 5, "a_2"])
    ['a', 'A_3', 'column_3', '5', 'a_2']
    """
    texts = [_encodable(str(name)) for name in names]
    return unique([text if text.strip() else f"column_{at}" for at, text in enumerate(texts, start=1)])


def renamed(names: Sequence[object]) -> dict[int, str]:
    """The columns whose name in SQL is another one: position from 0, and the name in SQL.

    >>> renamed(["a", "A", ""])
    {1: 'A_2', 2: 'column_3'}
    """
    called = column_names(names)
    return {at: name for at, name in enumerate(called) if name != str(names[at])}


def unique(names: Sequence[str]) -> list[str]:
    """The names with ``_2``, ``_3``, … behind those that equal an earlier one but for case.

    >>> unique(["x", "X", "x_2", "x"])
    ['x', 'X_3', 'x_2', 'x_4']
    """
    taken = {name.casefold() for name in names}
    seen: set[str] = set()
    following: dict[str, int] = {}
    found = []
    for name in names:
        given, folded = name, name.casefold()
        while given.casefold() in seen or (given != name and given.casefold() in taken):
            following[folded] = following.get(folded, 1) + 1
            given = f"{name}_{following[folded]}"
        seen.add(given.casefold())
        found.append(given)
    return found


def quoted(name: str) -> str:
    """A name as it is written in SQL, in quotes only where it needs them.

    >>> quoted("age"), quoted("hours per week"), quoted("order"), quoted('a"b')
    ('age', '"hours per week"', '"order"', '"a""b"')
    """
    if _PLAIN.fullmatch(name) and name.lower() not in _keywords():
        return name
    return '"' + name.replace('"', '""') + '"'


def _identifier(file: str) -> str:
    """A file's name as the name of a table.

    >>> _identifier("Adult Train (1).csv.gz"), _identifier("2024.csv"), _identifier("order.csv"), _identifier("?.csv")
    ('adult_train_1', 'table_2024', 'table_order', 'table_1')
    """
    stem = _ENDINGS.sub("", file.replace("\\", "/").rsplit("/", 1)[-1]) or file
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")[:60]
    if not name:
        return "table_1"
    return name if name[0].isalpha() and name not in _keywords() else f"table_{name}"


def _encodable(text: str) -> str:
    """Without what the engine cannot hold: a zero character ends its names, lone surrogates are no UTF-8."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


@cache
def _keywords() -> frozenset[str]:
    """The words that the engine's grammar keeps for itself in some place."""
    import duckdb

    with duckdb.connect(":memory:") as engine:
        rows = engine.execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'")
        return frozenset(str(name) for (name,) in rows.fetchall())

"""A value to show, for somebody who has no row of the table."""

from __future__ import annotations

from typing import Any

from backends.datasets.schema import Column


def example_of(column: Column) -> Any:
    """A value that the column takes, as JSON has it: its own example, its first level, its lower end.

    >>> example_of(Column("city", "category", categories=("Rome", "Oslo")))
    'Rome'
    >>> example_of(Column("age", "integer", low=18.0, high=80.0))
    18
    """
    if column.kind == "boolean":
        return column.example if isinstance(column.example, bool) else True
    if column.kind == "category":
        return column.categories[0] if column.categories else None
    if column.kind in ("number", "integer"):
        given = column.example if isinstance(column.example, (int, float)) else column.low
        return int(given) if column.kind == "integer" and isinstance(given, float) and given.is_integer() else given
    if column.kind == "datetime":
        return column.low
    return "some words" if column.example is None else str(column.example)

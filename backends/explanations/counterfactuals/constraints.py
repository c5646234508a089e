"""What may change in a row, and to what: asked for as constraints, worked with as a room of permitted values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

import pandas as pd

from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.explanations.coding import QUANTITIES, quantity

Direction = Literal["up", "down"]
Bound = float | int | str | pd.Timestamp | None
DIRECTIONS: tuple[Direction, ...] = ("up", "down")
NEVER = ("text", "identifier")  # kinds that are never changed


@dataclass(frozen=True)
class Constraints:
    """What a counterfactual has to keep to. Every one holds strictly.

    - `frozen`: columns that keep their value
    - `ranges`: the lowest and highest value of a number or date (None: no bound; dates as ISO 8601 text or timestamps)
    - `directions`: numbers and dates that may only go "up" or only "down"
    - `levels`: the values that a category or boolean column may have

    Where the row itself is outside a range or has none of the levels, that column has to change. A missing value
    keeps to every range and all levels; it has no direction, so that a column with one stays missing.
    """

    frozen: tuple[str, ...] = ()
    ranges: Mapping[str, tuple[Bound, Bound]] = field(default_factory=dict)
    directions: Mapping[str, Direction] = field(default_factory=dict)
    levels: Mapping[str, tuple[object, ...]] = field(default_factory=dict)

    def check(self, schema: Schema) -> None:
        """Raise WorkbenchError for a column that is not there and for a constraint that its column cannot have."""
        columns = {column.name: column for column in schema}
        for name in (*self.frozen, *self.ranges, *self.directions, *self.levels):
            if name not in columns:
                raise WorkbenchError(
                    f"There is no column {name!r} to constrain.",
                    hint=f"The model's columns are {', '.join(schema.names[:20])}.",
                )
        for name in (*self.ranges, *self.directions):
            _refuse_unless(columns[name].kind in QUANTITIES, columns[name], "a range or a direction", "levels")
        for name in self.levels:
            _refuse_unless(columns[name].kind not in QUANTITIES, columns[name], "levels", "a range")
            _refuse_levels_of_what_stays(columns[name])
        for name, way in self.directions.items():
            if way not in DIRECTIONS:
                raise WorkbenchError(f"{name!r} has the direction {way!r}.", hint="A direction is 'up' or 'down'.")

    def bounds(self, column: Column) -> tuple[float | None, float | None]:
        """The range of a column as numbers (dates as seconds since 1970). Raises WorkbenchError for an unusable one."""
        low, high = (_number(bound, column) for bound in self.ranges.get(column.name, (None, None)))
        if low is not None and high is not None and low > high:
            wanted = self.ranges[column.name]
            raise WorkbenchError(
                f"The range of {column.name!r} goes from {wanted[0]} down to {wanted[1]}.",
                hint="Give the lower end first.",
            )
        return low, high

    def relaxed(self) -> Iterator[tuple[str, Callable[[], Constraints]]]:
        """Each constraint once, in words that complete "would work if …", with what makes the constraints left."""
        for name in self.frozen:
            yield f"{name!r} were free", partial(self._without, "frozen", name)
        for kind, words in _RELAXED.items():
            given: Mapping[str, Any] = getattr(self, kind)
            for name in given:
                yield words(name, given[name]), partial(self._without, kind, name)

    def _without(self, kind: str, name: str) -> Constraints:
        given = getattr(self, kind)
        left: Any = [other for other in given if other != name]
        change: dict[str, Any] = {kind: tuple(left) if kind == "frozen" else {other: given[other] for other in left}}
        return replace(self, **change)


_RELAXED: dict[str, Callable[[str, Any], str]] = {
    "ranges": lambda name, value: f"{name!r} could leave its range",
    "directions": lambda name, value: f"{name!r} could also go {'down' if value == 'up' else 'up'}",
    "levels": lambda name, value: f"{name!r} could have other values than {', '.join(map(repr, value[:3]))}",
}


def _number(bound: Bound, column: Column) -> float | None:
    if bound is None:
        return None
    try:
        values = pd.Series([bound])
        read = pd.to_datetime(values) if column.kind == "datetime" else values.astype("float64")
        number = float(quantity(read)[0])
    except (ValueError, TypeError):
        number = float("nan")
    if number != number:
        raise WorkbenchError(
            f"The range of {column.name!r} has the end {str(bound)[:60]!r}, which is no {_NOUN[column.kind]}.",
            hint=f"Give a {_NOUN[column.kind]}, or leave that end open.",
        )
    return number


_NOUN = {"number": "number", "integer": "number", "datetime": "date"}


def _refuse_unless(possible: bool, column: Column, asked: str, instead: str) -> None:
    if not possible:
        raise WorkbenchError(
            f"Column {column.name!r} is of kind {column.kind}, which can have no {asked.removeprefix('a ')}.",
            hint=f"Give it {instead}, or freeze it.",
        )


def _refuse_levels_of_what_stays(column: Column) -> None:
    if column.kind in NEVER:
        raise WorkbenchError(
            f"Column {column.name!r} is of kind {column.kind}, which is never changed, so that it can have no levels.",
            hint="Leave its levels out: it stays as it is.",
        )

"""What a column's values were in training, and how a value that is otherwise is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from backends.datasets.schema import Column, Kind
from backends.onnx_export.date_texts import moment_of
from backends.onnx_export.signature import MISSING_DATE, GraphInput
from backends.training.inputs import role_of
from backends.training.values import MISSING_WORD, is_missing

Trouble = Literal["missing", "unknown column", "type", "range", "category"]
Odd = Callable[[Any], bool]
Judge = Callable[[Any, Any], Trouble | Literal[""]]  # (the value as given, and as the graph takes it)
Judges = tuple[Odd, Judge]
UNUSUAL: tuple[Trouble, ...] = ("missing", "range", "category")  # a model can answer all the same
UNSEEN = "a level never seen in training"
SHOWN = 20  # levels that a message lists
LONGEST = 80  # characters of a value that a message shows


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be answered, or, as a warning, what is unusual about it.

    `row` is the row's position in what was given, `value` what it holds, `allowed` says in words what it may hold.
    """

    row: int
    column: str
    value: Any
    kind: Trouble
    message: str
    allowed: str


@dataclass(frozen=True)
class Expectation:
    """Is a value, as the graph takes it, like those of training?

    `odd` is quick and may be wrong on the side of suspicion; `trouble` then says what it is, or "" for nothing.
    """

    column: Column
    odd: Odd
    trouble: Judge
    read_as: Kind  # what its values are read as at first

    @classmethod
    def of(cls, column: Column, given: GraphInput, read_as: Kind | None = None) -> Expectation:
        """From a column's description; `read_as` where a step treats what is read as another kind."""
        make = _words if given.words else {"double": _numbers, "int64": _dates, "string": _levels}[given.tensor]
        return cls(column, *make(column), read_as or column.kind)

    def problem(self, row: int, value: Any, kind: Trouble) -> Problem:
        """The words for a trouble."""
        return Problem(row, self.column.name, value, kind, self._told(value, kind), allowed(self.column))

    def _told(self, value: Any, kind: Trouble) -> str:
        if kind == "missing":
            return f"Column {self.column.name!r} has no value; in the training data it always had one."
        held = f"Column {self.column.name!r} holds {_shown(value)}, which"
        if kind == "type":
            return f"{held} is not {_NOUNS[self.read_as]}."
        return f"{held} is {UNSEEN if kind == 'category' else f'not {allowed(self.column)}'}."


def unknown_column(row: int, name: Any, value: Any, columns: tuple[str, ...], target: str) -> Problem:
    """The problem of a value for a column that the model does not have."""
    said = f"The model has no column {_shown(name)}."
    if name == target:
        said = f"{_shown(name)} is what the model predicts; it cannot be given."
    return Problem(row, str(name), value, "unknown column", said, f"the columns {_listed(columns)}")


def allowed(column: Column) -> str:
    """In words, what a column may hold.

    >>> allowed(Column("age", "integer", low=17.0, high=90.0))
    'a whole number from 17 to 90'
    """
    return _ALLOWED[column.kind](column) + (", or no value" if column.missing else "")


def _between(noun: str) -> Callable[[Column], str]:
    def words(column: Column) -> str:
        if column.low is None or column.high is None or column.kind == "identifier":
            return noun
        return f"{noun} from {_number(column.low)} to {_number(column.high)}"

    return words


def _truths(column: Column) -> str:
    written = [*column.format.true_values[:1], *column.format.false_values[:1]]
    return f"true or false, written {' or '.join(map(repr, written))}" if len(written) == 2 else "true or false"


def _of_levels(column: Column) -> str:
    return f"one of {_listed(column.categories)}" if complete(column) and column.categories else "text"


_ALLOWED: dict[str, Callable[[Column], str]] = {
    "number": _between("a number"),
    "integer": _between("a whole number"),
    "datetime": _between("a date"),
    "boolean": _truths,
    "category": _of_levels,
    "text": lambda column: "text",
    "identifier": lambda column: "a number" if role_of(column) == "number" else "text",
}


_NOUNS = {
    "number": "a number", "integer": "a number", "datetime": "a date", "boolean": "true or false",
    "category": "text", "text": "text", "identifier": "a single value",
}  # fmt: skip


def _numbers(column: Column) -> Judges:
    """NaN is missing; a whole number was always one."""
    low, high = _range(column)
    whole, required = column.kind == "integer", not column.missing
    outside = (lambda v: not low <= v <= high or not v.is_integer()) if whole else (lambda v: not low <= v <= high)
    odd = outside if required else (lambda v: v == v and outside(v))
    return odd, lambda value, v: ("missing" if required else "") if v != v else "range" if outside(v) else ""


def _range(column: Column) -> tuple[float, float]:
    """The range of training; without end for an identifier, as new ones come, and for a column without values."""
    if column.kind == "boolean" or column.kind == "identifier" or column.low is None or column.high is None:
        return float("-inf"), float("inf")
    return float(column.low), float(column.high)


def _dates(column: Column) -> Judges:
    low, high = (_moment(edge, default) for edge, default in ((column.low, -(2**63) + 1), (column.high, 2**63)))
    required = not column.missing
    odd = (lambda v: not low <= v <= high) if required else (lambda v: v != MISSING_DATE and not low <= v <= high)
    return (
        odd,
        lambda value, v: ("missing" if required else "") if v == MISSING_DATE else "" if low <= v <= high else "range",
    )


def _moment(edge: float | str | None, default: int) -> int:
    return default if edge is None else moment_of(pd.Timestamp(str(edge)))


def _levels(column: Column) -> Judges:
    required = not column.missing
    known = frozenset(column.categories) if complete(column) else None
    usual = frozenset[str]() if known is None else known - {""} if required else known | {""}

    def odd(v: str) -> bool:
        return v == "" and required

    def strange(v: str) -> bool:
        return v not in usual

    def trouble(value: Any, v: Any) -> Trouble | Literal[""]:
        if v == "":
            return "missing" if required else ""
        return "category" if known is not None and v not in known else ""

    return odd if known is None else strange, trouble


def _words(column: Column) -> Judges:
    """A text of marks alone has no words and is there all the same."""
    required = not column.missing
    return (lambda v: required and v == MISSING_WORD), lambda value, v: "missing" if required and _empty(value) else ""


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or is_missing(value)


def complete(column: Column) -> bool:
    """Whether the description has all the column's levels: of very many it keeps the most frequent ones.

    >>> complete(Column("city", "category", distinct=2, categories=("Bern", "Genf")))
    True
    """
    return column.kind == "category" and 0 < column.distinct <= len(column.categories)


def _number(value: float | str) -> str:
    return f"{value:.12g}" if isinstance(value, float | int) else value


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(map(_shown, names[:SHOWN]))
    return f"{shown} and {len(names) - SHOWN:,} more" if len(names) > SHOWN else shown


def _shown(value: Any) -> str:
    """A value in a sentence, cut, on one line."""
    text = re.sub(r"\s+", " ", value if isinstance(value, str) else repr(value))
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return repr(text) if isinstance(value, str) else text

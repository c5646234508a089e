"""What a case of a rule is, and short words for the columns of its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from backends.datasets.recipe import Step
from backends.datasets.schema import Kind
from tests.backends.profiling.alerts.tables import Columns, normal


@dataclass(frozen=True)
class Raises:
    """A table that raises a rule for these columns; `found` are parts of the sentence, `step` is the first step."""

    table: Columns
    columns: tuple[str, ...]
    found: tuple[str, ...]
    step: Step | None = None
    target: str | None = None


@dataclass(frozen=True)
class Case:
    """Tables that must raise a rule, and tables (with `target`) that must not."""

    raises: tuple[Raises, ...]
    quiet: tuple[Columns, ...]
    target: str | None = None


def column(kind: Kind, values: Sequence[Any]) -> tuple[Kind, Sequence[Any]]:
    return kind, values


num, whole, cat = partial(column, "number"), partial(column, "integer"), partial(column, "category")
txt, ids = partial(column, "text"), partial(column, "identifier")
when, flag = partial(column, "datetime"), partial(column, "boolean")

TWO = ["yes", "no"] * 100
NUMBER = num(normal(200))


def drop(*names: str) -> Step:
    return Step("drop_columns", names)


def treat(name: str, kind: Kind) -> Step:
    return Step("treat_as", (name,), kind=kind)


def missing(name: str, *values: str | float) -> Step:
    return Step("treat_as_missing", (name,), values=values)

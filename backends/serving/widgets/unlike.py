"""Values unlike any that the model has seen, in words: it answers all the same, and whoever asks has to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from backends.datasets.schema import Column, Kind
from backends.profiling.report.texts import amount, shown
from backends.serving.refusals import Invalid

if TYPE_CHECKING:
    from backends.onnx_export.expectations import Problem, Trouble
    from backends.onnx_export.signature import Signature
    from backends.serving.predictor import Predictor

ANSWERED: tuple[Trouble, ...] = ("range", "category")  # what a widget warns of; anything else is refused


def check(predictor: Predictor, row: Mapping[str, Any]) -> None:
    """Raise Invalid for what a person has to mend: a value that has to be there, or that cannot be read."""
    found = tuple(one for one in predictor.feeds.of_records([row]).problems if one.kind not in ANSWERED)
    if found:
        raise Invalid(found, 1, len(found))


def warnings(signature: Signature, found: tuple[Problem, ...]) -> tuple[str, ...]:
    """A sentence for each value that is unlike those of training."""
    columns = {column.name: column for column in signature.columns}
    return tuple(_sentence(columns[one.column], one) for one in found)


def _sentence(column: Column, found: Problem) -> str:
    """What is unusual about a value; the API's own words where a step of the recipe reads the column otherwise."""
    told = _BEYOND[column.kind](column, found.value) if found.kind == "range" and column.kind in _BEYOND else ""
    if found.kind == "category":
        told = f"{shown(str(found.value), 40)!r} is not among its values in the training data."
    return f"{shown(column.name, 60)}: {told}" if told else found.message


def _number(column: Column, value: Any) -> str:
    try:
        number, low, high = float(value), float(str(column.low)), float(str(column.high))
    except (TypeError, ValueError):
        return ""
    if number > high:
        return f"{amount(number)} is higher than any value in the training data, which ends at {amount(high)}."
    if number < low:
        return f"{amount(number)} is lower than any value in the training data, which begins at {amount(low)}."
    return f"{amount(number)} is not a whole number; in the training data all values are."


def _date(column: Column, value: Any) -> str:
    found = pd.to_datetime(
        pd.Series([str(value), str(column.low), str(column.high)]), errors="coerce", format="ISO8601"
    )
    if found.isna().any():
        return ""
    day, low, high = found
    if day > high:
        return f"{_day(day)} is later than any date in the training data, which ends on {_day(high)}."
    if day < low:
        return f"{_day(day)} is earlier than any date in the training data, which begins on {_day(low)}."
    return ""


def _day(moment: pd.Timestamp) -> str:
    return str(moment.date() if moment == moment.normalize() else moment)


_BEYOND: Mapping[Kind, Callable[[Column, Any], str]] = {"number": _number, "integer": _number, "datetime": _date}

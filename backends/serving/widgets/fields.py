"""What a form asks for: one field per column, with the control that suits its values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from backends.bundle import Bundle
from backends.datasets.schema import Column
from backends.onnx_export.expectations import allowed
from backends.serving.widgets.names import parameters
from backends.serving.widgets.steps import step_of
from backends.training.inputs import role_of

Control = Literal["slider", "number", "dropdown", "checkbox", "date", "text"]
MISSING = ""  # what a control holds for no value
MISSING_LABEL = "(missing)"
LONGEST_LABEL = 80  # characters of a level in a list


@dataclass(frozen=True)
class Field:
    """One column in the form.

    `parameter` is its name in the API, a Python identifier. `choices` are pairs (what is shown, what the control
    holds), `default` is what the control holds at first. `low`, `high` and `step` are those of a slider.
    """

    column: Column
    parameter: str
    control: Control
    default: Any = None
    choices: tuple[tuple[str, Any], ...] = ()
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    free: bool = False  # a dropdown that also takes what is not in its list
    whole: bool = False  # numbers without decimals
    time: bool = False  # a date with its time of day
    info: str = ""

    @property
    def label(self) -> str:
        """The column's name."""
        return self.column.name or "(no name)"

    def value(self, held: Any) -> Any:
        """What the model gets for what the control holds: None where that is no value."""
        if held is None or (isinstance(held, str) and held.strip() == MISSING):
            return None
        if self.column.kind == "boolean" and self.control == "dropdown":
            return held == "true"
        return held

    def held(self, value: Any) -> Any:
        """What the control holds for a value of the table; the inverse of `value`."""
        if self.control == "dropdown":
            if value is None:
                return MISSING if self.column.missing else None
            return str(value).lower() if isinstance(value, bool) else value
        if self.control == "text":
            return "" if value is None else str(value)
        return str(value)[: 19 if self.time else 10].replace("T", " ") if self.control == "date" and value else value


def fields_of(bundle: Bundle) -> tuple[Field, ...]:
    """The form of a bundle's model, in the order of its columns; the first example is filled in."""
    columns = tuple(bundle.signature.columns)
    known = (*bundle.examples, *bundle.background)
    made = []
    for column, parameter in zip(columns, parameters([column.name for column in columns]), strict=True):
        values = [row[column.name] for row in known if row.get(column.name) is not None]
        found = CONTROLS[column.kind](column, parameter, values)
        first = bundle.examples[0].get(column.name) if bundle.examples else _usual(column, values)
        made.append(_with_default(found, first))
    return tuple(made)


def record_of(fields: Sequence[Field], held: Sequence[Any]) -> dict[str, Any]:
    """The row that a filled form stands for."""
    return {field.column.name: field.value(value) for field, value in zip(fields, held, strict=True)}


def held_of(fields: Sequence[Field], record: Mapping[str, Any]) -> list[Any]:
    """What the controls hold for a row."""
    return [field.held(record.get(field.column.name)) for field in fields]


def _with_default(made: Field, value: Any) -> Field:
    return replace(made, default=made.held(value))


def _usual(column: Column, values: Sequence[Any]) -> Any:
    """A value to begin with where there is no example: the most frequent level, the middle of the known values."""
    if column.kind == "category":
        return column.categories[0] if column.categories else None
    if column.kind == "boolean":
        return False
    if column.kind in ("number", "integer", "datetime"):
        ordered = sorted(values)
        return ordered[len(ordered) // 2] if ordered else column.low
    return values[0] if values else column.example


def _number(column: Column, parameter: str, values: Sequence[Any]) -> Field:
    """A slider over the range of training; a number box where a value may be missing, as a slider always has one."""
    whole = column.kind == "integer"
    ends = [end for end in (column.low, column.high) if isinstance(end, int | float) and math.isfinite(end)]
    if column.missing or len(set(ends)) < 2:
        return Field(column, parameter, "number", whole=whole, info=_info(column))
    step = 1.0 if whole else step_of([*ends, *values])
    return Field(column, parameter, "slider", low=ends[0], high=ends[1], step=step, whole=whole)


def _boolean(column: Column, parameter: str, values: Sequence[Any]) -> Field:
    if not column.missing:
        return Field(column, parameter, "checkbox")
    words = [(*texts, usual)[0] for texts, usual in
             ((column.format.true_values, "true"), (column.format.false_values, "false"))]  # fmt: skip
    choices = ((words[0], "true"), (words[1], "false"), (MISSING_LABEL, MISSING))
    return Field(column, parameter, "dropdown", choices=choices)


def _category(column: Column, parameter: str, values: Sequence[Any]) -> Field:
    """Its levels; of very many the description has only the most frequent ones, so others can be written."""
    levels = [(_cut(level), level) for level in column.categories if level.strip()]
    missing = [(MISSING_LABEL, MISSING)] if column.missing else []
    free = not column.categories or column.distinct > len(column.categories)
    info = "or another one" if free else ""
    return Field(column, parameter, "dropdown", choices=(*levels, *missing), free=free, info=info)


def _date(column: Column, parameter: str, values: Sequence[Any]) -> Field:
    written = [str(text) for text in (column.low, column.high, *values) if text]
    time = any(len(text) > 10 and not text[11:].startswith("00:00:00") for text in written)
    return Field(column, parameter, "date", time=time, info=_info(column))


def _identifier(column: Column, parameter: str, values: Sequence[Any]) -> Field:
    if role_of(column) == "number":
        return Field(column, parameter, "number", info=_info(column))
    return _text(column, parameter, values)


def _text(column: Column, parameter: str, values: Sequence[Any]) -> Field:
    return Field(column, parameter, "text", info="may be left empty" if column.missing else "")


CONTROLS: Mapping[str, Callable[[Column, str, Sequence[Any]], Field]] = {
    "number": _number,
    "integer": _number,
    "boolean": _boolean,
    "category": _category,
    "datetime": _date,
    "text": _text,
    "identifier": _identifier,
}


def _info(column: Column) -> str:
    """What may be written, in a few words."""
    return allowed(column).removeprefix("a ").replace("T00:00:00", "").replace(", or no value", "; may be left empty")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"

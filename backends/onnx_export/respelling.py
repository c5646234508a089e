"""A column that a step treats as another kind: its cells are read as before, then written out, then read anew.

That is how the table was prepared: "1,50 €" is the number 1.5, whose level is "1.5"; "yes" and "Yes" are one level.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from backends.datasets.preparation import UNITS, spellings
from backends.datasets.schema import Column
from backends.onnx_export.expectations import complete
from backends.onnx_export.readers import Read, WrongTypeError, number_parser, reader
from backends.onnx_export.recipe_steps import Stage
from backends.onnx_export.signature import MISSING_DATE, GraphInput, Tensor
from backends.training.values import is_missing

_TENSORS: dict[str, Tensor] = {"number": "double", "integer": "double", "boolean": "double", "datetime": "int64"}
_WHOLE = 2.0**53  # below it a double holds each whole number


def read_through(given: GraphInput, stages: tuple[Stage, ...]) -> Read:
    """How a value as the file has it becomes the graph's input `given`, through all stages of its column.

    A text that no cell like those of the file is, but one of the column's levels as it stands, is that level, so
    that levels can be given by name. It raises WrongTypeError for a value that cannot be read.
    """
    column, formers = stages[-1].column, [_written_out(stage) for stage in stages[:-1]]
    final = reader(column, given, stages[-1].changes)
    if not formers:
        return final
    stripped = [stage.column.kind in ("category", "identifier") for stage in stages[1:]]

    def read(value: Any) -> Any:
        for former, strip in zip(formers, stripped, strict=True):
            value = former(value)
            value = value.strip() if strip and type(value) is str else value
        return final(value)

    return _or_level(read, column) if given.tensor == "string" and not given.words and complete(column) else read


def _or_level(read: Read, column: Column) -> Read:
    levels = frozenset(column.categories)

    def found_or_named(value: Any) -> Any:
        try:
            found = read(value)
        except WrongTypeError:
            if type(value) is str and value in levels:
                return value
            raise
        return value if found and found not in levels and type(value) is str and value in levels else found

    return found_or_named


def _written_out(stage: Stage) -> Read:
    """A value as it is read in a stage → its text; "" is missing."""
    column = stage.column
    tensor = _TENSORS.get(column.kind, "string")
    read = reader(column, GraphInput(column.name, tensor), stage.changes)
    if tensor == "string":
        return _words(read)
    if column.kind == "integer":
        return _whole_numbers(column, read)
    if column.kind == "datetime":
        return lambda value: date_text(read(value), stage.unit)
    if column.kind == "boolean":
        words = spellings(column)
        return lambda value: "" if (truth := read(value)) != truth else words[bool(truth)]
    return lambda value: "" if (number := read(value)) != number else str(number)


def _words(read: Read) -> Read:
    """What is no text was never one of words: it is a value of what they are treated as."""
    return lambda value: read(value) if value is None or isinstance(value, str) or is_missing(value) else value


def _whole_numbers(column: Column, read: Read) -> Read:
    """All digits of a whole number, also of one that doubles do not hold."""
    exactly = number_parser(column.format, lambda core: int(core) if core.lstrip("+-").isdigit() else float(core))

    def text(value: Any) -> str:
        number = read(value)
        if number != number:
            return ""
        if not number.is_integer():
            return str(number)
        if abs(number) < _WHOLE:
            return str(int(number))
        return str(int(exactly(value.strip()) if isinstance(value, str) else value))

    return text


def date_text(moment: int, unit: str) -> str:
    """A date (microseconds since 1970) as pandas writes a column of dates that need the unit.

    >>> date_text(0, "D"), date_text(0, "s"), date_text(1_500_000, "D"), date_text(MISSING_DATE, "D")
    ('1970-01-01', '1970-01-01 00:00:00', '1970-01-01 00:00:01.500', '')
    """
    if moment == MISSING_DATE:
        return ""
    names = list(UNITS)
    needed = next(name for name in names[names.index(unit) :] if moment % UNITS[name] == 0)
    return str(np.datetime64(moment, "us").astype(f"datetime64[{needed}]")).replace("T", " ")

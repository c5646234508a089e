"""The declared step in front of an exported graph: rows of a table, or records, become the graph's inputs.

All of it follows from the signature, which is plain data: texts become numbers, booleans and dates by the columns'
formats, the recipe's steps are repeated, texts become words. There are two ways through it, with the same results:
`of_frame` for many rows at once, and `of_records` for a few, which also says what is wrong with each row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from backends.datasets.schema import Column
from backends.errors import WorkbenchError
from backends.onnx_export.expectations import UNUSUAL, Expectation, Problem, Trouble, allowed, unknown_column
from backends.onnx_export.readers import Read, WrongTypeError
from backends.onnx_export.recipe_steps import Changes, Stage, stages_of
from backends.onnx_export.respelling import read_through
from backends.onnx_export.signature import MISSING_DATE, GraphInput, Signature, Tensor
from backends.training.values import boolean_values, category_values, date_values, number_values, words

Unusual = Literal["refuse", "accept"]
_TYPES: dict[Tensor, Any] = {"double": np.float64, "int64": np.int64, "string": object}


@dataclass(frozen=True)
class Fed:
    """Records as the graph's inputs, one array (rows, 1) per input, for the rows that can be answered.

    `rows` are these rows' positions among the records. `problems` say why the others cannot be answered, `warnings`
    what is unusual about rows that are.
    """

    feeds: dict[str, np.ndarray]
    rows: tuple[int, ...]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Way:
    """How one input of the graph is made of its column."""

    given: GraphInput
    stages: tuple[Stage, ...]
    read: Read
    expected: Expectation

    @classmethod
    def of(cls, given: GraphInput, stages: tuple[Stage, ...]) -> _Way:
        """The way through all stages of the column."""
        expected = Expectation.of(stages[-1].column, given, stages[0].column.kind)
        return cls(given, stages, read_through(given, stages), expected)

    @property
    def column(self) -> Column:
        """The column as it is described in the end."""
        return self.stages[-1].column

    @property
    def changes(self) -> Changes:
        """What changes its values where it was never treated as another kind."""
        return self.stages[-1].changes


class Feeds:
    """Makes the inputs of the graph of a signature. It holds nothing that changes, so threads may share it."""

    def __init__(self, signature: Signature) -> None:
        columns = {column.name: stages_of(column, signature.recipe) for column in signature.columns}
        self.signature = signature
        self._ways = tuple(_Way.of(one, columns[one.source]) for one in signature.inputs)
        self._quick = tuple((way.given.source, way.read, way.expected.odd) for way in self._ways)
        self._names = frozenset(columns)
        sources = [way.given.source for way in self._ways]
        self._first = tuple(self._ways[sources.index(name)] for name in columns)  # of a column's inputs

    def of_frame(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """The inputs for all rows of a frame, in any column order and with any further columns.

        Raises WorkbenchError for an absent column and for a value that cannot be read, naming both.
        """
        present = set(frame.columns)
        absent = [name for name in self.signature.columns.names if name not in present]
        if absent:
            raise WorkbenchError(
                f"Column {absent[0]!r} is missing ({len(absent)} of {len(self.signature.columns)} columns are).",
                hint=f"The model needs the columns {', '.join(self.signature.columns.names[:20])}.",
            )
        return {way.given.name: _values(frame[way.given.source], way).reshape(-1, 1) for way in self._ways}

    def of_records(self, records: Sequence[Mapping[str, Any]], unusual: Unusual = "refuse") -> Fed:
        """The inputs for the records that can be answered, and what is wrong with the others.

        A column that a record does not have is missing there. What is missing, out of the training data's range or
        a level never seen is a problem; with `unusual` "accept" it is a warning, and the row is answered.
        """
        taken: list[list[Any]] = []
        rows: list[int] = []
        problems: list[Problem] = []
        warnings: list[Problem] = []
        for row, record in enumerate(records):
            values = self._usual(record)
            if values is None:
                found = self._looked_into(row, record)
                fatal = [one for one in found if unusual == "refuse" or one.kind not in UNUSUAL]
                problems += fatal
                if fatal:
                    continue
                warnings += found
                values = [read(record.get(name)) for name, read, _ in self._quick]
            taken.append(values)
            rows.append(row)
        columns = zip(*taken, strict=True) if taken else ((),) * len(self._ways)
        feeds = {way.given.name: _tensor(way, values) for way, values in zip(self._ways, columns, strict=True)}
        return Fed(feeds, tuple(rows), tuple(problems), tuple(warnings))

    def _usual(self, record: Mapping[str, Any]) -> list[Any] | None:
        """The record's inputs where nothing about it is odd, which is the quick way."""
        if not record.keys() <= self._names:
            return None
        values = []
        try:
            for name, read, odd in self._quick:
                value = read(record.get(name))
                if odd(value):
                    return None
                values.append(value)
        except WrongTypeError:
            return None
        return values

    def _looked_into(self, row: int, record: Mapping[str, Any]) -> list[Problem]:
        """Everything that is odd about a record."""
        columns, target = self.signature.columns.names, self.signature.target.name
        strange = [name for name in record if name not in self._names]
        found = [unknown_column(row, name, record[name], columns, target) for name in strange]
        for way in self._first:
            value = record.get(way.column.name)
            kind = _trouble(way, value)
            if kind:
                found.append(way.expected.problem(row, value, kind))
        return found


def _trouble(way: _Way, value: Any) -> Trouble | Literal[""]:
    try:
        return way.expected.trouble(value, way.read(value))
    except WrongTypeError:
        return "type"


def _tensor(way: _Way, values: Sequence[Any]) -> np.ndarray:
    return np.array(values, dtype=_TYPES[way.given.tensor]).reshape(-1, 1)


def _values(values: pd.Series, way: _Way) -> np.ndarray:
    """A column of a frame as one input, (rows,)."""
    column, changes = way.column, way.changes
    if len(way.stages) > 1:
        return _one_by_one(values, way)
    if way.given.tensor == "string":
        texts = category_values(values, column)
        if changes.texts:
            distinct = {text: changes.of_text(text) for text in set(texts)}
            texts = np.array([distinct[text] for text in texts], dtype=object)
        return words(pd.Series(texts, dtype="str"), column) if way.given.words else texts
    if way.given.tensor == "int64":
        moments = date_values(values, column).to_numpy(dtype="datetime64[us]").astype(np.int64)
        return np.where(np.isin(moments, list(changes.moments)), MISSING_DATE, moments) if changes.moments else moments
    numbers = (boolean_values if column.kind == "boolean" else number_values)(values, column)
    return np.where(np.isin(numbers, list(changes.numbers)), np.nan, numbers) if changes.numbers else numbers


def _one_by_one(values: pd.Series, way: _Way) -> np.ndarray:
    """The same for a column that was treated as another kind: value by value, equal texts once."""
    known: dict[str, Any] = {}
    found = []
    for value in values:
        text = type(value) is str
        if not text or value not in known:
            made = _read(value, way)
            if text:
                known[value] = made
        found.append(known[value] if text else made)
    return np.array(found, dtype=_TYPES[way.given.tensor])


def _read(value: Any, way: _Way) -> Any:
    try:
        return way.read(value)
    except WrongTypeError:
        said = way.expected.problem(0, value, "type").message
        raise WorkbenchError(said, hint=f"Give {allowed(way.column)}.") from None

"""The declared step in front of every model: a table's columns become plain numbers and plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from backends.datasets.schema import Column, Kind, Schema
from backends.errors import WorkbenchError
from backends.training.values import DATE_PARTS, boolean_values, category_values, date_parts, number_values, words

Role = Literal["number", "boolean", "category", "text"]
ROLES: tuple[Role, ...] = ("number", "boolean", "category", "text")

_ROLE_OF_KIND: dict[Kind, Role] = {
    "number": "number",
    "integer": "number",
    "datetime": "number",
    "boolean": "boolean",
    "category": "category",
    "text": "text",
}
LARGEST = float(np.finfo(np.float32).max)  # numbers beyond it are infinite to a model that works in float32


@dataclass(frozen=True)
class InputColumn:
    """One column that a model is given: its name, the table's column it comes from and what it is.

    The names f0, f1, … need no escaping anywhere. `part` is the part of a date, "" for other columns.
    """

    name: str
    source: str
    role: Role
    part: str = ""

    @property
    def label(self) -> str:
        """The name for people: "signed up (weekday)"."""
        return f"{self.source} ({self.part})" if self.part else self.source


def input_columns(schema: Schema) -> tuple[InputColumn, ...]:
    """What the models are given for a table of this schema: numbers, booleans, categories, texts, in this order.

    A date is its parts, all numbers. An identifier is a number or a category, as it was in the file.

    >>> schema = Schema((Column("city", "category"), Column("born", "datetime"), Column("age", "integer")))
    >>> [(column.name, column.label) for column in input_columns(schema)][4:]
    [('f4', 'born (days since 1970)'), ('f5', 'age'), ('f6', 'city')]
    """
    wanted = [
        (column.name, role_of(column), part)
        for column in schema
        for part in (_date_parts_of(column) if column.kind == "datetime" else ("",))
    ]
    wanted.sort(key=lambda entry: ROLES.index(entry[1]))
    return tuple(InputColumn(f"f{i}", source, role, part) for i, (source, role, part) in enumerate(wanted))


def role_of(column: Column) -> Role:
    """How a column is given to a model; an identifier by the type of its values."""
    if column.kind == "identifier":
        numeric = any(isinstance(v, int | float) and not isinstance(v, bool) for v in (column.low, column.example))
        return "number" if numeric else "category"
    return _ROLE_OF_KIND[column.kind]


def _date_parts_of(column: Column) -> tuple[str, ...]:
    """The parts of a date; the hour only where the column has times of day."""
    times = "%H" in column.format.date_format or "%I" in column.format.date_format
    times |= any(str(edge)[11:19] not in ("", "00:00:00") for edge in (column.low, column.high) if edge)
    return tuple(part for part in DATE_PARTS if part != "hour" or times)


class InputStep(TransformerMixin, BaseEstimator):
    """Columns as the table had them → float64 columns and text columns named f0, f1, … (see `input_columns`).

    Takes a frame, in any column order and with any further columns, or JSON-like records (a list of
    mappings). It learns nothing: each row's result depends on that row and the schema alone.

    - numbers: float64; missing, infinite and beyond float32's range (3.4e38) is NaN
    - booleans: 0.0, 1.0 or NaN
    - dates: year, month, day, weekday (Monday is 0), hour (where there are times) and days since 1970
    - categories: text, missing is ""
    - texts: lower-case words separated by single blanks; none is the one word "_missing_"

    Numbers, booleans and dates given as text are read with the format of the schema's column. A value that
    cannot be read raises WorkbenchError naming the column and the value, as does an absent column.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def fit(self, X: Any, y: Any = None) -> InputStep:
        """Learn nothing."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: pd.DataFrame | Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """The rows of `X` as a frame of the `input_columns`."""
        frame = self._frame(X)
        columns = input_columns(self.schema)
        count = sum(column.role in ("number", "boolean") for column in columns)
        numbers = pd.DataFrame(self._numbers(frame, columns[:count]), columns=[c.name for c in columns[:count]])
        if count == len(columns):
            return numbers
        texts = pd.DataFrame(
            self._texts(frame, columns[count:]), columns=[c.name for c in columns[count:]], dtype=object
        )
        return pd.concat([numbers, texts], axis=1) if count else texts

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The names of the columns that `transform` gives."""
        return np.array([column.name for column in input_columns(self.schema)], dtype=object)

    def sources(self) -> dict[str, str]:
        """The table's column behind each column that `transform` gives."""
        return {column.name: column.source for column in input_columns(self.schema)}

    def _frame(self, X: Any) -> pd.DataFrame:
        frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame.from_records(list(X))
        present = set(frame.columns)
        absent = [name for name in self.schema.names if name not in present]
        if absent:
            raise WorkbenchError(
                f"Column {absent[0]!r} is missing ({len(absent)} of {len(self.schema)} columns are).",
                hint=f"The model needs the columns {', '.join(self.schema.names[:20])}.",
            )
        return frame

    def _numbers(self, frame: pd.DataFrame, columns: tuple[InputColumn, ...]) -> np.ndarray:
        """Float64, shape (rows, columns): columns that are plain numbers at once, the others one by one."""
        types = dict(zip(frame.columns, frame.dtypes, strict=True))
        plain = [i for i, column in enumerate(columns) if _is_plain(types[column.source], column)]
        numbers = np.empty((len(frame), len(columns)))
        numbers[:, plain] = frame[[columns[i].source for i in plain]].to_numpy(dtype=np.float64)
        by_name = {column.name: column for column in self.schema}
        dates: dict[str, dict[str, np.ndarray]] = {}
        for i in sorted(set(range(len(columns))) - set(plain)):
            name, part = columns[i].source, columns[i].part
            if part:
                dates[name] = dates.get(name) or date_parts(frame[name], by_name[name])
                numbers[:, i] = dates[name][part]
            else:
                read = boolean_values if columns[i].role == "boolean" else number_values
                numbers[:, i] = read(frame[name], by_name[name])
        numbers[~(np.abs(numbers) <= LARGEST)] = np.nan
        return numbers

    def _texts(self, frame: pd.DataFrame, columns: tuple[InputColumn, ...]) -> np.ndarray:
        """Text, object, shape (rows, columns)."""
        by_name = {column.name: column for column in self.schema}
        texts = np.empty((len(frame), len(columns)), dtype=object)
        for i, column in enumerate(columns):
            read = words if column.role == "text" else category_values
            texts[:, i] = read(frame[column.source], by_name[column.source])
        return texts


def _is_plain(dtype: Any, column: InputColumn) -> bool:
    """Whether values of this type are the column's numbers as they stand."""
    kinds = "b" if column.role == "boolean" else "" if column.part else "fiub"
    return isinstance(dtype, np.dtype) and dtype.kind in kinds

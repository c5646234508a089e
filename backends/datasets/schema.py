"""What a table is made of: the contract that everything downstream is built from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

import pandas as pd

from backends.datasets.recipe import Recipe
from backends.errors import WorkbenchError

Severity = Literal["info", "repair", "warning"]
Kind = Literal["number", "integer", "category", "boolean", "datetime", "text", "identifier"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class ValueFormat:
    """How the text of a number, boolean or date column becomes its value (plain Python numbers need none of it)."""

    decimal: str = "."
    thousands: str = ""
    strip: str = ""  # characters taken off both ends, and off the digits behind a sign: currency, percent, blanks
    scale: float = 1.0  # multiplied after parsing: 0.01 for percentages
    date_format: str = ""  # strptime format, "" when the column is no date
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    parentheses: bool = False  # (5) means -5, as accountants write it


@dataclass(frozen=True)
class Reading:
    """How a column's texts became values before a step treated it as another kind.

    `unit` says how the dates are written then (NumPy's D, s, ms or us): with as much of the time as any one needs.
    """

    kind: Kind
    format: ValueFormat = field(default_factory=ValueFormat)
    exceptions: tuple[str, ...] = ()
    unit: str = "D"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    `missing` is a share of the rows (0 to 1); `low` and `high` are the range of numbers (float) and dates
    (ISO 8601 text); `categories` are the levels of a category or boolean column, most frequent first;
    `evidence` says in words why the column has this kind; `exceptions` are the first values that did not
    fit the kind and were set to missing; `before` has the readings that the column had before steps of a recipe
    treated it as another kind, in their order.
    """

    name: str
    kind: Kind
    missing: float = 0.0
    distinct: int = 0
    example: str | float | int | bool | None = None
    categories: tuple[str, ...] = ()
    low: float | str | None = None
    high: float | str | None = None
    evidence: str = ""
    exceptions: tuple[str, ...] = ()
    format: ValueFormat = field(default_factory=ValueFormat)
    before: tuple[Reading, ...] = ()

    @property
    def constant(self) -> bool:
        """At most one distinct value: nothing can be learnt from it."""
        return self.distinct <= 1


@dataclass(frozen=True)
class Schema:
    """The columns of a table in their order; look one up by its name."""

    columns: tuple[Column, ...]

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise WorkbenchError(f"There is no column {name!r}.", hint=f"The columns are {', '.join(self.names[:20])}.")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in table order."""
        return tuple(column.name for column in self.columns)

    def of_kind(self, *kinds: Kind) -> tuple[Column, ...]:
        """The columns of any of `kinds`, in table order."""
        return tuple(column for column in self.columns if column.kind in kinds)

    def select(self, names: tuple[str, ...]) -> Schema:
        """A schema of these columns only, in this order. Raises WorkbenchError for an unknown name."""
        return Schema(tuple(self[name] for name in names))

    def without(self, names: tuple[str, ...]) -> Schema:
        """A schema of all other columns, in table order."""
        gone = set(names)
        return Schema(tuple(column for column in self.columns if column.name not in gone))

    def to_dict(self) -> list[dict[str, Any]]:
        """Plain JSON-ready data; `from_dict` reads it back."""
        return [_written(column) for column in self.columns]

    @classmethod
    def from_dict(cls, data: list[dict[str, Any]]) -> Schema:
        """Read back what `to_dict` gave."""
        return cls(tuple(_column(row) for row in data))


@dataclass(frozen=True)
class Note:
    """One thing that was guessed, repaired, cut or skipped while reading, and where."""

    rule: str  # a stable name such as "row-padded", "encoding-guessed", "numbers-in-text"
    message: str  # one sentence for the user
    count: int = 0  # rows, cells or columns concerned
    lines: tuple[int, ...] = ()  # line numbers in the file (1 is the first), the first ones of them
    column: str | None = None
    severity: Severity = "info"


@dataclass(frozen=True)
class Dialect:
    """How the bytes were read. Every field can be given to `read_table` as a keyword to correct it."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quotechar: str = '"'
    escapechar: str = ""  # "" means quotes are escaped by doubling
    decimal: str = "."
    thousands: str = ""
    skip_lines: int = 0  # lines in front of the header (or of the data, when there is no header)
    header_rows: int = 1
    comment: str = ""
    missing_values: tuple[str, ...] = ()  # of a table that was read: all marks in force (see `marks`)
    sheet: str = ""  # Excel only
    skip_initial_space: bool = False  # the blank behind each delimiter belongs to no value


@dataclass(frozen=True)
class Dataset:
    """A table that was read: the values, what they mean and what had to be done to read them.

    The frame's types follow the schema: number float64; integer int64 (Int64 with missing values); boolean
    bool (boolean with missing values); datetime datetime64; category and text str, missing as NaN;
    identifier str or int64, as in the file. The frame has a RangeIndex. Treat it as read-only.
    """

    frame: pd.DataFrame
    schema: Schema
    notes: tuple[Note, ...] = ()
    name: str = "table"
    digest: str = ""  # SHA-256 of the original bytes and of the corrections given
    dialect: Dialect | None = None  # None for formats without one (Parquet, JSON)
    format: str = "text"  # what the bytes were: "text", "excel", "parquet" or "json"
    recipe: Recipe = field(default_factory=Recipe)  # what was decided since (see `preparation.prepare`)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.frame)

    def with_schema(self, schema: Schema) -> Dataset:
        """The same values under another schema."""
        return replace(self, schema=schema)


def _written(column: Column) -> dict[str, Any]:
    """A column as plain data; most have no former readings, and say nothing of them."""
    row = asdict(column)
    return row if column.before else {name: value for name, value in row.items() if name != "before"}


def _column(row: Mapping[str, Any]) -> Column:
    before = tuple(Reading(**_formatted(one)) for one in row.get("before", ()))
    return Column(**{**_formatted(row), "categories": tuple(row.get("categories", ())), "before": before})


def _formatted(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its format, and with tuples for lists."""
    written = row.get("format", {})
    marks = {key: tuple(written.get(key, ())) for key in ("true_values", "false_values")}
    form = ValueFormat(**{**written, **marks})
    return {**row, "format": form, "exceptions": tuple(row.get("exceptions", ()))}

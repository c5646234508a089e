"""A recipe as plain pandas: what `preparation.prepare` does, in lines that run without the workbench."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from backends.datasets.preparation import spellings
from backends.datasets.recipe import OTHER, Step
from backends.datasets.schema import Column, Dataset, Kind, Schema, ValueFormat

_BLANKS = " \t\xa0\u2007\u2009\u202f"


@dataclass(frozen=True)
class Tables:
    """The table as it was read, and after the steps: how values are written follows from one or the other.

    `kinds` are those of the columns as they stand before a step.
    """

    read: Schema
    prepared: Schema
    kinds: dict[str, Kind]

    def before(self, name: str) -> Column:
        """The column as it was read."""
        return self.read[name]

    def after(self, name: str) -> ValueFormat:
        """How the text of a column was understood by a step; the default where a later step dropped it."""
        return self.prepared[name].format if name in self.prepared else ValueFormat()


def pandas_code(read: Dataset, prepared: Dataset) -> str:
    """Lines that lead from the frame `df` of the table as it was read to that of the prepared one.

    Text stays text, missing values stay missing.

    >>> from backends.datasets import Recipe, Step, prepare, read_table
    >>> table = read_table(b"a,b\\n1,x\\n2,y\\n", "t.csv")
    >>> print(pandas_code(table, prepare(table, Recipe((Step("drop_columns", ("b",)),)))))
    df = df.drop(columns=['b'])
    """
    tables = Tables(read.schema, prepared.schema, {column.name: column.kind for column in read.schema})
    lines: list[str] = []
    for step in prepared.recipe:
        lines += _CODE[step.action](tables, step)
        tables.kinds.update(dict.fromkeys(step.columns, step.kind) if step.kind else {})
    body = "\n".join(lines)
    return f"import pandas as pd\n\n{body}" if "pd." in body else body


def _drop_columns(tables: Tables, step: Step) -> Iterator[str]:
    yield f"df = df.drop(columns={list(step.columns)!r})"


def _drop_duplicates(tables: Tables, step: Step) -> Iterator[str]:
    yield "df = df.drop_duplicates(ignore_index=True)"


def _treat_as(tables: Tables, step: Step) -> Iterator[str]:
    for name in step.columns:
        cell, before = f"df[{name!r}]", tables.before(name)
        if tables.kinds[name] == "boolean" and step.kind in ("category", "text", "identifier"):
            yield f"{cell} = {cell}.map({spellings(before)!r})"
        else:
            yield from _CONVERTED[str(step.kind)](cell, tables.after(name))


def _as_text(cell: str, form: ValueFormat) -> Iterator[str]:
    yield f"{cell} = {cell}.astype('str').where({cell}.notna())"


def _as_number(cell: str, form: ValueFormat) -> Iterator[str]:
    texts = f"{cell}.astype('str').str.strip()"
    strip = "".join(dict.fromkeys(c for c in form.strip if c not in _BLANKS))
    texts += f".str.strip({strip + _BLANKS!r})" if strip else ""
    texts += f".str.replace({form.thousands!r}, '', regex=False)" if form.thousands else ""
    texts += f".str.replace({form.decimal!r}, '.', regex=False)" if form.decimal != "." else ""
    texts += r""".str.replace(r'^\((.*)\)$', r'-\1', regex=True)""" if form.parentheses else ""
    scale = f" / {round(1 / form.scale)}" if form.scale != 1.0 else ""
    yield f"{cell} = pd.to_numeric({texts}, errors='coerce').astype('float64'){scale}"


def _as_integer(cell: str, form: ValueFormat) -> Iterator[str]:
    yield from _as_number(cell, form)
    yield f"{cell} = {cell}.astype('Int64')"


def _as_date(cell: str, form: ValueFormat) -> Iterator[str]:
    written = form.date_format or "ISO8601"
    yield f"{cell} = pd.to_datetime({cell}.astype('str').str.strip(), format={written!r}, errors='coerce')"


def _as_boolean(cell: str, form: ValueFormat) -> Iterator[str]:
    spelt = dict.fromkeys(form.true_values, True) | dict.fromkeys(form.false_values, False)
    yield f"{cell} = {cell}.astype('str').str.strip().map({spelt!r}).astype('boolean')"


def _treat_as_missing(tables: Tables, step: Step) -> Iterator[str]:
    values = f"[{', '.join(_literal(value) for value in step.values)}]"
    for name in step.columns:
        cell, kind = f"df[{name!r}]", tables.kinds[name]
        whole = ".astype('Int64')" if kind == "integer" else ""  # else 2 would become 2.0
        marks = f"pd.to_datetime({values}, format='ISO8601')" if kind == "datetime" else values
        yield f"{cell} = {cell}{whole}.mask({cell}.isin({marks}))"


def _merge_levels(tables: Tables, step: Step) -> Iterator[str]:
    for name in step.columns:
        yield f"df[{name!r}] = df[{name!r}].replace({dict(step.renames)!r})"


def _keep_levels(tables: Tables, step: Step) -> Iterator[str]:
    for name in step.columns:
        kept = f"df[{name!r}].isin({[str(value) for value in step.values]!r}) | df[{name!r}].isna()"
        yield f"df[{name!r}] = df[{name!r}].where({kept}, {OTHER!r})"


def _split_by(tables: Tables, step: Step) -> Iterator[str]:
    yield f"# in validation: GroupKFold with groups=df[{step.columns[0]!r}]"


def _split_in_time(tables: Tables, step: Step) -> Iterator[str]:
    yield f"# in validation: TimeSeriesSplit on the rows in the order of df[{step.columns[0]!r}]"


def _literal(value: str | float) -> str:
    return repr(value) if not isinstance(value, float) or abs(value) != float("inf") else f"float('{value}')"


_CONVERTED: dict[str, Callable[[str, ValueFormat], Iterator[str]]] = {
    "category": _as_text,
    "text": _as_text,
    "identifier": _as_text,
    "number": _as_number,
    "integer": _as_integer,
    "datetime": _as_date,
    "boolean": _as_boolean,
}
_CODE: dict[str, Callable[[Tables, Step], Iterator[str]]] = {
    "drop_columns": _drop_columns,
    "drop_duplicates": _drop_duplicates,
    "treat_as": _treat_as,
    "treat_as_missing": _treat_as_missing,
    "merge_levels": _merge_levels,
    "keep_levels": _keep_levels,
    "split_by": _split_by,
    "split_in_time": _split_in_time,
}

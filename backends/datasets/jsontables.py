"""JSON and JSON Lines to a raw table: records, columns, or split; nested objects become dotted columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from backends.datasets.raw import RawTable, check_cells, check_size
from backends.datasets.schema import Note
from backends.datasets.wording import agreeing, number_of
from backends.errors import WorkbenchError
from backends.settings import Settings

_WRAPPERS = ("data", "records", "rows", "results", "items")


def read_json(utf8: bytes, name: str, settings: Settings) -> RawTable:
    """Read a JSON table. Raises WorkbenchError for damage, excess nesting, or JSON that is no table."""
    try:
        value = _parsed(utf8, name)
        check_depth(value, settings.max_nesting + 2, name, settings)
        records, header = _records(value, name)
        return _table(records, header, len(utf8), settings)
    except RecursionError:
        raise too_deep(name, settings) from None


def _parsed(utf8: bytes, name: str) -> Any:
    try:
        return _loaded(utf8)
    except json.JSONDecodeError as whole:
        lines = [line for line in utf8.split(b"\n") if line.strip()]
        if len(lines) < 2 or whole.msg != "Extra data":
            raise _broken(name, whole.msg, whole.lineno) from None
    values = []
    for number, line in enumerate(utf8.split(b"\n"), 1):
        if line.strip():
            try:
                values.append(_loaded(line))
            except json.JSONDecodeError as error:
                raise _broken(name, error.msg, number) from None
    return values


def _loaded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # a whole number of more digits than Python reads
        raise json.JSONDecodeError(str(error).partition(":")[0], text.decode(errors="replace"), 0) from None


def _broken(name: str, message: str, line: int) -> WorkbenchError:
    return WorkbenchError(
        f"The file {name!r} is not valid JSON: {message} on line {line}.", hint="Mend it and load it again."
    )


def too_deep(name: str, settings: Settings) -> WorkbenchError:
    """The error of JSON that is nested deeper than the settings allow."""
    return WorkbenchError(
        f"The JSON in {name!r} is nested more than {settings.max_nesting} levels deep.",
        hint="Flatten it, or set WORKBENCH_MAX_NESTING higher.",
    )


def check_depth(value: Any, most: int, name: str, settings: Settings) -> None:
    """Raise WorkbenchError when lists and objects stand in each other more than `most` deep."""
    level = [value]
    for _ in range(most + 1):
        level = [inner for outer in level if isinstance(outer, dict | list)
                 for inner in (outer.values() if isinstance(outer, dict) else outer)
                 if isinstance(inner, dict | list)]  # fmt: skip
        if not level:
            return
    raise too_deep(name, settings)


def _records(value: Any, name: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Records of any of the usual shapes, and the column names where they are given apart."""
    if isinstance(value, dict):
        value = _unwrapped(value)
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        return value, []
    if isinstance(value, list) and value and all(isinstance(row, list) for row in value):
        width = max(map(len, value))
        names = [str(cell) for cell in value[0]] if all(isinstance(c, str) for c in value[0]) and value[0] else []
        header = names + [f"column_{at + 1}" for at in range(len(names), width)]
        return [dict(zip(header, row, strict=False)) for row in value[bool(names) :]], header
    if isinstance(value, list) and value and not any(isinstance(row, dict | list) for row in value):
        return [{"value": row} for row in value], ["value"]
    raise WorkbenchError(f"The JSON in {name!r} is no table.", hint='Give a list of records: [{"a": 1}, {"a": 2}].')


def _unwrapped(value: dict[str, Any]) -> Any:
    """The rows of an object: pandas' split form, columns of equal length, a known wrapper, or one record."""
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        return [[str(name) for name in value["columns"]], *value["data"]]
    for key in _WRAPPERS:
        if isinstance(value.get(key), list):
            return value[key]
    inner = list(value.values())
    if inner and all(isinstance(column, list) for column in inner) and len({len(column) for column in inner}) == 1:
        return [dict(zip(value, row, strict=True)) for row in zip(*inner, strict=True)]
    if inner and all(isinstance(column, dict) for column in inner):
        return _indexed(value)
    return [value]


def _indexed(value: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Objects of objects: columns of row labels (pandas' default) when all have the same keys, counting up."""
    keys = list(next(iter(value.values())))
    if keys == [str(at) for at in range(len(keys))] and all(list(column) == keys for column in value.values()):
        return [{name: column[key] for name, column in value.items()} for key in keys]
    return [{"key": key, **record} for key, record in value.items()]


def _list_note(key: str, count: int) -> Note:
    message = f"{number_of(count, 'list')} in {key!r} {agreeing(count, 'was', 'were')} kept as JSON text."
    return Note("list-as-text", message, count, column=key, severity="repair")


def _table(records: list[dict[str, Any]], header: list[str], size: int, settings: Settings) -> RawTable:
    columns: dict[str, list[Any]] = {name: [] for name in header}
    lists: dict[str, int] = {}
    for at, record in enumerate(records):
        for key, value in _flat(record):
            if isinstance(value, list):
                lists[key] = lists.get(key, 0) + 1
                value = json.dumps(value, ensure_ascii=False)
            column = columns.setdefault(key, [])
            column.extend([None] * (at - len(column)))
            if len(column) == at:
                column.append(value)
            else:
                column[at] = value
        check_size(at + 1, len(columns), settings.max_rows, settings.max_columns)
        check_cells(len(records), len(columns), size, settings)
    arrays = [_array(values + [None] * (len(records) - len(values))) for values in columns.values()]
    notes = [_list_note(key, count) for key, count in lists.items()]
    return RawTable(list(columns), [pa.chunked_array([array]) for array in arrays], notes)


def _flat(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + str(key), None if value == {} else value


def _array(values: list[Any]) -> pa.Array:
    """One Arrow array: of the values' own type when they share one, else of their text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and kinds:
        wide = any(isinstance(v, int) and abs(v) >= 2**63 for v in values)
        return pa.array(values if not wide else [v if v is None else str(v) for v in values],
                        type=pa.large_string() if wide else pa.float64() if float in kinds else pa.int64())  # fmt: skip
    if kinds == {bool}:
        return pa.array(values, type=pa.bool_())
    return pa.array([v if v is None or isinstance(v, str) else json.dumps(v) for v in values], type=pa.large_string())

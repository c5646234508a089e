"""`read_table`: bytes of any kind to a `Dataset`, one step after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa

from backends.datasets.attempts import Rules
from backends.datasets.describe import Pending, Understood
from backends.datasets.encodings import decode
from backends.datasets.formats import find_format
from backends.datasets.hints import Hints
from backends.datasets.kinds import understand_plain
from backends.datasets.names import unique_names
from backends.datasets.raw import LISTED, RawTable, check_size
from backends.datasets.schema import KINDS, Dataset, Dialect, Kind, Note, Schema
from backends.datasets.sheets import read_workbook
from backends.datasets.textfile import guess, read_text_table
from backends.datasets.typed import frame_of, is_text, understand
from backends.errors import WorkbenchError
from backends.settings import MEGABYTE, Settings

THREADS = 2  # columns understood at the same time


def read_table(
    data: bytes | Path,
    name: str,
    *,
    settings: Settings | None = None,
    kinds: Mapping[str, Kind] | None = None,
    **dialect: Any,
) -> Dataset:
    """Read a table from the bytes of a CSV, TSV, Parquet, JSON, JSON Lines or Excel file (or from its path).

    Everything about a text file is guessed; any field of `Dialect` given as a keyword, and `kinds`
    ({column: kind}), corrects the guess. `name` is the file's name: its ending is a promise that is
    checked against the content.

    Raises WorkbenchError for a correction that is unknown or cannot be, for what is no table, and for
    more than `settings` allow; nothing is returned half read.

    >>> dataset = read_table(b"name;price\\nbolt;1,50\\nnut;0,75\\n", "parts.csv")
    >>> dataset.frame["price"].tolist(), dataset.dialect.delimiter, dataset.dialect.decimal
    ([1.5, 0.75], ';', ',')
    """
    settings = settings or Settings.from_environment()
    corrections = _checked(dialect, kinds or {})
    data = _bytes(data, name, settings)
    with ThreadPoolExecutor(1) as pool:
        digest = pool.submit(_digest, data, corrections, dict(kinds or {}))
        raw, found = _raw(data, name, settings, corrections, dict(kinds or {}))
        del data
        raw = _named(raw)
        return _understood(raw, found, PurePath(name).name, corrections, dict(kinds or {}), digest.result())


def read_pasted(text: str, name: str = "pasted.csv", **options: Any) -> Dataset:
    """Read a table from pasted text; the same corrections as `read_table`, but no encoding.

    >>> read_pasted("a\\tb\\n1\\t2\\n").frame.shape
    (1, 2)
    """
    return read_table(text.encode("utf-8", errors="replace"), name, **{**options, "encoding": "utf-8"})


def guess_dialect(data: bytes) -> Dialect:
    """The dialect that `read_table` would read these bytes of a text file with."""
    return guess(decode(data), {}).dialect


def _checked(dialect: Mapping[str, Any], kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The corrections that were given; raises WorkbenchError for unknown or impossible ones."""
    known = {field.name: type(field.default) for field in fields(Dialect)}
    for key, value in dialect.items():
        if key not in known:
            raise WorkbenchError(
                f"There is no setting {key!r} for reading.", hint=f"There are {', '.join(known)}, kinds."
            )
        wanted = known[key]
        if wanted is tuple and isinstance(value, list | tuple):
            continue
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            raise WorkbenchError(f"{key} is {value!r}, which is no {_TYPES[wanted]}.", hint="Give another value.")
        if isinstance(value, int) and value < 0:
            raise WorkbenchError(f"{key} is {value}, which is below zero.", hint="Give zero or a larger number.")
    for column, kind in kinds.items():
        if kind not in KINDS:
            raise WorkbenchError(
                f"There is no kind {kind!r} (for {column!r}).", hint=f"The kinds are {', '.join(KINDS)}."
            )
    _check_marks(dialect)
    return {key: tuple(map(str, value)) if known[key] is tuple else value for key, value in dialect.items()}


_TYPES = {str: "text", int: "whole number", bool: "yes or no", tuple: "list of texts"}


def _check_marks(dialect: Mapping[str, Any]) -> None:
    for key in ("quotechar", "escapechar", "decimal", "thousands"):
        if len(dialect.get(key, "")) > 1:
            raise WorkbenchError(
                f"{key} is {dialect[key]!r}; it has to be a single character.", hint="Give one character."
            )
    if "decimal" in dialect and dialect["decimal"] not in (".", ","):
        raise WorkbenchError(f"decimal is {dialect['decimal']!r}; numbers use '.' or ','.", hint="Give one of them.")
    given = {key: dialect[key] for key in ("delimiter", "quotechar", "escapechar") if dialect.get(key)}
    for key, value in given.items():
        if any(c in "\r\n" for c in value):
            raise WorkbenchError(f"{key} cannot be a line break.", hint="Give another character.")
        same = next((other for other, mark in given.items() if other != key and mark == value), None)
        if same:
            raise WorkbenchError(f"{key} and {same} cannot both be {value!r}.", hint="Change one of them.")
    if dialect.get("thousands") and dialect.get("thousands") == dialect.get("decimal", "."):
        raise WorkbenchError(
            f"decimal and thousands cannot both be {dialect['thousands']!r}.", hint="Change one of them."
        )


def _bytes(data: bytes | Path, name: str, settings: Settings) -> bytes:
    size = data.stat().st_size if isinstance(data, Path) else len(data)
    if size > settings.max_upload_bytes:
        raise WorkbenchError(
            f"The file {name!r} has {size / MEGABYTE:,.1f} MB; at most {settings.max_upload_mb:,} MB are read.",
            hint="Take fewer rows, use Parquet, or set WORKBENCH_MAX_UPLOAD_MB higher.",
        )
    return data.read_bytes() if isinstance(data, Path) else bytes(data)


def _digest(data: bytes, corrections: Mapping[str, Any], kinds: Mapping[str, Kind]) -> str:
    digest = hashlib.sha256(data)
    if corrections or kinds:
        digest.update(repr((sorted(corrections.items()), sorted(kinds.items()))).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class _Found:
    """How the bytes were read, and what is known for the columns' kinds."""

    dialect: Dialect | None
    delimiter: str = ","


def _raw(
    data: bytes, name: str, settings: Settings, corrections: dict[str, Any], kinds: dict[str, Kind]
) -> tuple[RawTable, _Found]:
    kind = find_format(data, name)
    if kind == "text":
        raw, dialect = read_text_table(data, name, settings, {**corrections, **({"kinds": kinds} if kinds else {})})
        return raw, _Found(dialect, dialect.delimiter)
    if kind in ("xlsx", "xls"):
        raw, dialect = read_workbook(data, name, kind, settings, corrections)
        return raw, _Found(dialect)
    _refuse(corrections, kind, name)
    if kind == "parquet":
        from backends.datasets.parquet import read_parquet

        return read_parquet(data, name, settings), _Found(None)
    from backends.datasets.jsontables import read_json

    decoded = decode(data, corrections.get("encoding", ""))
    raw = read_json(decoded.utf8, name, settings)
    return replace(raw, notes=[*decoded.notes, *raw.notes]), _Found(None)


def _refuse(corrections: Mapping[str, Any], kind: str, name: str) -> None:
    """Corrections that mean nothing for a format are an error, not silence."""
    meaningful = {"missing_values", "decimal", "thousands"} | ({"encoding"} if kind == "json" else set())
    for key in corrections:
        if key not in meaningful:
            raise WorkbenchError(
                f"{name!r} has no {key.replace('_', ' ')} to correct.", hint="Correct the kinds instead."
            )


def _named(raw: RawTable) -> RawTable:
    names, notes = unique_names(raw.names)
    return replace(raw, names=names, notes=[*raw.notes, *notes])


def _understood(
    raw: RawTable, found: _Found, name: str, corrections: dict[str, Any], kinds: dict[str, Kind], digest: str
) -> Dataset:
    unknown = next((column for column in kinds if column not in raw.names), None)
    if unknown is not None:
        raise WorkbenchError(f"There is no column {unknown!r}.", hint=f"The columns are {', '.join(raw.names[:20])}.")
    columns, rows = list(raw.columns), raw.rows
    raw.columns.clear()  # each column of text is let go as soon as it is understood
    rules = Rules(
        marks=frozenset((*corrections["missing_values"], "")) if "missing_values" in corrections else None,
        decimal=corrections.get("decimal", ""),
        thousands=corrections.get("thousands"),
        hints=_hints(raw, columns, found.delimiter),
    )
    understood = _each(raw, columns, rows, rules, kinds)
    notes = [*raw.notes, *(_located(pending, raw) for column in understood for pending in column.notes)]
    schema = Schema(tuple(column.column for column in understood))
    frame = frame_of(list(zip(raw.names, understood, strict=True)))
    dialect = _completed(found.dialect, schema, corrections)
    return Dataset(frame, schema, tuple(notes), name, digest, dialect)


def _hints(raw: RawTable, columns: list[Any], delimiter: str) -> Hints:
    points = sum(pa.types.is_floating(columns[at].type) for at in raw.plain)
    return Hints.from_columns([column for column in columns if is_text(column.type)], delimiter, points)


def _each(raw: RawTable, columns: list[Any], rows: int, rules: Rules, kinds: dict[str, Kind]) -> list[Understood]:
    def one(at: int) -> Understood:
        column, columns[at] = columns[at], None
        if at in raw.plain:
            return understand_plain(raw.names[at], column)
        return understand(raw.names[at], column, rules, kinds.get(raw.names[at]))

    if rows < 50_000:
        return [one(at) for at in range(len(columns))]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(len(columns))))


def _located(pending: Pending, raw: RawTable) -> Note:
    if not len(pending.rows):
        return pending.note
    return replace(pending.note, lines=tuple(raw.lines(pending.rows[:LISTED])))


def _completed(dialect: Dialect | None, schema: Schema, corrections: dict[str, Any]) -> Dialect | None:
    """The dialect with the decimal mark and thousands separator that most number columns turned out to use."""
    if dialect is None:
        return None
    formats = [column.format for column in schema.of_kind("number", "integer")]
    commas = sum(written.decimal == "," for written in formats)
    points = sum(written.decimal == "." and column.kind == "number" for column, written in
                 zip(schema.of_kind("number", "integer"), formats, strict=True))  # fmt: skip
    grouped = [written.thousands for written in formats if written.thousands]
    guessed = {
        "decimal": "," if commas > points else ".",
        "thousands": max(set(grouped), key=grouped.count) if grouped else "",
    }
    return replace(dialect, **{**guessed, **corrections})


__all__ = ["check_size", "guess_dialect", "read_pasted", "read_table"]

"""`read_table`: bytes of any kind to a `Dataset`, one step after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa

from backends.datasets.attempts import Rules
from backends.datasets.corrections import checked, refuse_meaningless, without_effect
from backends.datasets.describe import Pending, Understood
from backends.datasets.encodings import decode
from backends.datasets.formats import find_format
from backends.datasets.hints import Hints
from backends.datasets.kinds import understand_plain
from backends.datasets.marks import Marks
from backends.datasets.names import shown_names, unique_names
from backends.datasets.raw import LISTED, RawTable, check_size
from backends.datasets.schema import Dataset, Dialect, Kind, Note, Schema
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
    corrections = checked(dialect, kinds or {})
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
    format: str = "text"


def _raw(
    data: bytes, name: str, settings: Settings, corrections: dict[str, Any], kinds: dict[str, Kind]
) -> tuple[RawTable, _Found]:
    kind = find_format(data, name)
    if kind == "text":
        raw, dialect = read_text_table(data, name, settings, {**corrections, **({"kinds": kinds} if kinds else {})})
        return raw, _Found(dialect, dialect.delimiter)
    if kind in ("xlsx", "xls"):
        raw, dialect = read_workbook(data, name, kind, settings, corrections)
        return raw, _Found(dialect, format="excel")
    refuse_meaningless(corrections, kind, name)
    if kind == "parquet":
        from backends.datasets.parquet import read_parquet

        return read_parquet(data, name, settings), _Found(None, format=kind)
    from backends.datasets.jsontables import read_json

    decoded = decode(data, corrections.get("encoding", ""))
    raw = read_json(decoded.utf8, name, settings)
    return replace(raw, notes=[*decoded.notes, *raw.notes]), _Found(None, format=kind)


def _named(raw: RawTable) -> RawTable:
    names, notes = unique_names(raw.names)
    return replace(raw, names=names, notes=[*raw.notes, *notes])


def _understood(
    raw: RawTable, found: _Found, name: str, corrections: dict[str, Any], kinds: dict[str, Kind], digest: str
) -> Dataset:
    unknown = next((column for column in kinds if column not in raw.names), None)
    if unknown is not None:
        raise WorkbenchError(f"There is no column {unknown!r}.", hint=f"The columns are {shown_names(raw.names)}.")
    columns, rows = list(raw.columns), raw.rows
    raw.columns.clear()  # each column of text is let go as soon as it is understood
    rules = Rules(
        marks=Marks.from_list(corrections["missing_values"]) if "missing_values" in corrections else None,
        decimal=corrections.get("decimal", ""),
        thousands=corrections.get("thousands"),
        hints=_hints(raw, columns, found.delimiter),
    )
    understood = _each(raw, columns, rows, rules, kinds)
    notes = [*raw.notes, *(_located(pending, raw) for column in understood for pending in column.notes)]
    schema = Schema(tuple(column.column for column in understood))
    notes += without_effect(corrections, schema, found.delimiter if found.format == "text" else "")
    frame = frame_of(list(zip(raw.names, understood, strict=True)))
    dialect = _completed(found.dialect, schema, corrections)
    return Dataset(frame, schema, tuple(notes), name, digest, dialect, found.format)


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

"""The engine's types as the few a data frame has: whole numbers, decimals, truth values, moments and text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", '"NULL"')
WIDE = ("HUGEINT", "UHUGEINT", "UBIGINT")  # whole numbers that need not fit into 64 bits
_PLAIN = {
    **dict.fromkeys(_WHOLE, "BIGINT"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "DOUBLE"),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP WITH TIME ZONE"), "TIMESTAMP"),
    "BOOLEAN": "BOOLEAN",
    "TIMESTAMP_NS": "TIMESTAMP_NS",
}


def projection(types: Sequence[str]) -> str:
    """The select list, by position, that turns columns of these types into plain ones.

    Dates become moments and moments with a time zone those in UTC; DECIMAL becomes a double; lists, structs, intervals,
    times, bytes and everything else become the engine's own text of them. A wide whole number travels as text until
    `narrowed` makes a number of it.

    >>> projection(["INTEGER", "HUGEINT", "DECIMAL(4,2)", "INTEGER[]", "DATE"])
    '#1::BIGINT, #2::VARCHAR, #3::DOUBLE, #4::VARCHAR, #5::TIMESTAMP'
    """
    return ", ".join(f"#{at}::{_plain(kind)}" for at, kind in enumerate(types, start=1))


def narrowed(table: pa.Table, types: Sequence[str]) -> pa.Table:
    """With wide whole numbers as int64 where every one fits, and as float64 where one does not."""
    for at, kind in enumerate(types):
        if kind in WIDE:
            table = table.set_column(at, table.schema.field(at).name, _number(table.column(at)))
    return table


def _plain(kind: str) -> str:
    if kind.startswith("DECIMAL") and not kind.endswith("]"):
        return "DOUBLE"
    return _PLAIN.get(kind, "VARCHAR")


def _number(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    try:
        return texts.cast(pa.int64())
    except pa.ArrowInvalid:
        return texts.cast(pa.float64())

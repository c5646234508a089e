"""Parquet to a raw table, its unpacked size known before anything is unpacked."""

from __future__ import annotations

import io

import pyarrow as pa

from backends.datasets.raw import RawTable, check_size
from backends.errors import WorkbenchError
from backends.settings import MEGABYTE, Settings

BATCH = 65_536  # rows
BATCH_CELLS = 8_000_000  # of a batch of very wide rows
LEAST = 8  # bytes of a cell in a frame, missing or not


def read_parquet(data: bytes, name: str, settings: Settings) -> RawTable:
    """Read a flat Parquet file; raises WorkbenchError for nested or binary columns, damage and excess."""
    import pyarrow.parquet as pq

    try:
        meta = pq.ParquetFile(io.BytesIO(data))
        schema = meta.schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(name, error) from None
    check_size(meta.metadata.num_rows, len(schema), settings.max_rows, settings.max_columns)
    for column in schema:
        _check_flat(column, name)
    declared = sum(meta.metadata.row_group(at).total_byte_size for at in range(meta.num_row_groups))
    declared = max(declared, LEAST * meta.metadata.num_rows * len(schema))
    if declared > settings.max_unpacked_bytes:
        raise too_large(name, declared, settings)
    try:
        columns = _batches(data, schema, name, settings)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(name, error) from None
    return RawTable([str(column) for column in schema.names], columns)


def _check_flat(column: pa.Field, name: str) -> None:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_nested(kind):
        raise WorkbenchError(
            f"Column {column.name!r} of {name!r} is nested ({str(kind)[:60]}).",
            hint="Spread it over plain columns, or leave it out.",
        )
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        raise WorkbenchError(
            f"Column {column.name!r} of {name!r} holds bytes ({kind}).", hint="Leave it out, or store it as text."
        )


def _batches(data: bytes, schema: pa.Schema, name: str, settings: Settings) -> list[pa.ChunkedArray]:
    """Read in batches with text kept as dictionaries, counting what it unpacks to before unpacking it."""
    import pyarrow.parquet as pq

    texts = [
        column.name for column in schema if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    ]
    file = pq.ParquetFile(io.BytesIO(data), read_dictionary=texts)
    chunks: list[list[pa.Array]] = [[] for _ in schema]
    unpacked = 0
    for batch in file.iter_batches(batch_size=max(1, min(BATCH, BATCH_CELLS // max(1, len(schema))))):
        for kept, column in zip(chunks, batch.columns, strict=True):
            unpacked += _unpacked_bytes(column)
            if unpacked > settings.max_unpacked_bytes:
                raise too_large(name, unpacked, settings)
            kept.append(_plain(column))
    return [
        pa.chunked_array(kept, type=kept[0].type if kept else _plain_type(column.type))
        for kept, column in zip(chunks, schema, strict=True)
    ]


def _unpacked_bytes(column: pa.Array) -> int:
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type) or not len(column.dictionary):
        return int(column.nbytes)
    words = column.dictionary.cast(pa.large_string())
    return int(pc.sum(pc.binary_length(words).take(column.indices)).as_py() or 0) + 8 * len(column)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    plain = pa.types.is_string(kind) or pa.types.is_string_view(kind) or pa.types.is_time(kind)
    return pa.large_string() if plain else kind


def _plain(column: pa.Array) -> pa.Array:
    """The values themselves. Raises pa.ArrowInvalid for texts that are no UTF-8, which Parquet does not check."""
    (column.dictionary if pa.types.is_dictionary(column.type) else column).validate(full=True)
    column = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    return column.cast(_plain_type(column.type))


def too_large(name: str, size: int, settings: Settings) -> WorkbenchError:
    """The error of a file that unpacks to more than the settings allow."""
    return WorkbenchError(
        f"The file {name!r} unpacks to more than {settings.max_unpacked_mb:,} MB ({size / MEGABYTE:,.0f} MB and on).",
        hint="Take fewer rows or columns, or set WORKBENCH_MAX_UNPACKED_MB higher.",
    )


def _damaged(name: str, error: Exception) -> WorkbenchError:
    reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return WorkbenchError(f"The Parquet file {name!r} cannot be read: {reason}.", hint="Write it again, or use CSV.")

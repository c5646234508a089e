"""Parquet in blocks; what a row group or a block unpacks to is known, and bounded, before it is unpacked."""

from __future__ import annotations

from collections.abc import Generator
from typing import IO, Any

from backends.errors import WorkbenchError
from backends.serving.api.table_columns import Columns
from backends.serving.api.tables import BLOCK, Block, check_rows, checked_names
from backends.settings import MEGABYTE, Settings

BLOCK_BYTES = 64 * MEGABYTE  # of text in one block, where a few bytes of the file can stand for many


def parquet_blocks(file: IO[bytes], settings: Settings, columns: Columns) -> Generator[Block, None, None]:
    """A Parquet file in blocks: those of its columns that the model takes, which have to be flat.

    What a row group or a block unpacks to is known, and bounded, before it is. Columns that the model does not take
    are not read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.ParquetFile(file).schema_arrow
        taken = list(columns.among(checked_names(schema.names, settings)))
        fields = [schema.field(name) for name in taken]
        texts = [one.name for one in fields if pa.types.is_string(one.type) or pa.types.is_large_string(one.type)]
        table = pq.ParquetFile(file, read_dictionary=texts)
        _check_parquet(table, fields, settings)
        start = 0
        for batch in table.iter_batches(batch_size=BLOCK, columns=taken):
            yield Block(_plain(batch).to_pandas(), start)
            start += batch.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise WorkbenchError(
            f"The Parquet file cannot be read: {reason}.", hint="Write it again, or use CSV."
        ) from None


def _check_parquet(table: Any, fields: list[Any], settings: Settings) -> None:
    import pyarrow as pa

    meta = table.metadata
    check_rows(meta.num_rows, settings)
    for field in fields:
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type):
            raise WorkbenchError(f"Column {field.name!r} holds {str(field.type)[:60]}.", hint="Give plain values.")
    unpacked = max((meta.row_group(at).total_byte_size for at in range(meta.num_row_groups)), default=0)
    if unpacked > settings.max_unpacked_bytes:
        raise WorkbenchError(
            f"A row group of the Parquet file unpacks to {unpacked / MEGABYTE:,.0f} MB.",
            hint="Write it with smaller row groups, or set WORKBENCH_MAX_UNPACKED_MB higher.",
        )


def _plain(batch: Any) -> Any:
    """Texts spelt out from their dictionaries, once it is known how long they get.

    Raises pa.ArrowInvalid for texts that are no UTF-8, which Parquet does not check.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = [pa.types.is_dictionary(column.type) for column in batch.columns]
    size = 0
    for column in (column for column, is_coded in zip(batch.columns, coded, strict=True) if is_coded):
        lengths = pc.binary_length(column.dictionary.cast(pa.large_string()))
        size += pc.sum(lengths.cast(pa.int64()).take(column.indices)).as_py() or 0
    if size > BLOCK_BYTES:
        raise WorkbenchError(
            f"{batch.num_rows:,} rows of the Parquet file hold {size / MEGABYTE:,.0f} MB of text.",
            hint=f"{BLOCK_BYTES // MEGABYTE} MB are read at once; send shorter texts.",
        )
    for column, is_coded in zip(batch.columns, coded, strict=True):
        (column.dictionary if is_coded else column).validate(full=True)
    columns = [
        column.cast(column.type.value_type) if is_coded else column
        for column, is_coded in zip(batch.columns, coded, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)

"""A dataset's columns as Arrow, for the engine to read in place; as a file that a child process maps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from backends.query.names import column_names

if TYPE_CHECKING:
    import pandas as pd

    from backends.datasets import Dataset


def arrow_table(dataset: Dataset) -> pa.Table:
    """The table as the engine sees it: missing values are NULL (a NaN is one), names are unique but for case."""
    frame = dataset.frame
    columns = [_column(frame.iloc[:, at]) for at in range(frame.shape[1])]
    return pa.table(columns, names=column_names(frame.columns))


def write_table(dataset: Dataset, path: Path) -> None:
    """Write the table as an Arrow file, complete or not at all."""
    table = arrow_table(dataset)
    part = path.with_suffix(".part")
    try:
        with pa.OSFile(str(part), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def map_table(path: Path) -> pa.Table:
    """The table in a file of `write_table`, mapped: it takes no memory of its own."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _column(series: pd.Series) -> pa.ChunkedArray | pa.Array:
    values = pa.array(series, from_pandas=True)
    kind = values.type
    if pa.types.is_timestamp(kind) and kind.unit != "us":
        try:
            return values.cast(pa.timestamp("us"))  # the engine's own unit; most of its functions know no other
        except pa.ArrowInvalid:
            return values  # nanoseconds that count, or a year too far away
    return values

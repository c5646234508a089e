"""One table for many worker processes: written once, mapped into memory by each, never copied per fit."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa


class Table(Protocol):
    """Something small that travels with a task and gives the frame where the task runs."""

    def frame(self) -> pd.DataFrame:
        """The table. Treat it as read-only."""
        ...


@dataclass(frozen=True)
class MappedTable:
    """A table in an Arrow file on this machine; numbers are read in place, without a copy per process."""

    path: Path

    @classmethod
    def written(cls, frame: pd.DataFrame, path: Path) -> MappedTable:
        """Write `frame` to `path` so that `frame()` gives it back exactly, types included."""
        import pyarrow as pa

        with pa.OSFile(str(path), "wb") as file:
            _write(frame, file)
        return cls(path)

    def frame(self) -> pd.DataFrame:
        """The table, mapped once per process."""
        return _mapped(self.path)


@dataclass(frozen=True)
class InlineTable:
    """The table itself, for workers on other machines."""

    table: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """The table."""
        return self.table


@dataclass(frozen=True)
class PackedTable:
    """A table as the bytes of an Arrow file, for workers on other machines: the frame is the one of a `MappedTable`.

    `name` is the table's own and stands for its bytes.
    """

    name: str
    data: bytes = field(compare=False, repr=False)

    @classmethod
    def packed(cls, frame: pd.DataFrame) -> PackedTable:
        """Pack `frame`, under a name that no other table has."""
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        _write(frame, sink)
        return cls(uuid.uuid4().hex, sink.getvalue().to_pybytes())

    def frame(self) -> pd.DataFrame:
        """The table, unpacked once per process."""
        return _unpacked(self)


def _write(frame: pd.DataFrame, sink: pa.NativeFile) -> None:
    import pyarrow as pa

    # NaN stays NaN instead of becoming null: only then is a column of numbers used where it lies.
    arrays = [pa.array(frame[name], from_pandas=frame[name].dtype.kind != "f") for name in frame.columns]
    schema = pa.Schema.from_pandas(frame, preserve_index=False)
    fields = [field.with_type(array.type) for field, array in zip(schema, arrays, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=schema.metadata))
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


@lru_cache(maxsize=2)
def _unpacked(table: PackedTable) -> pd.DataFrame:
    import pyarrow as pa

    return pa.ipc.open_file(pa.py_buffer(table.data)).read_all().to_pandas(split_blocks=True)


@lru_cache(maxsize=2)
def _mapped(path: Path) -> pd.DataFrame:
    import pyarrow as pa

    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all().to_pandas(split_blocks=True)

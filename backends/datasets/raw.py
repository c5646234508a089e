"""A table as it was found: columns of text (or of values already typed), before their kinds are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from backends.datasets.schema import Note
from backends.datasets.wording import number_of
from backends.errors import WorkbenchError
from backends.settings import MEGABYTE, Settings

CELL = 32  # bytes: what a cell that a reader fills up takes at least, in all the forms it goes through
LISTED = 20  # lines and values that a note or a column quotes


@dataclass(frozen=True)
class RawTable:
    """Equally long columns, their names, what was repaired, and the line of each row.

    `plain` are positions of columns whose text was converted to numbers already.
    `lines` turns positions of rows into line numbers of the file (row numbers where a file has no lines).
    """

    names: list[str]
    columns: list[pa.ChunkedArray]
    notes: list[Note] = field(default_factory=list)
    plain: frozenset[int] = frozenset()
    lines: Callable[[np.ndarray], Sequence[int]] = lambda rows: [int(row) + 1 for row in rows]

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.columns[0]) if self.columns else 0


def check_size(rows: int, columns: int, max_rows: int, max_columns: int) -> None:
    """Raise WorkbenchError when a table is larger than the settings allow."""
    if columns > max_columns:
        raise WorkbenchError(
            f"The table has {number_of(columns, 'column')}; at most {max_columns:,} can be read.",
            hint="Leave columns out, or set WORKBENCH_MAX_COLUMNS higher.",
        )
    if rows > max_rows:
        raise WorkbenchError(
            f"The table has more than {number_of(max_rows, 'row')}, the most that can be read.",
            hint="Take a sample of the rows, or set WORKBENCH_MAX_ROWS higher.",
        )


def check_cells(rows: int, columns: int, size: int, settings: Settings) -> None:
    """Raise WorkbenchError for a table with far more cells than its file of `size` bytes can hold.

    Every cell that is written takes a byte or more, a delimiter at least. A few short rows under a wide header, or one
    cell in the last corner of a sheet, make a table of any size out of a few bytes; up to `max_unpacked_mb` that is
    read all the same.
    """
    if rows * columns > max(settings.max_unpacked_bytes // CELL, size):
        held = f"{size / MEGABYTE:,.1f} MB"
        raise WorkbenchError(
            f"The table has {number_of(rows, 'row')} and {number_of(columns, 'column')}, most of it empty: more cells "
            f"than its {held} hold.",
            hint="Leave out the columns that are almost empty, or set WORKBENCH_MAX_UNPACKED_MB higher.",
        )

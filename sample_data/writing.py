"""How every sample becomes a file, so that the same table always gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).resolve().parent

Tables = Mapping[str, Callable[[], pd.DataFrame]]  # file name → the function that makes its table


def csv_bytes(table: pd.DataFrame) -> bytes:
    r"""`table` as CSV: UTF-8, commas, LF, a header row, an empty cell for a missing value.

    >>> csv_bytes(pd.DataFrame({"a": [1.5, None], "b": ["x, y", "z"]}))
    b'a,b\n1.5,"x, y"\n,z\n'
    """
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8")


def write(tables: Tables) -> None:
    """Write each table beside this file and print what was written."""
    for name, make_table in tables.items():
        table = make_table()
        (FOLDER / name).write_bytes(csv_bytes(table))
        print(f"{name}: {len(table):,} rows × {table.shape[1]} columns")

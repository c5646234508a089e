"""Tables as the parts of a profile take them, and real ones where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from backends.datasets.reader import read_table
from backends.datasets.schema import Column, Dataset, Kind, Schema
from backends.profiling.values import Values

KINDS: dict[str, Kind] = {"f": "number", "i": "integer", "b": "boolean", "M": "datetime"}
EXTRA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[4] / "shared" / "data"))


def values(columns: dict[str, Any] | pd.DataFrame, name: str = "table", **kinds: Kind) -> Values:
    """A table whose kinds follow the types (text is a category), but for those named."""
    frame = pd.DataFrame(columns)
    schema = Schema(
        tuple(Column(label, kinds.get(label) or KINDS.get(frame[label].dtype.kind, "category")) for label in frame)
    )
    return Values(Dataset(frame, schema, name=name))


def text(entries: Any) -> pd.Series:
    return pd.Series(entries, dtype="str")


def real(file: str) -> Values:
    """A real table; skips the test, saying so, where it is not at hand."""
    path = EXTRA / "tabular" / file
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return Values(read_table(path.read_bytes(), path.name))

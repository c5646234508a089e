"""Small tables for the tests of the profile: a frame and its kinds make a dataset."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.schema import Column, Dataset, Kind, Schema
from backends.profiling.values import Values

KINDS: dict[str, Kind] = {"f": "number", "i": "integer", "u": "integer", "b": "boolean", "M": "datetime"}


def values(columns: dict[str, Any] | pd.DataFrame, **kinds: Kind) -> Values:
    """The columns with the kind that follows from their type (text: category), or the one that is named."""
    frame = pd.DataFrame(columns)
    found = [Column(str(name), kinds.get(str(name)) or kind_of(frame[name])) for name in frame.columns]
    return Values(Dataset(frame, Schema(tuple(found))))


def kind_of(series: pd.Series) -> Kind:
    return "category" if isinstance(series.dtype, pd.StringDtype) else KINDS[series.dtype.kind]


def text(*cells: str | None) -> pd.Series:
    return pd.Series(list(cells), dtype="str")


def integers(*cells: int | None) -> pd.Series:
    return pd.Series(list(cells), dtype="Int64")


def dates(*cells: str | None) -> pd.Series:
    return pd.Series(np.array([cell or "NaT" for cell in cells], dtype="datetime64[us]"))

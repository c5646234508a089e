"""The distinct texts of a column: what is decided, is decided on them, and then spread over the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets.marks import MISSING, MISSING_AMONG_VALUES, Marks

SAMPLED = 300


@dataclass(frozen=True)
class Levels:
    """Distinct texts in order of first appearance, how often each comes, and which one each row has.

    `marks` say which texts (blanks around them ignored) mean "no value"; `values` that those count too which do
    only among numbers, dates and yes/no.
    """

    texts: pa.Array
    codes: np.ndarray
    column: pa.ChunkedArray
    marks: Marks = field(default_factory=Marks)
    values: bool = False

    @classmethod
    def of(cls, column: pa.ChunkedArray, marks: Marks | None = None) -> Levels:
        """The levels of a column of text; nulls count as empty text."""
        if column.null_count:
            column = pc.fill_null(column, "")
        encoded = pc.dictionary_encode(column).combine_chunks()
        if isinstance(encoded, pa.ChunkedArray):  # a column without any chunk
            encoded = pa.array([], type=pa.string()).dictionary_encode()
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        return cls(encoded.dictionary, codes, column, marks or Marks())

    @cached_property
    def trimmed(self) -> pa.Array:
        """The texts without the blanks around them."""
        return pc.utf8_trim_whitespace(self.texts)

    @cached_property
    def stripped(self) -> list[str]:
        """The same as Python's texts; of a million levels they are large and slow to make."""
        return self.trimmed.to_pylist()

    def value(self, at: int) -> str:
        """The text of level `at` without the blanks around it."""
        return self.trimmed[at].as_py()

    @cached_property
    def counts(self) -> np.ndarray:
        """In how many rows each text stands."""
        return np.bincount(self.codes, minlength=len(self.texts))

    @cached_property
    def missing(self) -> np.ndarray:
        """Which levels mean "no value"."""
        marks = self.marks.among_values if self.values else self.marks.anywhere
        return _mask(pc.is_in(self.trimmed, value_set=pa.array(sorted(marks), type=self.trimmed.type)))

    @cached_property
    def blank(self) -> np.ndarray:
        """Which levels are empty but for blanks."""
        return _mask(pc.equal(self.trimmed, ""))

    def among_values(self) -> Levels:
        """The same with the marks that mean "no value" among numbers, dates and yes/no."""
        return self if self.marks.anywhere == self.marks.among_values else replace(self, values=True)

    @cached_property
    def present(self) -> np.ndarray:
        """Positions of the levels that are values."""
        return np.flatnonzero(~self.missing)

    @cached_property
    def filled(self) -> int:
        """Rows that hold a value."""
        return int(self.counts[self.present].sum())

    def sample(self) -> list[str]:
        """Up to 300 of the values, stripped, evenly spread over their first appearance."""
        picked = self.present
        if len(picked) > SAMPLED:
            picked = picked[np.linspace(0, len(picked) - 1, SAMPLED).astype(int)]
        return self.trimmed.take(pa.array(picked)).to_pylist()

    def spread(self, values: np.ndarray) -> np.ndarray:
        """One value per level → one per row."""
        return values[self.codes]

    def spread_text(self, values: Sequence[str | None]) -> pd.Series:
        """One text (None: missing) per level → a `str` column; the column itself where nothing changes."""
        if self.texts.to_pylist() == list(values):
            return pd.Series(pd.array(self.column, dtype="str"))
        texts = pa.array(values, type=pa.large_string()).take(pa.array(self.codes))
        return pd.Series(pd.array(texts, dtype="str"))

    def ranked(self, texts: Sequence[str]) -> list[tuple[str, int]]:
        """The values, spelt as `texts`, with their numbers of rows: most frequent first, then by first appearance."""
        total: dict[str, int] = {}
        for at, count in zip(self.present.tolist(), self.counts[self.present].tolist(), strict=True):
            total[texts[at]] = total.get(texts[at], 0) + count
        return sorted(total.items(), key=lambda item: -item[1])

    def rows_of(self, levels: np.ndarray, most: int = 20) -> np.ndarray:
        """Positions of the first rows that hold one of `levels` (a mask)."""
        return np.flatnonzero(levels[self.codes])[:most]


def _mask(booleans: pa.Array) -> np.ndarray:
    return booleans.to_numpy(zero_copy_only=False).astype(bool)


def sample_of(column: pa.ChunkedArray, size: int = 200) -> list[str]:
    """Distinct values (stripped, without missing marks) among `size` evenly spaced cells of a column of text."""
    rows = len(column)
    positions = sorted({at * (rows - 1) // (size - 1) for at in range(size)})
    cells = column.to_pylist() if rows <= size else [column[at].as_py() for at in positions]
    texts = (text.strip() for text in cells if text is not None)
    return [text for text in dict.fromkeys(texts) if text not in MISSING and text not in MISSING_AMONG_VALUES]

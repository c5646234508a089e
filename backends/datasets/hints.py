"""What the rest of a table says about a column that could be read in two ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from backends.datasets import dates, numbers
from backends.datasets.levels import sample_of

LOOKED_AT = 200  # columns


@dataclass(frozen=True)
class Hints:
    """Lazily counted votes of the columns: is the decimal mark a comma, and does the day precede the month?"""

    samples: Sequence[Sequence[str]] = ()
    delimiter: str = ","
    points: int = 0  # columns that are known to use a decimal point

    @classmethod
    def from_columns(cls, columns: Sequence[pa.ChunkedArray], delimiter: str, points: int = 0) -> Hints:
        """Keep a sample of each of the first columns of text."""
        samples = [sample_of(column, 100) for column in columns[:LOOKED_AT]]
        return cls([sample for sample in samples if sample], delimiter, points)

    @cached_property
    def decimal_comma(self) -> bool:
        """Do more columns use a decimal comma than a decimal point, beyond doubt?"""
        comma, point = 0, self.points
        for sample in self.samples:
            found = numbers.number_formats(sample, "", None)
            if found and not numbers.ambiguous(sample, found[0]) and _has_decimals(sample, found[0].decimal):
                comma += found[0].decimal == ","
                point += found[0].decimal == "."
        return comma > point

    @cached_property
    def day_first(self) -> bool:
        """Do the unambiguous dates put the day first? Without any, a decimal comma or `;` says so."""
        votes = [dates.day_first(found[0]) for sample in self.samples if len(found := dates.date_formats(sample)) == 1]
        first, second = votes.count(True), votes.count(False)
        if first != second:
            return first > second
        return self.delimiter == ";" or self.decimal_comma


def _has_decimals(sample: Sequence[str], decimal: str) -> bool:
    """Some value shows the mark beyond doubt, which a group of three digits behind it is not."""
    if not any(decimal in text for text in sample):
        return False
    behind = [text.rsplit(decimal, 1)[1] for text in sample if decimal in text]
    return any(len(digits.rstrip("% €$£")) != 3 for digits in behind) or any(text.count(decimal) > 1 for text in sample)

"""How much an explanation may cost: how many rows are explained, and against how many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.profiling.budget import Sample


@dataclass(frozen=True)
class ExplainBudget:
    """The time an explanation may take, as sizes that are expected to fit in it.

    Sizes follow from the model's and the table's shape and stated rates, not from a clock: the same model, budget and
    seed explain the same rows on every machine. Rows that are asked for by name are all explained.
    """

    seconds: float = 2.0
    seed: int = 0
    least: int = 100  # rows that a sample has at least; fewer say too little about a model
    background: int = 100  # rows to compare with, where an engine needs them
    threads: int = 2

    def sample(self, of: int, seconds_per_row: float) -> Sample:
        """Which of `of` rows are explained when one takes `seconds_per_row`.

        >>> ExplainBudget(seconds=2).sample(of=5_000, seconds_per_row=0.004).words
        'from a random sample of 500 of 5,000 rows'
        """
        size = max(self.least, int(self.seconds / max(seconds_per_row, 1e-9)))
        return self.draw(of, size)

    def draw(self, of: int, size: int) -> Sample:
        """`size` of `of` rows, drawn without replacement with this seed; all of them when there are no more."""
        if size >= of:
            return Sample(of, of)
        positions = np.random.default_rng(self.seed).choice(of, size, replace=False, shuffle=False)
        return Sample(size, of, np.sort(positions))


def taken(frame: pd.DataFrame, sample: Sample) -> pd.DataFrame:
    """The sampled rows of a frame, with their index."""
    return frame if sample.positions is None else frame.iloc[sample.positions]

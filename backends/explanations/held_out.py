"""Some of a model's held-out rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backends.errors import WorkbenchError
from backends.profiling.budget import Sample
from backends.training.results import TrainedModel

FEWEST_ROWS = 10  # of chosen ones; in fewer a shuffled column often looks as before


def restricted(model: TrainedModel, rows: np.ndarray) -> TrainedModel:
    """The model with `holdout` and `holdout_codes` of these held-out rows alone, positions among them.

    Raises WorkbenchError for a position that there is none of, and for fewer than `FEWEST_ROWS`.
    """
    rows, held_out = np.unique(np.asarray(rows, dtype=np.intp)), len(model.holdout)
    if len(rows) and not (rows[0] >= 0 and rows[-1] < held_out):
        wrong = rows[0] if rows[0] < 0 else rows[-1]
        raise WorkbenchError(f"There is no held-out row {wrong:,}.", hint=f"There are rows 0 to {held_out - 1:,}.")
    if len(rows) < FEWEST_ROWS:
        raise WorkbenchError(
            f"{len(rows):,} held-out rows are too few to shuffle a column among (at least {FEWEST_ROWS}).",
            hint="Choose more rows.",
        )
    return replace(model, holdout=model.holdout.iloc[rows], holdout_codes=model.holdout_codes[rows])


def in_words(sample: Sample, held_out: int) -> str:
    """Which rows were looked at: empty for all held-out ones."""
    if sample.of == held_out:
        return sample.words
    chosen = f"chosen from {held_out:,} held-out rows"
    return f"from {sample.rows:,} rows {chosen}" if sample.whole else f"{sample.words}, {chosen}"

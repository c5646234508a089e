"""Some of a model's held-out rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.profiling.budget import Sample
from backends.training.results import TrainedModel

FEWEST_ROWS = 10  # of chosen ones; in fewer a shuffled column often looks as before


def part_of(model: TrainedModel, rows: np.ndarray | None) -> TrainedModel:
    """The model with these held-out rows alone, positions among them, with what was left aside of them; None for all.

    Raises WorkbenchError for a position that there is none of.
    """
    if rows is None:
        return model
    rows = _known(rows, len(model.holdout))
    frames = {name: getattr(model, name).iloc[rows].reset_index(drop=True) for name in ("holdout", "aside")}
    return replace(model, holdout_rows=model.holdout_rows[rows], holdout_codes=model.holdout_codes[rows], **frames)


def compared_with(model: TrainedModel, background: pd.DataFrame | None) -> pd.DataFrame:
    """The rows that others are explained against: the held-out ones unless given. Raises WorkbenchError for none."""
    rows = model.holdout if background is None else background
    if not len(rows):
        raise WorkbenchError(
            "There are no held-out rows to compare with.", hint="Hold out a share of the rows, or give a background."
        )
    return rows


def restricted(model: TrainedModel, rows: np.ndarray) -> TrainedModel:
    """The model with `holdout` and `holdout_codes` of these held-out rows alone, positions among them.

    Raises WorkbenchError for a position that there is none of, and for fewer than `FEWEST_ROWS`.
    """
    rows = _known(rows, len(model.holdout))
    if len(rows) < FEWEST_ROWS:
        raise WorkbenchError(
            f"{len(rows):,} held-out rows are too few to shuffle a column among (at least {FEWEST_ROWS}).",
            hint="Choose more rows.",
        )
    return replace(model, holdout=model.holdout.iloc[rows], holdout_codes=model.holdout_codes[rows])


def _known(rows: np.ndarray, held_out: int) -> np.ndarray:
    """The positions, ascending, each once."""
    rows = np.unique(np.asarray(rows, dtype=np.intp))
    if len(rows) and not (rows[0] >= 0 and rows[-1] < held_out):
        wrong = rows[0] if rows[0] < 0 else rows[-1]
        raise WorkbenchError(f"There is no held-out row {wrong:,}.", hint=f"There are rows 0 to {held_out - 1:,}.")
    return rows


def in_words(sample: Sample, held_out: int) -> str:
    """Which rows were looked at: empty for all held-out ones."""
    if sample.of == held_out:
        return sample.words
    chosen = f"chosen from {held_out:,} held-out rows"
    return f"from {sample.rows:,} rows {chosen}" if sample.whole else f"{sample.words}, {chosen}"

"""What the model decides of candidates, in batches, counted and within the time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from backends.explanations.coding import Coding
from backends.training.formulas import predicted_codes
from backends.training.policy import Policy
from backends.training.results import TrainedModel

BATCH_SECONDS = 0.25
CELLS = 4_000_000  # of one batch
NOISE = 1e-9  # a decision that rests on less could fall the other way beside other rows


class OutOfTime(Exception):  # noqa: N818 - it is no error: what was found until then counts
    """The stated time is over."""


@dataclass
class Judge:
    """Scores coded rows by how far the model's decision is on the side of class `target`.

    Rows without the columns that only the policy needs take them from `row`. `policy` False means the more probable
    class. Counts what it scored in `tried`. Batches end before the `deadline` (of `time.perf_counter`) by what the
    last one took; where not even one row fits it raises OutOfTime instead. `late` says whether it has, `varied` whether
    the model has said two different things.
    """

    model: TrainedModel
    coding: Coding
    row: pd.DataFrame
    target: int
    policy: bool
    deadline: float
    tried: int = 0
    late: bool = field(default=False, init=False)
    varied: bool = field(default=False, init=False)
    _batch: int = field(default=1, init=False)
    _each: float = field(default=0.0, init=False)  # seconds for a row
    _said: np.ndarray | None = field(default=None, init=False)  # of the first row

    def leads(self, matrix: np.ndarray) -> np.ndarray:
        """Above 0 where the decision is the target's, at most 0 elsewhere, growing towards the target, (rows,)."""
        found = []
        start = 0
        while start < len(matrix):
            part = matrix[start : start + min(self._batch, self._fitting())]
            found.append(self._lead(self.frame(part)))
            start += len(part)
            self.tried += len(part)
        return np.concatenate(found) if found else np.empty(0)

    @property
    def over(self) -> bool:
        """Whether the time is over."""
        return self.late or time.perf_counter() > self.deadline

    def _fitting(self) -> int:
        """How many rows the time that is left allows. Raises OutOfTime for none."""
        fitting = int((self.deadline - time.perf_counter()) / max(self._each, 1e-9))
        self.late = self.late or fitting < 1
        if fitting < 1:
            raise OutOfTime
        return fitting

    def frame(self, matrix: np.ndarray) -> pd.DataFrame:
        """Coded rows with everything that a decision needs."""
        rows = self.coding.decode(matrix)
        absent = [name for name in self.model.policy.columns if name not in rows.columns and name in self.row.columns]
        extra = self.row[absent].iloc[np.zeros(len(rows), dtype=int)].reset_index(drop=True)
        return pd.concat([rows, extra], axis=1) if absent else rows

    def decided(self, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (rows, classes) and the decision's class codes (rows,)."""
        started = time.perf_counter()
        known = self.model.probabilities(frame)
        codes = self._decide(known, frame)
        self._learn(known, time.perf_counter() - started, frame.shape[1])
        return known, codes

    def _learn(self, known: np.ndarray, seconds: float, columns: int) -> None:
        """How many rows the next batch may have, and whether the model says different things."""
        if not len(known):
            return
        self._said = known[0] if self._said is None else self._said
        self.varied = self.varied or bool((known != self._said).any())
        self._each = seconds / len(known)
        most = max(1, CELLS // max(columns, 1))
        grown = 8 * max(self._batch, len(known))
        self._batch = min(max(int(BATCH_SECONDS / max(self._each, 1e-9)), 1), 4096, most, grown)

    def _decide(self, known: np.ndarray, frame: pd.DataFrame) -> np.ndarray:
        return self._rule.decide(known[:, 1], frame) if self.model.binary else predicted_codes(known)

    @property
    def _rule(self) -> Policy:
        return self.model.policy if self.policy else Policy()

    def _lead(self, frame: pd.DataFrame) -> np.ndarray:
        known, codes = self.decided(frame)
        if self.model.binary:
            above = known[:, 1] - self._rule.thresholds_of(frame)
            lead = above if self.target == 1 else -above
        else:
            others = np.delete(known, self.target, axis=1).max(axis=1)
            lead = known[:, self.target] - others
        flips = (codes == self.target) & ((np.abs(lead) >= NOISE) | (lead == 0))
        return np.where(flips, np.maximum(lead, NOISE), np.minimum(lead, 0.0))

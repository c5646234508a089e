"""Rows in which only some columns are known: the others are taken from a row of the background."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd
from scipy import sparse

from backends.explanations.rates import UNKNOWN, seconds_per_prediction
from backends.explanations.sources import Sources, dense, prepared
from backends.training.results import TrainedModel
from backends.training.threads import pool_of

CELLS_AT_ONCE = 4_000_000


class Game(Protocol):
    """A model's probabilities for mixed rows; players are the columns that differ anywhere.

    `of_rows` and `of_background` are the probabilities of rows as they are.
    """

    @property
    def players(self) -> np.ndarray:
        """Positions of the columns in the schema."""

    @property
    def of_rows(self) -> np.ndarray:
        """(rows, outputs)."""

    @property
    def of_background(self) -> np.ndarray:
        """(background rows, outputs)."""

    @property
    def seconds(self) -> float:
        """The expected time for one mixed row."""

    def mixed(self, row: np.ndarray, other: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Probabilities (n, outputs) of rows that are `row` where `known` (n, players) and `other` (n,) elsewhere."""


@dataclass(frozen=True)
class MatrixGame:
    """Mixes the rows of the prepared matrix, which is the same as preparing mixed rows and much quicker.

    It holds because every input of the estimator comes from one column of the same row (see `sources`).
    """

    estimator: Any
    sources: Sources
    rows: Any  # (rows, inputs), dense or sparse
    background: Any
    threads: int = 1

    @classmethod
    def of(
        cls, model: TrainedModel, sources: Sources, rows: pd.DataFrame, background: pd.DataFrame, threads: int = 1
    ) -> MatrixGame:
        """The game of a model for these rows against this background."""
        return cls(model.pipeline[-1], sources, prepared(model, rows), prepared(model, background), threads)

    @cached_property
    def players(self) -> np.ndarray:
        """Columns with an input that is not the same in all rows and the whole background."""
        both = sparse.vstack([self.rows, self.background]) if self._sparse else np.vstack([self.rows, self.background])
        if self._sparse:
            varies = (both.max(axis=0).toarray() != both.min(axis=0).toarray())[0]
        else:
            varies = ~((both == both[0]) | (np.isnan(both) & np.isnan(both[0]))).all(axis=0)
        return np.unique(self.sources.column_of[varies])

    @cached_property
    def of_rows(self) -> np.ndarray:
        """(rows, outputs)."""
        return self._outputs(self.rows)

    @cached_property
    def of_background(self) -> np.ndarray:
        """(background rows, outputs)."""
        return self._outputs(self.background)

    @property
    def seconds(self) -> float:
        """From the size of the estimator and stated rates."""
        inputs = len(self.sources.part_of)
        return seconds_per_prediction(self.estimator, inputs) + inputs * 1e-8

    def mixed(self, row: np.ndarray, other: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Probabilities of mixed rows."""
        share = -(-len(row) // max(self.threads, 1))
        at_once = max(1, min(share, CELLS_AT_ONCE // max(self.rows.shape[1], 1)))
        blocks = [slice(start, start + at_once) for start in range(0, len(row), at_once)]
        return np.concatenate(list(self._pool.map(lambda at: self._some(row[at], other[at], known[at]), blocks)))

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        """Its threads end with the game."""
        return pool_of(self.threads)

    @property
    def _sparse(self) -> bool:
        return sparse.issparse(self.rows)

    @cached_property
    def _player_of(self) -> np.ndarray:
        """The player behind each input; inputs of columns that never differ may go with any."""
        place = np.zeros(len(self.sources.columns), dtype=np.intp)
        place[self.players] = np.arange(len(self.players))
        return place[self.sources.column_of]

    def _some(self, row: np.ndarray, other: np.ndarray, known: np.ndarray) -> np.ndarray:
        made = np.where(known[:, self._player_of], dense(self.rows[row]), dense(self.background[other]))
        return self._outputs(sparse.csr_matrix(made) if self._sparse else made)

    def _outputs(self, matrix: Any) -> np.ndarray:
        found = self.estimator.predict_proba(matrix)
        return found[:, 1:] if found.shape[1] == 2 else found


@dataclass(frozen=True)
class FrameGame:
    """Mixes rows of the table itself: for pipelines of any make."""

    model: TrainedModel
    rows: pd.DataFrame
    background: pd.DataFrame
    seconds: float = UNKNOWN

    @cached_property
    def players(self) -> np.ndarray:
        """All columns."""
        return np.arange(len(self.model.schema))

    @cached_property
    def of_rows(self) -> np.ndarray:
        """(rows, outputs)."""
        return self._outputs(self.rows)

    @cached_property
    def of_background(self) -> np.ndarray:
        """(background rows, outputs)."""
        return self._outputs(self.background)

    def mixed(self, row: np.ndarray, other: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Probabilities of mixed rows."""
        at_once = max(1, CELLS_AT_ONCE // 4 // max(len(self.players), 1))
        parts = []
        for start in range(0, len(row), at_once):
            block = slice(start, start + at_once)
            at = np.where(known[block], row[block, None], len(self.rows) + other[block, None])
            made = {name: self._both[name].array.take(at[:, i]) for i, name in enumerate(self.model.schema.names)}
            parts.append(self._outputs(pd.DataFrame(made)))
        return np.concatenate(parts)

    @cached_property
    def _both(self) -> pd.DataFrame:
        names = list(self.model.schema.names)
        return pd.concat([self.rows[names], self.background[names]], ignore_index=True)

    def _outputs(self, frame: pd.DataFrame) -> np.ndarray:
        found = self.model.known_probabilities(frame)
        return found[:, 1:] if found.shape[1] == 2 else found

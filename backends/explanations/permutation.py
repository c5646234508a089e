"""The engine for every other model: Shapley values of the table's columns by asking the model about mixed rows."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import ClassVar

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.explanations.budget import ExplainBudget, taken
from backends.explanations.computed import Computed
from backends.explanations.explanation import Space
from backends.explanations.games import FrameGame, Game, MatrixGame
from backends.explanations.held_out import compared_with
from backends.explanations.sources import Sources
from backends.training.results import TrainedModel

ENUMERATED = 8  # with up to so many columns, all sets of them are asked about
BACKGROUNDS = (100, 50, 20)  # rows to compare with: the most that the time allows
LEAST_ROWS = 30  # explained rows that time is made for, whatever the budget
PATIENCE = 30  # times the budget: beyond it nothing is begun
MASKS_AT_ONCE = 20_000_000


@dataclass(frozen=True)
class Shapley:
    """Values (rows, players, outputs) and their standard errors, None where they are exact."""

    values: np.ndarray
    errors: np.ndarray | None


@dataclass(frozen=True)
class PermutationEngine:
    """Shapley values of a model's probabilities against a background of rows, the columns taken as independent.

    With up to `ENUMERATED` columns exactly; otherwise each row of the background gets an order of the columns and its
    reverse (antithetic pairs, Mitchell et al. 2022), along which the columns are made known one by one. Either way the
    values add up to the prediction less the mean prediction of the background, by construction.
    """

    model: TrainedModel
    sources: Sources | None
    budget: ExplainBudget
    background: pd.DataFrame | None
    space: ClassVar[Space] = "probability"

    @property
    def title(self) -> str:
        """The method in words."""
        return "SHAP values from all sets of columns" if self.exact else "permutation SHAP"

    @property
    def exact(self) -> bool:
        """Whether all sets of columns are asked about."""
        return len(self.model.schema) <= ENUMERATED

    def seconds_per_row(self, of: int) -> float:
        """With the largest background that lets `LEAST_ROWS` rows be explained in time."""
        return self._plan(min(of, LEAST_ROWS))[1]

    def run(self, frame: pd.DataFrame) -> Computed:
        """The values of these rows. Raises WorkbenchError when that would take very much longer than the budget."""
        size, seconds = self._plan(len(frame))
        self._refuse_the_endless(len(frame), seconds)
        given = compared_with(self.model, self.background)
        sample = self.budget.draw(len(given), size)
        game = self._game(frame, taken(given, sample))
        found = enumerated(game) if len(game.players) <= ENUMERATED else sampled(game, self.budget.seed)
        array, errors = (self._spread(part, game) for part in (found.values, found.errors))
        whose = "held-out" if self.background is None else "given"
        chosen = f"{sample.rows:,} random {whose} rows" if not sample.whole else f"{sample.rows:,} {whose} rows"
        assert array is not None
        return Computed(
            array, game.of_background.mean(axis=0), game.of_rows, errors=errors, background=f"against {chosen}"
        )

    def _plan(self, rows: int) -> tuple[int, float]:
        """Rows of background and the expected seconds for an explained row."""
        first = compared_with(self.model, self.background).iloc[:2]
        one, players = self._game(first, first).seconds, len(self.model.schema)
        asked = (2**players if self.exact else 2 * players) * one / self.budget.threads
        for size in BACKGROUNDS:
            if min(size, self.budget.background) * asked * rows <= self.budget.seconds:
                break
        size = min(size, self.budget.background)
        return size, size * asked

    def _refuse_the_endless(self, rows: int, seconds: float) -> None:
        expected = rows * seconds
        if expected > PATIENCE * max(self.budget.seconds, 1.0):
            raise WorkbenchError(
                f"Explaining {rows:,} rows of {self.model.title} over {len(self.model.schema):,} columns "
                f"would take about {expected / 60:,.0f} minutes.",
                hint="Explain fewer rows, or train on fewer columns; tree and linear models are explained at once.",
            )

    def _game(self, rows: pd.DataFrame, background: pd.DataFrame) -> Game:
        if self.sources is None:
            return FrameGame(self.model, rows, background)
        return MatrixGame.of(self.model, self.sources, rows, background, self.budget.threads)

    def _spread(self, values: np.ndarray | None, game: Game) -> np.ndarray | None:
        """Values of the players as values of all columns."""
        if values is None:
            return None
        found = np.zeros((len(values), len(self.model.schema), values.shape[2]))
        found[:, game.players] = values
        return found


def enumerated(game: Game) -> Shapley:
    """Exact values: every set of players, weighted by Shapley's formula |S|! (d - |S| - 1)! / d!."""
    d, rows, others = len(game.players), len(game.of_rows), len(game.of_background)
    known = (np.arange(2**d)[:, None] >> np.arange(d)) & 1 == 1
    worth = np.empty((rows, 2**d, game.of_rows.shape[1]))
    worth[:, 0], worth[:, -1] = game.of_background.mean(axis=0), game.of_rows
    for row in range(rows if d else 0):
        inner = known[1:-1]
        answers = (
            game.mixed(
                np.full(len(inner) * others, row),
                np.tile(np.arange(others), len(inner)),
                np.repeat(inner, others, axis=0),
            )
            if len(inner)
            else np.empty((0, worth.shape[2]))
        )
        worth[row, 1:-1] = answers.reshape(len(inner), others, worth.shape[2]).mean(axis=1)
    size = known.sum(axis=1)
    chance = np.array([factorial(s) * factorial(d - s - 1) / factorial(d) if s < d else 0.0 for s in range(d + 1)])
    # A set with the player counts by the set it would be without, with the other sign.
    weights = np.where(known, chance[np.maximum(size - 1, 0)][:, None], -chance[size][:, None])
    return Shapley(np.einsum("sp,rso->rpo", weights, worth), None)


def sampled(game: Game, seed: int) -> Shapley:
    """Estimates from one antithetic pair of orders for each row of the background, with standard errors."""
    d, rows, others = len(game.players), len(game.of_rows), len(game.of_background)
    random = np.random.default_rng(seed)
    values = np.empty((rows, d, game.of_rows.shape[1]))
    errors = np.empty_like(values)
    at_once = max(1, MASKS_AT_ONCE // (others * 2 * d * d))
    for start in range(0, rows, at_once):
        block = np.arange(start, min(start + at_once, rows))
        rank = random.random((len(block), others, d)).argsort(axis=2).argsort(axis=2)
        terms = _pairs(game, block, rank)
        values[block] = terms.mean(axis=1)
        errors[block] = terms.std(axis=1, ddof=1) / np.sqrt(others) if others > 1 else np.nan
    return Shapley(values, errors)


def _pairs(game: Game, block: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """What each player adds, the mean over an order and its reverse: (rows, background, players, outputs).

    `rank` (rows, background, players) is each player's place in the order.
    """
    rows, others, d = rank.shape
    outputs = game.of_rows.shape[1]
    step = np.arange(1, d)[:, None]
    both = np.stack([rank, d - 1 - rank], axis=2)  # (rows, background, 2, players)
    known = both[:, :, :, None, :] < step  # (rows, background, 2, d - 1, players)
    row = np.broadcast_to(block[:, None, None, None], known.shape[:-1]).ravel()
    other = np.broadcast_to(np.arange(others)[:, None, None], known.shape[:-1]).ravel()
    along = np.empty((rows, others, 2, d + 1, outputs))
    along[:, :, :, 0] = game.of_background[:, None]
    along[:, :, :, -1] = game.of_rows[block][:, None, None]
    along[:, :, :, 1:-1] = game.mixed(row, other, known.reshape(-1, d)).reshape(rows, others, 2, d - 1, outputs)
    added = np.diff(along, axis=3)
    return np.take_along_axis(added, both[..., None], axis=3).mean(axis=2)

"""Why a published model says what it says: SHAP values of the table's columns, by asking the graph itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from backends.errors import WorkbenchError
from backends.explanations.permutation import ENUMERATED, Shapley, enumerated, sampled
from backends.onnx_export.runtime import Runtime
from backends.onnx_export.signature import Signature
from backends.serving.predictions import MOST_SAID, Payload, Record, Unusual, as_records
from backends.serving.refusals import Invalid
from backends.training.policy import TIE

if TYPE_CHECKING:
    from backends.serving.predictor import Predictor

MOST_ASKED = 60_000  # rows that one explanation may put through the graph
MOST_CELLS = 20_000_000  # and cells of the table that says which columns are known in them
LEAST_BACKGROUND = 10  # rows to compare with; fewer say too little
AT_ONCE = 5_000  # rows through the graph at a time


@dataclass(frozen=True)
class Contributions:
    """What each column adds to a row's prediction, compared with the mean of the background.

    For each row base + the sum of its values is the output, the probability of `explained`: the positive class for
    two classes, otherwise the class that this row's prediction is. `values` is (rows, columns), `errors` their
    standard errors (None where all sets of columns were asked about), `residuals` |base + sum - output| of each row.
    `shown` are the rows as they came, `asked` how many rows went through the graph.
    """

    columns: tuple[str, ...]
    values: np.ndarray
    errors: np.ndarray | None
    bases: np.ndarray
    outputs: np.ndarray
    explained: tuple[str, ...]
    shown: tuple[Record, ...]
    method: str
    asked: int

    @property
    def residuals(self) -> np.ndarray:
        """How far base and values of each row are from its output, (rows,)."""
        return np.abs(self.bases + self.values.sum(axis=1) - self.outputs)

    def ranked(self, row: int = 0) -> list[tuple[str, Any, float]]:
        """Column, value and contribution of a row, the largest contribution of either sign first."""
        order = np.argsort(-np.abs(self.values[row]), kind="stable")
        return [(self.columns[at], self.shown[row].get(self.columns[at]), float(self.values[row, at])) for at in order]

    def to_records(self) -> list[dict[str, Any]]:
        """One JSON-ready object per row, with the contributions by column in the table's order."""
        return [
            {
                "row": row,
                "explained_class": self.explained[row],
                "base": float(self.bases[row]),
                "output": float(self.outputs[row]),
                "contributions": dict(zip(self.columns, self.values[row].tolist(), strict=True)),
                "standard_errors": None
                if self.errors is None
                else dict(zip(self.columns, self.errors[row].tolist(), strict=True)),
                "residual": float(residual),
            }
            for row, residual in enumerate(self.residuals)
        ]


@dataclass(frozen=True)
class GraphGame:
    """Mixes rows of the graph's inputs and asks ONNX Runtime (see `explanations.games.Game`).

    `columns` maps each feature to the inputs that are made of it. Players are the features that differ anywhere;
    columns that only the decision asks for change no probability and are none.
    """

    runtime: Runtime
    columns: dict[str, tuple[str, ...]]
    rows: dict[str, np.ndarray]  # each (rows, 1)
    background: dict[str, np.ndarray]
    seconds: float = 0.0

    @cached_property
    def players(self) -> np.ndarray:
        """Positions among the features."""
        at = [i for i, names in enumerate(self.columns.values()) if any(map(self._varies, names))]
        return np.array(at, dtype=np.intp)

    @cached_property
    def of_rows(self) -> np.ndarray:
        """(rows, outputs)."""
        return self._outputs(self.rows)

    @cached_property
    def of_background(self) -> np.ndarray:
        """(background rows, outputs)."""
        return self._outputs(self.background)

    def mixed(self, row: np.ndarray, other: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Probabilities of mixed rows, asked in blocks."""
        blocks = [slice(at, at + AT_ONCE) for at in range(0, len(row), AT_ONCE)]
        return np.concatenate([self._outputs(self._mix(row[at], other[at], known[at])) for at in blocks])

    def _mix(self, row: np.ndarray, other: np.ndarray, known: np.ndarray) -> dict[str, np.ndarray]:
        mixed = {name: values[row] for name, values in self.rows.items()}
        inputs = list(self.columns.values())
        for i, player in enumerate(self.players):
            for name in inputs[player]:
                mixed[name] = np.where(known[:, i : i + 1], mixed[name], self.background[name][other])
        return mixed

    def _varies(self, name: str) -> bool:
        both = np.concatenate([self.rows[name], self.background[name]])
        missing = both != both  # NaN
        return not ((both == both[0]) | (missing & missing[0])).all()

    def _outputs(self, feeds: dict[str, np.ndarray]) -> np.ndarray:
        """The probability of the positive class for two classes, of every class otherwise."""
        found = self.runtime.run(feeds).probabilities
        return found[:, 1:] if found.shape[1] == 2 else found


def explain(predictor: Predictor, payload: Payload, unusual: Unusual, seed: int) -> Contributions:
    """SHAP values of rows against the bundle's background: exact for few columns, otherwise sampled by this seed.

    Raises Invalid for rows with a problem and WorkbenchError for more rows or columns than `MOST_ASKED` allows, or a
    bundle without rows to compare with.
    """
    records = as_records(payload)
    fed = predictor.feeds.of_records(records, unusual=unusual)
    if fed.problems:
        raise Invalid(fed.problems[:MOST_SAID], len(records), len(fed.problems))
    if not records:
        raise WorkbenchError("There is no row to explain.", hint="Send at least one.")
    game = _game(predictor, fed.feeds, len(records), seed)
    found = enumerated(game) if len(game.players) <= ENUMERATED else sampled(game, seed)
    return _contributions(game, found, predictor.signature, records)


def background_size(rows: int, players: int, of: int) -> int:
    """How many of `of` background rows the bounds allow. Raises WorkbenchError when these are too few.

    >>> background_size(rows=1, players=14, of=60), background_size(rows=100, players=14, of=60)
    (60, 23)
    """
    masks = max(_masks(players), 1)
    allowed = min(MOST_ASKED // (rows * masks), MOST_CELLS // (masks * max(players, 1)))
    if allowed < min(LEAST_BACKGROUND, of):
        raise WorkbenchError(
            f"Explaining {rows:,} row{'s' * (rows > 1)} over {players:,} columns would put too many mixed rows through "
            f"the model, {rows * masks * LEAST_BACKGROUND:,} at least; at most {MOST_ASKED:,} are.",
            hint="Explain fewer rows in one request." if rows > 1 else "This model has too many columns for it.",
        )
    return min(allowed, of)


def _game(predictor: Predictor, rows: dict[str, np.ndarray], count: int, seed: int) -> GraphGame:
    background = predictor.background
    of = len(next(iter(background.values()), ()))
    if not of:
        raise WorkbenchError(
            "This bundle has no rows to compare with, which an explanation needs.", hint="Export the model again."
        )
    inputs = predictor.signature.inputs
    columns = {
        feature: tuple(one.name for one in inputs if one.source == feature) for feature in predictor.signature.features
    }
    whole = GraphGame(predictor.runtime, columns, rows, background)
    size = background_size(count, len(whole.players), of)
    if size == of:
        return whole
    chosen = np.sort(np.random.default_rng(seed).choice(of, size, replace=False))
    return replace(whole, background={name: values[chosen] for name, values in background.items()})


def _contributions(game: GraphGame, found: Shapley, signature: Signature, records: Sequence[Record]) -> Contributions:
    """Of each row the class that is spoken of, spread over all features."""
    predicted, others, d = game.of_rows, len(game.of_background), len(game.players)
    at = (predicted >= predicted.max(axis=1, keepdims=True) - TIE).argmax(axis=1)  # two classes have one output
    classes = signature.classes[1:] if signature.binary else signature.classes
    columns = tuple(game.columns)

    def spread(array: np.ndarray) -> np.ndarray:
        made = np.zeros((len(records), len(columns)))
        made[:, game.players] = np.take_along_axis(array, at[:, None, None], axis=2)[:, :, 0]
        return made

    how = "SHAP values from all sets of columns" if found.errors is None else "permutation SHAP"
    return Contributions(
        columns,
        spread(found.values),
        None if found.errors is None else spread(found.errors),
        game.of_background.mean(axis=0)[at],
        np.take_along_axis(predicted, at[:, None], axis=1)[:, 0],
        tuple(classes[i] for i in at),
        tuple(records),
        f"{how} against {others:,} rows of the published background",
        len(records) + others + len(records) * others * _masks(d),
    )


def _masks(players: int) -> int:
    """Sets of columns that are asked about for each pair of a row and one of the background, none and all left out."""
    return max(2**players - 2, 0) if players <= ENUMERATED else 2 * (players - 1)

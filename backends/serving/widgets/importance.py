"""Which columns a form shows first, when there are too many for one look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from backends.serving.predictor import Predictor

SHUFFLES = 3
COLUMNS = 500  # more are left in the table's order: they would take seconds


def ranked(predictor: Predictor, seed: int = 0) -> tuple[str, ...]:
    """The columns of the model, first the one whose values move its answers most.

    A column's values are shuffled among the bundle's background rows, all others stay: its weight is the mean change
    of the probabilities, plus the share of rows that are decided otherwise (Breiman 2001, "Random Forests", section
    10, without the target). Equal weights keep the table's order.
    """
    names, rows = predictor.signature.columns.names, predictor.bundle.background
    if len(rows) < 2 or len(names) > COLUMNS:
        return names
    weights = _weights(predictor, names, seed)
    return tuple(names[at] for at in np.argsort(-weights, kind="stable"))


def _weights(predictor: Predictor, names: tuple[str, ...], seed: int) -> np.ndarray:
    feeds, inputs = predictor.background, predictor.signature.inputs
    count = len(predictor.bundle.background)
    random, usual = np.random.default_rng(seed), predictor.runtime.run(feeds)
    orders = [random.permutation(count) for _ in range(SHUFFLES)]
    labels = np.asarray(usual.labels, dtype=object)
    found = np.zeros(len(names))
    for at, name in enumerate(names):
        own = [one.name for one in inputs if one.source == name]
        for order in orders:
            shuffled = predictor.runtime.run(feeds | {one: feeds[one][order] for one in own})
            moved = np.abs(shuffled.probabilities - usual.probabilities).sum(axis=1).mean() / 2
            found[at] += moved + (np.asarray(shuffled.labels, dtype=object) != labels).mean()
    return found

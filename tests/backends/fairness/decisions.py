"""Rows with decisions whose rates can be checked by eye, and random ones with a known bias."""

from __future__ import annotations

import numpy as np

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def counted(**groups: tuple[int, int, int, int]) -> Rows:
    """Truth, decisions and labels from (tp, fp, fn, tn) of each group."""
    parts = [
        (np.repeat([1, 0, 1, 0], counts), np.repeat([1, 1, 0, 0], counts), np.repeat(name, sum(counts)))
        for name, counts in groups.items()
    ]
    y, decisions, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
    return y, decisions, labels


def drawn(seed: int, rows: int = 1_000, groups: int = 4, bias: float = 0.0) -> Rows:
    """Truth and decisions that do not depend on the group, but for `bias` less chance of a yes in group "0"."""
    random = np.random.default_rng(seed)
    labels = random.integers(groups, size=rows).astype(str)
    y = (random.random(rows) < 0.4).astype(int)
    chance = np.where(y == 1, 0.8, 0.3) - bias * (labels == "0")
    return y, (random.random(rows) < chance).astype(int), labels

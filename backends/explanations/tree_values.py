"""Exact SHAP values of tree models, in the features that their trees test."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backends.explanations.tree_kernel import compiled
from backends.explanations.tree_reading import Trees

STEPS_PER_SECOND = 2.5e8  # node × point × output on one core: the stated rate that samples are sized by


@dataclass(frozen=True)
class TreeValues:
    """SHAP values of `trees`, where a column that is not known takes each branch as often as the training rows did.

    These are the values of path-dependent TreeSHAP; how they are computed is told in `tree_kernel`.
    """

    trees: Trees

    @property
    def outputs(self) -> int:
        """How many numbers the model gives for a row."""
        return len(self.trees.offset)

    @property
    def bases(self) -> np.ndarray:
        """What the model says on average over the training rows, (outputs,)."""
        layout = self._layout
        found = self.trees.offset.copy()
        totals = np.add.reduceat(layout.reach[:, None] * layout.leaves, layout.starts[:-1], axis=0)
        for k in range(totals.shape[1]):
            np.add.at(found, self.trees.target + k, totals[:, k])
        return found

    @property
    def seconds_per_row(self) -> float:
        """The expected time for a row on one core, from the trees' size and the stated rate."""
        layout = self._layout
        return layout.leaves.shape[1] * len(layout.nodes) * layout.ratio.shape[2] / STEPS_PER_SECOND

    def of(self, rows: np.ndarray, threads: int = 1) -> np.ndarray:
        """The values of `rows` (rows, features tested), NaN where missing: (rows, features tested, outputs).

        `rows` has one column per feature of `trees.used`, in this order.
        """
        layout, (_, add_values) = self._layout, compiled()
        rows = np.ascontiguousarray(rows, dtype=np.float64)
        out = np.zeros((*rows.shape, self.outputs))
        edges = np.linspace(0, len(rows), min(threads, max(len(rows), 1)) + 1).astype(np.int64)

        def part(first: int, last: int) -> None:
            add_values(rows, first, last, *layout.arguments, out)

        with ThreadPoolExecutor(len(edges) - 1) as pool:
            list(pool.map(part, edges[:-1], edges[1:]))
        return out

    @cached_property
    def _layout(self) -> Layout:
        return lay_out(self.trees)


@dataclass(frozen=True)
class Layout:
    """The nodes in walking order with what every edge does; see `tree_kernel.add_values`.

    `reach` (nodes,) is the share of its tree's training rows that a leaf has, 0 elsewhere.
    """

    starts: np.ndarray
    target: np.ndarray
    nodes: np.ndarray
    edges: np.ndarray
    ratio: np.ndarray
    gain: np.ndarray
    leaves: np.ndarray
    reach: np.ndarray

    @property
    def arguments(self) -> tuple[np.ndarray, ...]:
        """What the compiled loop takes."""
        return self.starts, self.target, self.nodes, self.edges, self.ratio, self.gain, self.leaves


def lay_out(trees: Trees) -> Layout:
    """Everything about the trees that does not depend on the row."""
    count = len(trees.left)
    order, depth, above = (np.empty(count, dtype=np.int64) for _ in range(3))
    inherited, product, reach = (np.empty(count) for _ in range(3))
    walk, _ = compiled()
    structure = trees.left, trees.right, trees.feature, trees.cover, trees.roots
    most = walk(*structure, order, depth, above, inherited, product, reach)
    up, is_left = _edges(trees)
    feature = np.searchsorted(trees.used, trees.feature[up])
    leaf = trees.left < 0
    by_node = np.stack([feature, is_left, trees.missing_left[up] == is_left, leaf], axis=1).astype(np.int64)
    ratio, gain = _factors(inherited, product, above > 0, points=-(-max(int(most), 1) // 2))
    return Layout(
        starts=np.append(trees.roots, count),
        target=trees.target,
        nodes=np.column_stack([depth, above, by_node[order]]),
        edges=np.column_stack([trees.threshold[up][order], product / inherited]),
        ratio=ratio,
        gain=gain,
        leaves=np.where(leaf[:, None], trees.leaves, 0.0)[order],
        reach=reach * leaf[order],
    )


def _edges(trees: Trees) -> tuple[np.ndarray, np.ndarray]:
    """The node above each node (itself for a root) and whether it is the left one of the two below it."""
    up, is_left = np.arange(len(trees.left)), np.zeros(len(trees.left), dtype=bool)
    inner = np.flatnonzero(trees.left >= 0)
    up[trees.left[inner]] = inner
    up[trees.right[inner]] = inner
    is_left[trees.left[inner]] = True
    return up, is_left


def _factors(
    inherited: np.ndarray, product: np.ndarray, again: np.ndarray, points: int
) -> tuple[np.ndarray, np.ndarray]:
    """What each edge does to the product and its weighted term, for rows that pass and fail: (nodes, 2, points) each.

    `again` says where the feature was tested higher up (and passed: else the edge changes nothing but the share).
    """
    x, weights = np.polynomial.legendre.leggauss(points)
    t, weights = (x + 1) / 2, weights / 2
    z, before = product[:, None], inherited[:, None]
    old = np.where(again[:, None], before * (1 - t) + t, 1.0)
    known = np.where(again[:, None], (1 - before) / old, 0.0)
    passed, failed = z * (1 - t) + t, z * (1 - t)
    ratio = np.stack([passed / old, failed / old], axis=1)
    gain = np.stack([(1 - z) / passed - known, -1 / (1 - t) - known], axis=1) * weights
    return ratio, gain

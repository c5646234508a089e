"""Exact path-dependent TreeSHAP by Gauss–Legendre quadrature: the idea, and the two loops that are compiled.

A leaf is reached when every test on its path lets the row through. Where only some columns are known, a test on
an unknown column lets through the share of the training rows that it did let through (Lundberg et al. 2020,
algorithm 1). With z_j the product of these shares over the path's tests of column j, and o_j = 1 where the row passes
all of them (else 0), a set S of known columns gives Π_{j in S} o_j · Π_{j not in S} z_j. The Shapley value of this
game is

    φ_i = (o_i − z_i) · ∫₀¹ Π_{j≠i} [z_j (1 − t) + o_j t] dt,

the integral of a polynomial of lower degree than there are columns on the path: n Gauss–Legendre points give it
without error up to degree 2n − 1. The product at those points is carried down a tree; leaf values times products are
summed on the way up and divided by each edge's own factor. The work is nodes × points for a row, whatever the depth,
and as all factors are positive no digits cancel.

A column that is tested again lower down replaces its factor: each edge adds the difference between its own term
and that of the edge above it with the same column. Once a row has failed a column, that difference is zero.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np

_ONCE = Lock()


def walk(left, right, feature, cover, roots, order, depth, above, inherited, product, reach):  # type: ignore[no-untyped-def]
    """Lay out the nodes of all trees in walking order (a node, its left branch, its right branch), (nodes,) each.

    Reads `left` and `right` (the child's node, -1 at a leaf), the `feature` a node tests, its `cover` (training rows)
    and the `roots`. Writes `order` (the node at each place), `depth` (0 at a root) and, of the edge into a node:
    `above` (depth of the next edge higher up with the same feature, 0 for none), the product of that feature's shares
    down to there (`inherited`, 1 for none) and down to here (`product`); and the share of its tree's training rows that
    a node has (`reach`). Returns the largest number of features on a path.
    """
    most, at = 0, 0
    stack = np.empty((len(left) + 1, 2), dtype=np.int64)
    path_feature = np.empty(len(left) + 1, dtype=np.int64)
    path_product = np.empty(len(left) + 1)
    path_reach = np.empty(len(left) + 1)
    path_distinct = np.zeros(len(left) + 1, dtype=np.int64)
    parent = np.full(len(left), -1, dtype=np.int64)
    for root in roots:
        stack[0, 0], stack[0, 1] = root, 0
        size = 1
        while size > 0:
            size -= 1
            node, level = stack[size, 0], stack[size, 1]
            order[at], depth[at], above[at], inherited[at], product[at] = node, level, 0, 1.0, 1.0
            reach[at] = 1.0
            if level > 0:
                up = parent[node]
                for higher in range(level - 1, 0, -1):
                    if path_feature[higher] == feature[up]:
                        above[at], inherited[at] = higher, path_product[higher]
                        break
                both = cover[left[up]] + cover[right[up]]
                share = cover[node] / both
                product[at], reach[at] = inherited[at] * share, path_reach[level - 1] * share
                path_feature[level], path_product[level] = feature[up], product[at]
                path_distinct[level] = path_distinct[level - 1] + (above[at] == 0)
                most = max(most, path_distinct[level])
            path_reach[level] = reach[at]
            at += 1
            if left[node] >= 0:
                parent[left[node]], parent[right[node]] = node, node
                stack[size, 0], stack[size, 1] = right[node], level + 1
                stack[size + 1, 0], stack[size + 1, 1] = left[node], level + 1
                size += 2
    return most


def add_values(rows, first, last, starts, target, nodes, edges, ratio, gain, leaves, out):  # type: ignore[no-untyped-def]
    """Add the values of `rows[first:last]` (rows, features) over all trees to `out` (rows, features, outputs).

    `starts` (trees + 1,) are the places of the roots in walking order, `target` (trees,) the output that the first
    column of `leaves` (nodes, m) belongs to. `nodes` (nodes, 5) holds depth, above, feature of the edge into a node,
    whether that edge is the left one, whether missing values take it, and whether the node is a leaf; `edges` (nodes,
    2) its threshold and the share that takes it; `ratio` and `gain` (nodes, 2, points) what it does to the product
    and its term, for rows that pass (0) and fail (1).
    """
    points, m = ratio.shape[2], leaves.shape[1]
    deepest = 0
    for at in range(len(nodes)):
        deepest = max(deepest, nodes[at, 0])
    down = np.ones((deepest + 1, points))
    up = np.zeros((deepest + 1, m, points))
    state = np.zeros(deepest + 1, dtype=np.int64)
    place = np.zeros(deepest + 1, dtype=np.int64)
    for tree in range(len(target)):
        start, stop, output = starts[tree], starts[tree + 1], target[tree]
        for row in range(first, last):
            for at in range(start + 1, stop):
                level, above, feature = nodes[at, 0], nodes[at, 1], nodes[at, 2]
                place[level] = at
                if above > 0 and state[above] != 0:
                    state[level] = 2
                    for q in range(points):
                        down[level, q] = down[level - 1, q] * edges[at, 1]
                else:
                    value = rows[row, feature]
                    passes = nodes[at, 4] == 1 if np.isnan(value) else (value <= edges[at, 0]) == (nodes[at, 3] == 1)
                    s = 0 if passes else 1
                    state[level] = s
                    for q in range(points):
                        down[level, q] = down[level - 1, q] * ratio[at, s, q]
                if nodes[at, 5] == 0:
                    continue
                for k in range(m):
                    for q in range(points):
                        up[level, k, q] = down[level, q] * leaves[at, k]
                following = nodes[at + 1, 0] if at + 1 < stop else 1
                for back in range(level, following - 1, -1):
                    here, s = place[back], state[back]
                    for k in range(m):
                        if s < 2:
                            total = 0.0
                            for q in range(points):
                                total += up[back, k, q] * gain[here, s, q]
                            out[row, nodes[here, 2], output + k] += total
                        if nodes[here, 3] == 1:
                            for q in range(points):
                                up[back - 1, k, q] = up[back, k, q]
                        else:
                            for q in range(points):
                                up[back - 1, k, q] += up[back, k, q]


def compiled() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """`walk` and `add_values` as machine code, kept on disk beside this file where that can be written.

    Compiling takes some seconds, once for a machine. Arithmetic may be reordered but NaN keeps its meaning.
    """
    with _ONCE:  # a second thread would compile the same again
        return _compiled()


@lru_cache
def _compiled() -> tuple[Callable[..., Any], Callable[..., Any]]:
    import numba

    options: dict[str, Any] = {"nogil": True, "fastmath": {"reassoc", "contract"}}
    try:
        return numba.njit(cache=True, **options)(walk), numba.njit(cache=True, **options)(add_values)
    except RuntimeError:  # no folder to keep it in
        return numba.njit(**options)(walk), numba.njit(**options)(add_values)

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import rankdata

from backends.profiling import blocks as module
from backends.profiling.blocks import Ranked, blocks
from tests.backends.profiling.columns import values

SMALL = st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0, np.inf, np.nan])
MATRIX = arrays.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=SMALL)


@given(MATRIX)
def test_ranks_are_those_of_scipy_with_missing_values_left_out(matrix):
    ranked = Ranked.of(matrix)
    ranks = ranked.unordered(ranked.ranks)
    for row, found in zip(matrix, ranks, strict=True):
        there = ~np.isnan(row)
        np.testing.assert_array_equal(found[there], rankdata(row[there]))
    assert ranked.distinct.tolist() == [len(np.unique(row[~np.isnan(row)])) for row in matrix]


def test_the_weight_above_counts_equal_values_half():
    ranked = Ranked.of(np.array([[3.0, 1.0, 3.0, np.nan]]))
    weights = np.where(ranked.there, 1.0, 0.0)
    assert ranked.unordered(ranked.above(weights))[0, :3].tolist() == [1.0, 2.5, 1.0]


def test_blocks_join_the_rows_of_their_sources(monkeypatch):
    monkeypatch.setattr(module, "BLOCK_CELLS", 10)
    table = values({name: np.arange(4.0) + place for place, name in enumerate("abcd")})
    found = list(blocks(["d", "a", "b"], (table, None), (table, np.array([3, 0]))))
    assert [at for at, _ in found] == [slice(0, 1), slice(1, 2), slice(2, 3)]
    assert found[0][1].tolist() == [[3.0, 4.0, 5.0, 6.0, 6.0, 3.0]]

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from backends.profiling.bins import between, equal_rows, equal_widths, levels_cut, numbers_cut

WILD = arrays.arrays(np.float64, st.integers(0, 40), elements=st.floats(allow_nan=True, allow_infinity=True))


@given(WILD)
def test_every_number_falls_into_one_group_and_missing_ones_come_last(numbers):
    for edges in (equal_widths(numbers), equal_rows(numbers)):
        assert (np.diff(edges) > 0).all()
        cut = numbers_cut(numbers, edges)
        assert cut.counts.sum() == len(numbers)
        if np.isnan(numbers).any():
            assert cut.groups["label"].iloc[-1] == "missing"
            assert cut.counts[-1] == np.isnan(numbers).sum() or not len(edges)


def test_bins_of_equal_width_count_like_numpy():
    numbers = np.random.default_rng(0).normal(size=500)
    edges = equal_widths(numbers)
    np.testing.assert_array_equal(numbers_cut(numbers, edges).counts, np.histogram(numbers, edges)[0])


def test_bins_of_equal_rows_hold_a_tenth_each():
    assert numbers_cut(np.arange(100) / 2, equal_rows(np.arange(100) / 2)).counts.tolist() == [10] * 10


def test_whole_numbers_are_cut_between_them():
    edges = equal_widths(np.arange(1, 91))
    assert edges[0] == 0.5
    assert set(np.diff(edges)) == {3.0}
    assert between(edges)[:2] == ["1 – 3", "4 – 6"]


def test_a_value_far_off_does_not_squeeze_the_others_into_one_bin():
    numbers = np.append(np.linspace(0, 1, 1000), 1e6)
    assert (numbers_cut(numbers, equal_widths(numbers)).counts > 0).sum() == 30


def test_labels_are_short_and_still_told_apart():
    assert between(np.array([0.42, 3.072672, 12.3456, 48_317.26])) == ["0.42 – 3.07", "3.07 – 12.3", "12.3 – 48,317"]
    assert between(np.array([1.0001, 1.0002, 2])) == ["1.0001 – 1.0002", "1.0002 – 2"]
    assert between(np.array([-0.0, 1e-9, 1e18])) == ["0 – 1e-09", "1e-09 – 1e+18"]


@given(WILD)
def test_no_two_bins_have_one_label(numbers):
    labels = between(equal_rows(numbers))
    assert len(set(labels)) == len(labels)


def test_dates_are_named_as_dates():
    seconds = np.array(["2020-01-01", "2020-01-02T12:00:00"], dtype="datetime64[s]").astype(float)
    assert between(seconds, dates=True) == ["2020-01-01 – 2020-01-02 12:00:00"]


def test_the_largest_levels_come_first_and_the_others_are_counted():
    codes = np.array([0] * 1 + [1] * 5 + [2] * 3 + [3] * 1 + [4] * 1 + [-1] * 2)
    cut = levels_cut(codes, ["a", "b", "c", "d", "e"], shown=2)
    assert cut.groups["label"].tolist() == ["b", "c", "3 others", "missing"]
    assert cut.counts.tolist() == [5, 3, 3, 2]

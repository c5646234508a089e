"""Intervals and tests equal what is counted out in full where that can be done."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.evaluation import bootstrap
from backends.retrieval.evaluation.bootstrap import holm, intervals, percentile_intervals, randomisation_test


def test_an_interval_equals_that_of_all_resamples() -> None:
    values = np.array([0.0, 0.2, 0.5, 1.0])
    every = [np.mean(drawn) for drawn in product(values, repeat=4)]
    low, high = intervals(values[:, None], resamples=20_000)
    assert low[0] == pytest.approx(np.quantile(every, 0.025), abs=0.03)
    assert high[0] == pytest.approx(np.quantile(every, 0.975), abs=0.03)


def test_columns_share_the_draws_and_the_seed_decides() -> None:
    values = np.random.default_rng(1).random((40, 1))
    low, high = intervals(np.hstack([values, 1 - values, values]))
    assert low[0] == low[2] == pytest.approx(1 - high[1])
    assert intervals(values, seed=0)[0] == intervals(values, seed=0)[0] != intervals(values, seed=1)[0]


def test_missing_values_are_left_out_and_a_column_of_them_has_no_interval() -> None:
    low, high = intervals(np.array([[1.0, np.nan], [np.nan, np.nan], [1.0, np.nan], [1.0, np.nan]]))
    assert (low[0], high[0]) == (1.0, 1.0)
    assert np.isnan([low[1], high[1]]).all()
    assert np.isnan(intervals(np.empty((0, 1)))).all()


def test_many_questions_are_drawn_in_parts_with_intervals_as_wide_as_theory_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bootstrap, "_CELLS", 100_000)
    values = np.random.default_rng(0).random((3_000, 1))
    low, high = intervals(values)
    assert high[0] - low[0] == pytest.approx(2 * 1.96 * values.std() / np.sqrt(3_000), rel=0.1)


def test_percentiles_have_intervals_around_them() -> None:
    values = np.arange(1.0, 101.0)
    low, high = percentile_intervals(values, (0.5, 0.95))
    assert low[0] < 50 < high[0]
    assert 85 < low[1] < 95 < high[1] <= 100


def every_flip(differences: list[float]) -> float:
    sums = [abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
            for signs in product((1, -1), repeat=len(differences))]  # fmt: skip
    return float(np.mean([value >= abs(sum(differences)) - 1e-9 for value in sums]))


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=8))
def test_with_few_questions_the_test_is_exact(differences: list[int]) -> None:
    assert randomisation_test(np.array(differences, dtype=float)) == pytest.approx(every_flip(list(differences)))


def test_with_more_questions_random_flips_come_close_to_all_of_them() -> None:
    differences = np.array([0.3, 0.1, 0.2, -0.1, 0.05, 0.15, -0.2, 0.25, 0.1, 0.0, 0.1, -0.05, 0.1, 0.2])
    assert randomisation_test(differences) == pytest.approx(
        every_flip(differences[differences != 0].tolist()), abs=0.01
    )


def test_a_clear_difference_is_never_certain() -> None:
    assert randomisation_test(np.full(100, 0.1), flips=999) == 1 / 1000


def test_the_test_raises_few_false_alarms() -> None:
    random = np.random.default_rng(0)
    p_values = [randomisation_test(random.standard_normal(20), flips=199) for _ in range(400)]
    assert 0.02 <= np.mean(np.array(p_values) <= 0.05) <= 0.09


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    raw, adjusted = np.array(p_values), holm(np.array(p_values))
    assert (adjusted >= raw).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(raw, kind="stable")]) >= 0).all()
    assert adjusted.min() == pytest.approx(min(1.0, len(p_values) * raw.min()))

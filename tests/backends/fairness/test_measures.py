"""Measures of a group, and their resamples, against scikit-learn and the plain bootstrap of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from backends.errors import WorkbenchError
from backends.fairness.measures import BY_KEY, Tallies, measure
from backends.fairness.resampling import Cells, exact, interval, resampled, unstuck

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]
REFERENCES = {
    "base_rate": lambda y, d, p: y.mean(),
    "selection_rate": lambda y, d, p: d.mean(),
    "accuracy": lambda y, d, p: metrics.accuracy_score(y, d),
    "balanced_accuracy": lambda y, d, p: metrics.balanced_accuracy_score(y, d),
    "tpr": lambda y, d, p: metrics.recall_score(y, d),
    "fpr": lambda y, d, p: 1 - metrics.recall_score(y, d, pos_label=0),
    "fnr": lambda y, d, p: 1 - metrics.recall_score(y, d),
    "tnr": lambda y, d, p: metrics.recall_score(y, d, pos_label=0),
    "ppv": lambda y, d, p: metrics.precision_score(y, d),
    "npv": lambda y, d, p: metrics.precision_score(y, d, pos_label=0),
    "auc": lambda y, d, p: metrics.roc_auc_score(y, p),
    "brier": lambda y, d, p: metrics.brier_score_loss(y, p),
    "calibration_gap": lambda y, d, p: p.mean() - y.mean(),
    "calibration_error": lambda y, d, p: calibration_error(y, p),
}
QUICK = {
    "base_rate": REFERENCES["base_rate"],
    "tpr": lambda y, d, p: d[y == 1].mean(),
    "ppv": lambda y, d, p: y[d == 1].mean(),
    "auc": lambda y, d, p: (stats.rankdata(p)[y == 1].mean() - (y.sum() + 1) / 2) / (1 - y).sum(),
    "brier": lambda y, d, p: ((p - y) ** 2).mean(),
    "calibration_gap": REFERENCES["calibration_gap"],
    "calibration_error": REFERENCES["calibration_error"],
}


def calibration_error(y: np.ndarray, p: np.ndarray) -> float:
    """The definition, bin by bin."""
    bins = np.minimum((p * 10).astype(int), 9)
    return sum(abs(p[bins == b].mean() - y[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))


def rows(n: int, seed: int = 0, digits: int = 6) -> Rows:
    random = np.random.default_rng(seed)
    p = random.random(n).round(digits)
    return (random.random(n) < p**1.5).astype(int), (p + random.normal(0, 0.1, n) > 0.4).astype(int), p


def of(y: np.ndarray, d: np.ndarray, p: np.ndarray | None) -> Tallies:
    return exact([Cells.of(y, d, p)])


def test_every_measure_has_a_reference() -> None:
    assert set(REFERENCES) == set(BY_KEY)


@pytest.mark.parametrize("key", REFERENCES)
@pytest.mark.parametrize(("n", "digits"), [(40, 6), (2_000, 6), (2_000, 1)])
def test_values_are_scikit_learns(key: str, n: int, digits: int) -> None:
    data = rows(n, digits=digits)
    assert measure(key).of(of(*data))[0] == pytest.approx(REFERENCES[key](*data), abs=1e-12)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0, 1)), min_size=1, max_size=300))
@settings(max_examples=60, deadline=None)
def test_wild_scores_keep_the_area_and_the_brier_score(data: list[tuple[bool, bool, float]]) -> None:
    y, d, p = (np.array(column) for column in zip(*data, strict=True))
    found = of(y.astype(int), d.astype(int), p)
    assert found.squared[0] == pytest.approx(((p - y) ** 2).sum(), abs=1e-9)
    if 0 < y.sum() < len(y):
        assert found.auc[0] == pytest.approx(metrics.roc_auc_score(y, p), abs=1e-9)
    else:
        assert np.isnan(found.auc[0])


def test_without_rows_to_measure_there_is_no_value_and_a_reason() -> None:
    never = of(np.array([0, 0, 1]), np.array([0, 0, 0]), None)
    assert np.isnan(measure("ppv").of(never)[0])
    assert measure("ppv").lacking(never)[0] == "no positive decisions"
    assert measure("tpr").of(never)[0] == 0  # one positive, not found: a real zero
    assert measure("auc").lacking(never)[0] == "no probabilities"
    assert measure("balanced_accuracy").lacking(of(np.array([1]), np.array([1]), None))[0] == "no negatives"


def test_an_unknown_measure_is_named() -> None:
    with pytest.raises(WorkbenchError, match="no fairness measure 'f7'"):
        measure("f7")


@pytest.mark.parametrize(("n", "digits"), [(100, 6), (4_000, 6), (1_500, 1)])
def test_resampled_cells_agree_with_resampled_rows(n: int, digits: int) -> None:
    y, d, p = rows(n, seed=3, digits=digits)
    random = np.random.default_rng(1)
    group = random.random(n) < 0.5
    cells = [Cells.of(y[mask], d[mask], p[mask]) for mask in (group, ~group)]
    ours = resampled(cells, 2_000, seed=0)
    plain = []
    for _ in range(500):
        drawn = random.integers(n, size=n)
        kept = drawn[group[drawn]]
        plain.append([reference(y[kept], d[kept], p[kept]) for reference in QUICK.values()])
    for key, theirs in zip(QUICK, np.array(plain).T, strict=True):
        found = measure(key).of(ours)[:, 0]
        assert found.mean() == pytest.approx(theirs.mean(), abs=0.25 * theirs.std()), key
        assert found.std() == pytest.approx(theirs.std(), rel=0.15), key


def test_resamples_have_all_rows_and_groups_of_varying_size() -> None:
    cells = [Cells.of(*rows(30)), Cells.of(*rows(70))]
    drawn = resampled(cells, 500)
    sizes = drawn.tp + drawn.fp + drawn.fn + drawn.tn
    assert (sizes.sum(axis=1) == 100).all()
    assert sizes[:, 0].mean() == pytest.approx(30, abs=1)
    assert sizes[:, 0].std() == pytest.approx(np.sqrt(100 * 0.3 * 0.7), rel=0.15)


def test_the_same_seed_gives_the_same_resamples() -> None:
    cells = [Cells.of(*rows(50))]
    assert (resampled(cells, 50, seed=7).auc == resampled(cells, 50, seed=7).auc).all()
    assert (resampled(cells, 50, seed=7).auc != resampled(cells, 50, seed=8).auc).any()


def test_an_interval_is_cut_at_the_percentiles_and_holds_the_value() -> None:
    draws = np.arange(1_001.0)[:, None] / 1_000
    low, high = interval(draws, np.array([0.5]))
    assert (low[0], high[0]) == (0.025, 0.975)
    assert interval(draws, np.array([0.99]))[1][0] == 0.99


def test_no_interval_where_most_resamples_have_no_value() -> None:
    draws = np.full((100, 2), np.nan)
    draws[:40, 0], draws[:60, 1] = 0.5, 0.5
    low, high = interval(draws, np.array([0.5, 0.5]))
    assert np.isnan([low[0], high[0]]).all()
    assert (low[1], high[1]) == (0.5, 0.5)


def test_a_rate_of_nobody_has_an_interval_all_the_same() -> None:
    draws = unstuck(np.zeros((4_000, 2)), np.array([0, 3]), np.array([12, 12]))
    assert np.quantile(draws[:, 0], 0.975) == pytest.approx(0.187, abs=0.01)  # Jeffreys' interval of 0 of 12
    assert (draws[:, 1] == 0).all()  # 3 of 12 can vary by itself

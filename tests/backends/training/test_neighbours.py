from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.neighbors import KNeighborsClassifier

from backends.training.neighbours import TiedNeighborsClassifier


def test_without_ties_it_is_the_usual_k_nearest_neighbours() -> None:
    random = np.random.default_rng(0)
    X, y, new = random.normal(size=(300, 4)), random.integers(0, 3, 300), random.normal(size=(100, 4))
    usual = KNeighborsClassifier(n_neighbors=7).fit(X, y).predict_proba(new)
    np.testing.assert_allclose(TiedNeighborsClassifier(7).fit(X, y).predict_proba(new), usual)


def test_all_rows_tied_with_the_kth_neighbour_count() -> None:
    model = TiedNeighborsClassifier(n_neighbors=2).fit([[0.0], [1.0], [1.0], [1.0], [9.0]], ["a", "a", "b", "b", "a"])
    np.testing.assert_allclose(model.predict_proba([[0.0]]), [[0.5, 0.5]])
    assert model.predict([[9.0], [1.0]]).tolist() == ["a", "b"]


@given(arrays(np.float64, (12, 3), elements=st.integers(-3, 3)), st.permutations(range(12)))
def test_the_order_of_the_rows_does_not_matter(X: np.ndarray, order: list[int]) -> None:
    y = np.arange(12) % 3
    one = TiedNeighborsClassifier(4).fit(X, y).predict_proba(X)
    other = TiedNeighborsClassifier(4).fit(X[order], y[order]).predict_proba(X)
    np.testing.assert_array_equal(one, other)


def test_fewer_rows_than_neighbours_are_all_neighbours() -> None:
    model = TiedNeighborsClassifier(n_neighbors=50).fit([[0.0], [1.0], [5.0]], [0, 1, 1])
    np.testing.assert_allclose(model.predict_proba([[0.0], [1e9]]), [[1 / 3, 2 / 3]] * 2)


def test_no_rows_give_no_rows() -> None:
    model = TiedNeighborsClassifier().fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(ValueError, match="0 sample"):
        model.predict_proba(np.empty((0, 1)))

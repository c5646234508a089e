from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.svm import SVC

from backends.training.margins import MarginSVC

IRIS = load_iris(return_X_y=True)


def test_two_classes_score_as_the_usual_machine_does() -> None:
    X, y = IRIS[0][50:], IRIS[1][50:]
    usual = SVC(C=3.0).fit(X, y).decision_function(X)
    np.testing.assert_array_equal(MarginSVC(C=3.0).fit(X, y).decision_function(X), usual)


def test_the_score_of_a_class_is_its_mean_squashed_margin() -> None:
    pairs = SVC(decision_function_shape="ovo").fit(*IRIS).decision_function(IRIS[0])
    first, second, third = np.tanh(pairs).T  # 0 against 1, 0 against 2, 1 against 2
    by_hand = np.column_stack([first + second, third - first, -second - third]) / 2
    np.testing.assert_allclose(MarginSVC().fit(*IRIS).decision_function(IRIS[0]), by_hand)


@pytest.mark.parametrize(("kind", "jumps"), [(SVC, True), (MarginSVC, False)])
def test_scores_do_not_jump_between_neighbouring_points(kind: type[SVC], jumps: bool) -> None:
    from_here, to_there = IRIS[0][[0, 149]]
    way = from_here + np.linspace(0, 1, 20_001)[:, None] * (to_there - from_here)
    steps = np.abs(np.diff(kind().fit(*IRIS).decision_function(way), axis=0))
    assert (steps.max() > 0.3) == jumps


def test_the_class_of_the_highest_score_is_nearly_always_the_one_with_most_wins() -> None:
    model = MarginSVC().fit(*IRIS)
    assert np.mean(model.decision_function(IRIS[0]).argmax(axis=1) == model.predict(IRIS[0])) > 0.97

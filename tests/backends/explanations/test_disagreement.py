"""Two models are compared on the same rows: counts a person can check, and a refusal where they cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.explanations.disagreement import disagreement, drivers, shared_explanations
from backends.explanations.disagreement.shared import BUDGET
from backends.explanations.explain import space_of
from backends.explanations.explanation import Explanation
from backends.training.policy import Policy
from backends.training.results import TrainedModel
from backends.training.spec import TrainingSpec
from tests.backends.explanations.trained import on_mixed
from tests.backends.training.tables import dataset


class Says:
    """A pipeline that says what a column says: the probability of class 1, or class codes."""

    def __init__(self, column: str, classes: int) -> None:
        self.column, self.classes_ = column, np.arange(classes)

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        said = frame[self.column].to_numpy(dtype=float)
        if len(self.classes_) == 2:
            return np.column_stack([1 - said, said])
        return np.eye(len(self.classes_))[said.astype(int)]


class Given:
    """A pipeline that gives these probabilities of class 1, whatever the rows are."""

    classes_ = np.arange(2)

    def __init__(self, positive: np.ndarray) -> None:
        self.positive = positive

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        return np.column_stack([1 - self.positive, self.positive])


def models(
    first: Sequence[float], second: Sequence[float], truth: Sequence[int], classes: int = 2, **columns: Any
) -> tuple[TrainedModel, TrainedModel]:
    """Two models of one split, which say what is given."""
    frame = pd.DataFrame({"a": np.array(first, dtype=float), "b": np.array(second, dtype=float), **columns})
    table, names = dataset(frame), tuple(["no", "yes", "maybe"][:classes])
    made = TrainedModel(
        key="a", title="A", pipeline=Says("a", classes), schema=table.schema,  # type: ignore[arg-type]
        target=Column("y", "category", categories=names), classes=names, spec=TrainingSpec("y"),
        train_rows=np.arange(0), holdout_rows=np.arange(len(frame)), holdout=frame, holdout_codes=np.array(truth),
        digest="d",
    )  # fmt: skip
    return made, replace(made, key="b", title="B", pipeline=Says("b", classes))  # type: ignore[arg-type]


ONE, TWO = models([0.9, 0.9, 0.2, 0.4, 0.6, 0.1], [0.8, 0.3, 0.9, 0.45, 0.2, 0.2], [1, 1, 1, 1, 0, 0])


def test_who_is_right_where_they_differ_is_counted() -> None:
    found = disagreement(ONE, TWO)
    assert (found.rows, found.differ, found.share) == (6, 3, 0.5)
    assert found.low < 0.5 < found.high
    assert found.outcomes.set_index("outcome")["rows"].to_dict() == {
        "both right": 2, "only the first is right": 1, "only the second is right": 2, "both wrong": 1,
    }  # fmt: skip
    assert found.p == pytest.approx(binomtest(1, 3).pvalue)
    assert found.decisions["rows"].sum() == 6
    differing = found.decisions[found.decisions["differ"]]
    assert sorted(differing[["truth", "first", "second"]].itertuples(index=False, name=None)) == [
        ("no", "yes", "no"), ("yes", "no", "yes"), ("yes", "yes", "no"),
    ]  # fmt: skip
    assert found.message == ("A and B decide differently on 3 of 6 rows (50.0\xa0%): A is right in 1 of them, B in 2.")


def test_the_rows_that_are_furthest_apart_come_first() -> None:
    largest = disagreement(ONE, TWO).largest
    assert largest["position"].tolist()[:3] == [2, 1, 4]
    assert largest["difference"].tolist()[:3] == pytest.approx([0.7, 0.6, 0.4])
    assert largest.loc[0, ["truth", "first", "second", "outcome"]].tolist() == [
        "yes", "no", "yes", "only the second is right",
    ]  # fmt: skip


def test_some_of_the_rows_can_be_compared() -> None:
    found = disagreement(ONE, TWO, rows=[5, 1])
    assert found.points["position"].tolist() == [5, 1]
    assert found.differ == 1
    with pytest.raises(WorkbenchError, match="no held-out row 6"):
        disagreement(ONE, TWO, rows=[0, 6])
    with pytest.raises(WorkbenchError, match="no rows"):
        disagreement(ONE, TWO, rows=[])


def test_models_that_agree_are_said_to_and_nothing_is_made_up() -> None:
    found = disagreement(ONE, replace(ONE, title="A2"))
    assert found.differ == 0
    assert np.isnan(found.p)
    assert found.message == "A and A2 decide the same on all 6 rows."
    assert found.cohorts.cohorts == ()


def test_each_model_decides_by_its_own_policy() -> None:
    found = disagreement(ONE, replace(ONE, title="strict", policy=Policy(0.95)))
    assert found.differ == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"target": Column("z", "category")}, "'z'"),
        ({"classes": ("yes", "no")}, "classes"),
        ({"digest": "other"}, "different tables"),
        ({"holdout_rows": np.arange(1, 7)}, "different rows"),
        ({"holdout_codes": np.zeros(6, dtype=int)}, "different rows"),
        ({"holdout_rows": np.arange(5), "holdout_codes": np.zeros(5, dtype=int)}, "different rows"),
    ],
)
def test_models_of_other_rows_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        disagreement(ONE, replace(TWO, **change))


def test_models_of_three_classes_can_be_wrong_in_two_ways() -> None:
    found = disagreement(*models([0, 1, 2, 0], [0, 2, 1, 0], [0, 1, 0, 1], classes=3))
    rows = found.outcomes.set_index("outcome")
    assert rows["rows"].tolist() == [1, 1, 0, 2]
    assert rows["differ"].tolist() == [0, 1, 0, 1]
    assert found.points["first_probability"].tolist() == [1, 1, 0, 0]  # of the true class
    assert found.points["difference"].tolist() == [0, 1, 1, 0]
    assert "neither in 1" in found.message


def test_where_they_disagree_is_found() -> None:
    random = np.random.default_rng(0)
    city = pd.Series(random.choice(list("XYZ"), 2_000), dtype="str")
    first = random.choice([0.2, 0.8], 2_000)
    flip = np.where(city == "Y", random.random(2_000) < 0.5, random.random(2_000) < 0.05)
    one, two = models(first, first, (first > 0.5).astype(int), city=city)
    found = disagreement(one, replace(two, pipeline=Given(np.where(flip, 1 - first, first))))  # type: ignore[arg-type]
    assert found.cohorts.cohorts[0].words == "city is 'Y'"
    assert found.cohorts.loss == "share that is decided differently"


def explanation(values: list[list[float]], columns: tuple[str, ...], **more: Any) -> Explanation:
    array = np.array(values, dtype=float)[:, :, None]
    given: dict[str, Any] = {
        "columns": columns, "classes": ("yes",), "schema": Schema(()), "array": array, "bases": np.zeros(1),
        "frame": pd.DataFrame({"x": range(len(values))}), "predicted": array.sum(axis=1), "space": "log-odds",
        "engine": "by hand", "exact": True,
    }  # fmt: skip
    return Explanation(**{**given, **more})


def test_drivers_are_mean_differences_of_the_values() -> None:
    first = explanation([[1.0, 0.5], [-1.0, 0.5]], ("x", "age"))
    second = explanation([[0.5, 3.0], [0.0, 1.0]], ("x", "job"))
    found = drivers(first, second).set_index("column")
    assert found["difference"].to_dict() == {"job": 2.0, "x": 0.75, "age": 0.5}
    assert found.loc["job", ["first", "second"]].tolist() == [0, 2]
    assert found.loc["x", ["low", "high"]].tolist() == [0.5, 1.0]
    assert (found["low"] <= found["difference"]).all()
    assert disagreement(ONE, TWO, explanations=(first, second)).drivers is not None


def test_the_drivers_interval_is_that_of_a_mean() -> None:
    values = np.random.default_rng(0).exponential(size=(400, 1))
    found = drivers(explanation(values.tolist(), ("x",)), explanation((values * 0).tolist(), ("x",))).iloc[0]
    error = values.std(ddof=1) / 20
    assert found["low"] == pytest.approx(values.mean() - 1.96 * error, abs=0.02)
    assert found["high"] == pytest.approx(values.mean() + 1.96 * error, abs=0.02)


def test_one_row_has_no_interval() -> None:
    found = drivers(explanation([[1.0]], ("x",)), explanation([[0.0]], ("x",))).iloc[0]
    assert found["difference"] == 1
    assert np.isnan([found["low"], found["high"]]).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"space": "probability"}, "log-odds, the other in probability"),
        ({"classes": ("no",)}, "different classes"),
        ({"frame": pd.DataFrame({"x": [0, 1]}, index=[4, 5])}, "different rows"),
        ({"frame": pd.DataFrame({"x": [7, 8]})}, "different rows"),
    ],
)
def test_explanations_that_cannot_be_compared_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        drivers(explanation([[1.0], [2.0]], ("x",)), explanation([[1.0], [2.0]], ("x",), **change))


@pytest.mark.parametrize("classes", [2, 3])
def test_two_spaces_are_brought_into_one(classes: int) -> None:
    boosting, forest = on_mixed("hist_gradient_boosting", classes), on_mixed("random_forest", classes)
    assert space_of(boosting) != space_of(forest)
    found = disagreement(boosting, forest)
    shared = shared_explanations(boosting, forest, found.points)
    for model, explanation in ((boosting, shared.first), (forest, shared.second)):
        assert explanation.space == "probability"
        assert explanation.adds_up
        said = model.probabilities(explanation.frame)
        np.testing.assert_allclose(explanation.predicted, said[:, 1:] if classes == 2 else said, atol=1e-12)
    assert shared.first.background == shared.second.background
    assert shared.first.frame.equals(shared.second.frame)
    differing = found.points.loc[found.points["differ"], "position"]
    assert set(shared.first.frame.index) <= set(differing)
    assert f"{len(shared.first.frame):,}" in shared.words
    apart = np.abs(shared.first.array - shared.second.array).mean(axis=(0, 2))
    expected = pd.Series(apart, index=list(shared.first.columns)).sort_values(ascending=False)
    assert shared.drivers["difference"].tolist() == pytest.approx(expected.tolist())


def test_models_that_decide_alike_are_compared_where_their_probabilities_differ_most() -> None:
    first, second = on_mixed("hist_gradient_boosting"), on_mixed("random_forest")
    points = disagreement(first, second).points.assign(differ=False)
    shared = shared_explanations(first, second, points, replace(BUDGET, seconds=0.0, least=5))
    furthest = points.nlargest(5, "difference")["position"]
    assert sorted(shared.first.frame.index) == sorted(furthest)
    assert "5 rows whose probabilities are furthest apart" in shared.words
    with pytest.raises(WorkbenchError, match="no rows"):
        shared_explanations(first, second, points.iloc[:0])

"""Importance of columns: what it measures, how sure it is, and where its two kinds disagree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance as reference

from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.explanations import (
    ExplainBudget,
    Explanation,
    agreement,
    explain,
    global_importance,
    part_importance,
    permutation_importance,
)
from backends.training.spec import TrainingSpec
from tests.backends.explanations.trained import fitted, numbers, on_mixed


def told(array: np.ndarray, classes: tuple[str, ...] = ("yes",)) -> Explanation:
    """An explanation with these values (rows, columns, outputs), of columns a, b, …"""
    names = tuple("abcdefgh"[: array.shape[1]])
    frame = pd.DataFrame(
        np.arange(array.shape[0] * len(names), dtype=float).reshape(-1, len(names)), columns=list(names)
    )
    bases = np.zeros(array.shape[2])
    return Explanation(
        names, classes, frame, Schema(tuple(Column(name, "number") for name in names)), array, bases,
        bases + array.sum(axis=1), "log-odds", "by hand", True,
    )  # fmt: skip


def test_importance_is_the_mean_size_and_the_mean_keeps_its_sign() -> None:
    frame = global_importance(told(np.array([[[1.0], [0.5]], [[-3.0], [0.5]]])))
    assert frame["column"].tolist() == ["a", "b"]
    assert frame["importance"].tolist() == [2.0, 0.5]
    assert frame["mean"].tolist() == [-1.0, 0.5]


def test_intervals_are_those_of_a_plain_bootstrap_and_cover_the_importance() -> None:
    values = np.random.default_rng(0).normal(size=(200, 3, 1))
    frame = global_importance(told(values)).set_index("column")
    random, sizes = np.random.default_rng(9), np.abs(values[:, 0, 0])
    means = [random.choice(sizes, 200).mean() for _ in range(4000)]
    low, high = np.quantile(means, [0.025, 0.975])
    assert frame.loc["a", "low"] == pytest.approx(low, abs=0.01)
    assert frame.loc["a", "high"] == pytest.approx(high, abs=0.01)
    assert ((frame["low"] < frame["importance"]) & (frame["importance"] < frame["high"])).all()


def test_one_row_says_nothing_of_others() -> None:
    frame = global_importance(told(np.ones((1, 2, 1))))
    assert frame["importance"].tolist() == [1.0, 1.0]
    assert frame[["low", "high"]].isna().all(axis=None)


def test_several_classes_have_an_importance_each_and_their_mean() -> None:
    array = np.array([[[1.0, -2.0], [0.0, 0.0]], [[3.0, -4.0], [0.0, 0.0]]])
    row = global_importance(told(array, ("x", "y"))).iloc[0]
    assert row["importance of x"] == 2.0
    assert row["importance of y"] == 3.0
    assert row["importance"] == 2.5
    assert np.isnan(row["mean"])


def test_parts_are_ranked_by_their_own_values() -> None:
    found = explain(on_mixed("logistic_regression"))
    parts = part_importance(found, "c:d")
    assert parts["part"].iloc[0] == "a"
    assert (np.diff(parts["importance"]) <= 0).all()
    assert part_importance(found, "town").empty


def two_numbers(key: str = "logistic_regression", metric: str | None = None):  # type: ignore[no-untyped-def]
    random = np.random.default_rng(0)
    frame, schema = numbers(useful=random.normal(size=600), useless=random.normal(size=600))
    codes = (frame["useful"] + random.normal(size=600) * 0.5 > 0).to_numpy().astype(int)
    model = fitted(key, frame, codes, schema)
    return replace(model, spec=TrainingSpec("target", metric=metric))


def test_shuffling_the_useful_column_costs_what_scikit_learn_says() -> None:
    model = two_numbers(metric="roc_auc")
    found = permutation_importance(model, repeats=60)
    theirs = reference(
        model.pipeline, model.holdout, model.holdout_codes, scoring="roc_auc", n_repeats=60, random_state=1
    )
    frame = found.frame.set_index("column")
    assert frame.loc["useful", "importance"] == pytest.approx(theirs["importances_mean"][0], abs=0.02)
    assert frame.loc["useful", "spread"] == pytest.approx(theirs["importances_std"][0], rel=0.35)
    assert abs(frame.loc["useless", "importance"]) < 0.01
    assert frame.loc["useful", "low"] < frame.loc["useful", "importance"] < frame.loc["useful", "high"]


def test_the_loss_of_a_metric_that_falls_is_positive_too() -> None:
    found = permutation_importance(two_numbers(metric="log_loss"), repeats=5)
    assert found.judged.key == "log_loss"
    assert found.frame.set_index("column").loc["useful", "importance"] > 0.1


@pytest.mark.parametrize("key", ["random_forest", "logistic_regression", "nearest_neighbours", "dummy"])
def test_all_parts_of_a_column_are_shuffled_together(key: str) -> None:
    model = on_mixed(key, 3)
    found = permutation_importance(model, repeats=3)
    assert set(found.frame["column"]) == set(model.schema.names)
    assert found.frame.set_index("column").loc["nothing", "importance"] == 0
    if key == "dummy":
        assert not found.frame["importance"].any()
    else:
        assert found.frame["column"].iloc[0] == "x (€)"


def test_shuffling_prepared_inputs_is_shuffling_the_column() -> None:
    model = two_numbers()
    foreign = replace(
        model, pipeline=type(model.pipeline)([(f"s{i}", s) for i, (_, s) in enumerate(model.pipeline.steps)])
    )
    pd.testing.assert_frame_equal(
        permutation_importance(model, 4).frame, permutation_importance(foreign, 4).frame, atol=1e-9
    )


def test_a_small_budget_samples_rows_and_says_so() -> None:
    found = permutation_importance(two_numbers(), budget=ExplainBudget(seconds=1e-9, least=50), columns=["useful"])
    assert found.sample == "from a random sample of 50 of 180 rows"
    assert found.repeats == 3
    assert found.frame["column"].tolist() == ["useful"]


def test_what_cannot_be_shuffled_or_measured_is_a_sentence() -> None:
    model = two_numbers(metric="roc_auc")
    with pytest.raises(WorkbenchError, match="'age' is no column"):
        permutation_importance(model, columns=["age"])
    one_class = replace(model, holdout=model.holdout.head(3), holdout_codes=np.ones(3, dtype=int))
    with pytest.raises(WorkbenchError, match="ROC AUC cannot be measured on 3 held-out rows"):
        permutation_importance(one_class)


def test_some_held_out_rows_can_be_shuffled_among_themselves() -> None:
    model, rows = two_numbers(metric="roc_auc"), np.arange(0, 180, 2)
    found = permutation_importance(model, 4, rows=rows)
    alone = replace(model, holdout=model.holdout.iloc[rows], holdout_codes=model.holdout_codes[rows])
    pd.testing.assert_frame_equal(found.frame, permutation_importance(alone, 4).frame)
    assert found.sample == "from 90 rows chosen from 180 held-out rows"
    small = permutation_importance(model, rows=rows, budget=ExplainBudget(seconds=1e-9, least=50))
    assert small.sample == "from a random sample of 50 of 90 rows, chosen from 180 held-out rows"
    assert permutation_importance(model, 2, rows=np.arange(180)).sample == ""


def test_some_rows_are_judged_by_the_metric_of_all() -> None:
    model = two_numbers()
    rare = np.r_[np.flatnonzero(model.holdout_codes == 0)[:60], np.flatnonzero(model.holdout_codes == 1)[:2]]
    whole = permutation_importance(model, 2).judged.key
    assert permutation_importance(model, 2, rows=rare).judged.key == whole


def test_chosen_rows_that_are_too_few_absent_or_of_one_class_get_a_sentence() -> None:
    model = two_numbers(metric="roc_auc")
    with pytest.raises(WorkbenchError, match="3 held-out rows are too few"):
        permutation_importance(model, rows=np.array([0, 1, 2]))
    with pytest.raises(WorkbenchError, match="0 held-out rows are too few"):
        permutation_importance(model, rows=np.array([]))
    for wrong in (-1, 180):
        with pytest.raises(WorkbenchError, match=f"no held-out row {wrong}"):
            permutation_importance(model, rows=np.append(np.arange(20), wrong))
    with pytest.raises(WorkbenchError, match="ROC AUC cannot be measured on"):
        permutation_importance(model, rows=np.flatnonzero(model.holdout_codes == 1))


def measured(rows: list[tuple[str, float, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["column", "importance", "low", "high"])


def test_a_column_that_moves_predictions_but_costs_nothing_is_named() -> None:
    shap = pd.DataFrame({"column": ["a", "b", "c"], "importance": [1.0, 0.8, 0.1]})
    lost = measured([("a", 0.1, 0.08, 0.12), ("b", 0.001, -0.01, 0.01), ("c", 0.01, 0.005, 0.015)])
    found = agreement(shap, lost)
    assert found.disagree["column"].tolist() == ["b"]
    assert "'b' moves predictions, but shuffling it costs nothing" in found.sentence


def test_measures_that_agree_are_said_to() -> None:
    shap = pd.DataFrame({"column": ["a", "b"], "importance": [1.0, 0.5]})
    found = agreement(shap, measured([("a", 0.1, 0.08, 0.12), ("b", 0.05, 0.04, 0.06)]))
    assert found.disagree.empty
    assert found.sentence == "SHAP and shuffling agree on which of the 2 columns matter."


def test_ranks_far_apart_are_named_either_way() -> None:
    names = list("abcdefgh")
    shap = pd.DataFrame({"column": names, "importance": [8.0, 4, 3, 2.5, 2, 1.5, 1, 0.2]})
    losses = [0.01, 0.05, 0.04, 0.03, 0.02, 0.015, 0.012, 0.1]
    found = agreement(shap, measured([(n, v, v - 0.005, v + 0.005) for n, v in zip(names, losses, strict=True)]))
    verdicts = found.frame.set_index("column")["verdict"]
    assert "costs little" in verdicts["a"]
    assert "costs much" in verdicts["h"]
    assert (verdicts[list("bcdefg")] == "").all()


def test_a_copy_of_a_column_is_the_partner_that_makes_them_disagree() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=900)
    frame, schema = numbers(x=x, twin=x + random.normal(size=900) * 0.01, noise=random.normal(size=900))
    model = fitted("random_forest", frame, (x > 0).astype(int), schema, n_estimators=30)
    shap = global_importance(explain(model)).set_index("column")["importance"]
    assert shap["noise"] < 0.2 * min(shap["x"], shap["twin"])


def test_no_common_column_is_a_sentence() -> None:
    empty = agreement(pd.DataFrame({"column": ["a"], "importance": [1.0]}), measured([("b", 0.1, 0.0, 0.2)]))
    assert empty.sentence == "There is no column that both measures have."
    assert empty.frame.empty

"""Effects equal those of models whose effects are known, and of an independent implementation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import partial_dependence as reference

from backends.datasets.grouping import Grouping
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.explanations.effects import (
    accumulated_local_effects,
    accumulated_possible,
    correlated,
    partial_dependence,
    row_effect,
    what_if,
)
from backends.explanations.effects.dependence import Amount
from backends.explanations.effects.what_if import WhatIf
from backends.training.policy import Policy
from backends.training.results import TrainedModel
from tests.backends.explanations.small_models import fitted_model, formula_model
from tests.backends.training.tables import customers, dataset

RANDOM = np.random.default_rng(0)
X = RANDOM.uniform(0, 1, 400)
LINEAR = pd.DataFrame({"x": X, "z": RANDOM.uniform(0, 1, 400)})


def linear() -> TrainedModel:
    """P(yes) = 0.2 + 0.5 x + 0.1 z."""
    return formula_model(dataset(LINEAR), lambda rows: (0.2 + 0.5 * rows["x"] + 0.1 * rows["z"]).to_numpy())


def hidden_partner() -> TrainedModel:
    """z is x but for a little noise, and the model looks at x − z alone where a real row may be; far off it says 1."""
    z = X + RANDOM.normal(0, 0.01, 400)
    frame = pd.DataFrame({"x": X, "z": z})
    far = 0.2

    def score(rows: pd.DataFrame) -> np.ndarray:
        apart = (rows["x"] - rows["z"]).abs()
        return np.where(apart > far, 1.0, 0.3 * rows["x"])

    return formula_model(dataset(frame), score)


def test_the_slope_of_a_linear_model_is_found_by_both_methods() -> None:
    for measured in (partial_dependence, accumulated_local_effects):
        frame = measured(linear(), "x").frame
        slopes = np.diff(frame["mean"]) / np.diff(frame["value"])
        assert slopes == pytest.approx(0.5)
        assert frame["value"].iloc[0] == X.min()
        assert frame["value"].iloc[-1] == X.max()


def test_partial_dependence_is_the_mean_over_the_rows_and_the_band_holds_80_percent() -> None:
    effect = partial_dependence(linear(), "x", amount=Amount(rows=400))
    answers = 0.2 + 0.1 * LINEAR["z"].to_numpy() + 0.5 * effect.frame["value"].to_numpy()[:, None]
    assert effect.sample == ""
    assert effect.frame["mean"].to_numpy() == pytest.approx(answers.mean(axis=1))
    assert effect.frame["low"].to_numpy() == pytest.approx(np.quantile(answers, 0.1, axis=1))
    assert effect.frame["high"].to_numpy() == pytest.approx(np.quantile(answers, 0.9, axis=1))
    assert effect.frame["rows"].sum() == 400


def test_partial_dependence_is_that_of_scikit_learn() -> None:
    model = fitted_model(customers(), "churn", "random_forest")
    rows = model.holdout.assign(months=model.holdout["months"].astype(float))
    effect = partial_dependence(model, "months", rows, amount=Amount(points=100))
    grid = effect.frame["value"].to_numpy()
    model.pipeline.__sklearn_tags__()
    found = reference(
        model.pipeline, rows, ["months"], custom_values={"months": grid}, kind="both", response_method="predict_proba"
    )
    assert effect.frame["mean"].to_numpy() == pytest.approx(found["average"][0], abs=1e-9)
    first = effect.ice[effect.ice["row"] == 0]["probability"].to_numpy()
    assert first == pytest.approx(found["individual"][0][0], abs=1e-9)


def test_accumulated_effects_are_right_where_partial_dependence_asks_about_rows_that_cannot_be() -> None:
    model = hidden_partner()
    local, partial = accumulated_local_effects(model, "x").frame, partial_dependence(model, "x").frame
    slopes = np.diff(local["mean"]) / np.diff(local["value"])
    assert slopes == pytest.approx(0.3)
    assert partial["mean"].min() > 0.5  # though no row's probability is above 0.3


def test_accumulated_effects_are_centred_on_the_rows() -> None:
    effect = accumulated_local_effects(linear(), "x", amount=Amount(rows=400)).frame
    middles = (effect["mean"].to_numpy()[:-1] + effect["mean"].to_numpy()[1:]) / 2
    assert (middles * effect["rows"].to_numpy()[1:]).sum() == pytest.approx(0, abs=1e-12)
    assert effect["rows"].sum() == 400
    assert (effect["low"] <= effect["mean"]).all()
    assert (effect["mean"] <= effect["high"]).all()


def test_accumulated_effects_by_hand() -> None:
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0], "z": [0.0, 0.5, 1.0]})
    model = formula_model(dataset(frame), lambda rows: (rows["x"] * rows["z"] / 4).to_numpy())
    effect = accumulated_local_effects(model, "x").frame
    # steps 0→1 (rows 0 and 1: changes 0 and 0.125) and 1→2 (row 2: 0.25); centred by 2 × 0.03125 + 0.1875 over 3
    assert effect["mean"].to_numpy() == pytest.approx(np.array([0, 0.0625, 0.3125]) - 0.25 / 3)


def test_levels_come_most_frequent_first_with_their_rows() -> None:
    frame = pd.DataFrame({"job": pd.Series(["b", "a", "b", None], dtype="str")})
    model = formula_model(dataset(frame), lambda rows: rows["job"].map({"a": 0.1, "b": 0.6}).fillna(0).to_numpy())
    effect = partial_dependence(model, "job")
    assert effect.frame["value"].tolist() == ["b", "a"]
    assert effect.frame["mean"].tolist() == pytest.approx([0.6, 0.1])
    assert effect.frame["rows"].tolist() == [2, 1]
    assert effect.notes == ("1 of 4 rows have no value; they were given each value like the others",)


def test_many_levels_are_cut_and_that_is_said() -> None:
    frame = pd.DataFrame({"town": pd.Series([f"t{i % 50}" for i in range(120)], dtype="str")})
    effect = partial_dependence(formula_model(dataset(frame), lambda rows: np.zeros(len(rows))), "town")
    assert len(effect.frame) == 30
    assert effect.notes == ("the 30 most frequent of 50 values",)


def test_dates_and_booleans_keep_their_types() -> None:
    frame = pd.DataFrame({"since": pd.date_range("2024-01-01", periods=60, unit="us"), "member": [True, False] * 30})
    model = formula_model(dataset(frame), lambda rows: rows["member"] * 0.5 + (rows["since"].dt.month == 1) * 0.25)
    since, member = partial_dependence(model, "since"), partial_dependence(model, "member")
    assert since.frame["value"].dtype == frame["since"].dtype
    assert since.frame["label"].iloc[0] == "2024-01-01"
    assert since.frame["mean"].iloc[[0, -1]].tolist() == [0.5, 0.25]
    assert member.frame["mean"].tolist() == pytest.approx(
        [(frame["since"].dt.month == 1).mean() * 0.25, (frame["since"].dt.month == 1).mean() * 0.25 + 0.5]
    )
    assert accumulated_local_effects(model, "since").frame["mean"].diff().sum() == pytest.approx(-0.25)


def test_a_skewed_column_is_also_measured_where_few_rows_are() -> None:
    frame = pd.DataFrame({"gain": [*([0.0] * 960), *np.linspace(1000, 99_999, 40)]})
    model = formula_model(dataset(frame), lambda rows: np.clip(rows["gain"] / 1e5, 0, 1))
    values = partial_dependence(model, "gain").frame["value"]
    assert values.iloc[0] == 0.0
    assert values.between(1_000, 90_000).sum() >= 5


def test_a_sample_is_said_and_repeats() -> None:
    amount = Amount(rows=50)
    first, again = (partial_dependence(linear(), "x", amount=amount) for _ in range(2))
    assert first.sample == "from a random sample of 50 of 400 rows"
    pd.testing.assert_frame_equal(first.frame, again.frame)


def test_one_row_follows_the_grid_and_knows_where_it_is() -> None:
    model = linear()
    row = LINEAR.iloc[[7]]
    found = row_effect(model, partial_dependence(model, "x"), row)
    assert found.value == row["x"].iloc[0]
    assert found.probability == pytest.approx(0.2 + 0.5 * row["x"].iloc[0] + 0.1 * row["z"].iloc[0])
    assert np.diff(found.frame["probability"]) / np.diff(found.frame["value"]) == pytest.approx(0.5)
    assert row_effect(model, partial_dependence(model, "x"), row.assign(x=np.nan)).value is None


def test_the_class_of_many_is_chosen() -> None:
    model = formula_model(
        dataset(LINEAR),
        lambda rows: np.column_stack([rows["x"] / 2, 1 - rows["x"], rows["x"] / 2]),
        classes=("a", "b", "c"),
    )
    for name, slope in (("a", 0.5), ("b", -1.0)):
        frame = partial_dependence(model, "x", class_name=name).frame
        assert np.diff(frame["mean"]) / np.diff(frame["value"]) == pytest.approx(slope)
    assert partial_dependence(model, "x").class_name == "a"
    with pytest.raises(WorkbenchError, match="There is no class 'd'"):
        partial_dependence(model, "x", class_name="d")


def test_what_has_no_effect_to_measure_is_said() -> None:
    frame = pd.DataFrame({"x": [np.nan, np.inf], "one": [1.0, 1.0], "job": pd.Series(["a", "b"], dtype="str")})
    model = formula_model(dataset(frame), lambda rows: np.zeros(len(rows)))
    with pytest.raises(WorkbenchError, match="'x' has no value in these rows"):
        partial_dependence(model, "x")
    with pytest.raises(WorkbenchError, match="no order to accumulate along") as refused:
        accumulated_local_effects(model, "job")
    assert "partial dependence" in refused.value.hint
    assert [accumulated_possible(column) for column in model.schema] == [True, True, False]
    with pytest.raises(WorkbenchError, match="There is no row to measure"):
        accumulated_local_effects(model, "x")
    with pytest.raises(WorkbenchError, match="'one' has one value only"):
        accumulated_local_effects(model, "one")
    with pytest.raises(WorkbenchError, match="There is no column 'y'"):
        partial_dependence(model, "y")
    assert "only one value" in partial_dependence(model, "one").notes[0]


def test_free_text_has_no_effect() -> None:
    model = formula_model(
        dataset(pd.DataFrame({"said": pd.Series(["a b", "c"], dtype="str")}), said="text"),
        lambda rows: np.zeros(len(rows)),
    )
    with pytest.raises(WorkbenchError, match="'said' is free text"):
        partial_dependence(model, "said")


def test_a_strong_partner_is_named_with_what_follows() -> None:
    partner = correlated(hidden_partner(), "x")
    assert partner is not None
    assert (partner.partner, partner.measure, partner.strong) == ("z", "Spearman", True)
    assert "hardly occur" in partner.words
    weak = correlated(linear(), "x")
    assert weak is not None
    assert not weak.strong
    expected = LINEAR["x"].corr(LINEAR["z"], method="spearman")
    assert weak.strength == pytest.approx(abs(expected))


def test_partners_of_other_kinds_and_with_gaps_are_found() -> None:
    letters = pd.Series(np.where(X > 0.5, "high", "low"), dtype="str")
    gaps = pd.Series(X**3).mask(RANDOM.random(400) < 0.3)
    frame = pd.DataFrame({"x": X, "level": letters, "twin": letters.str.upper(), "gaps": gaps})
    model = formula_model(dataset(frame), lambda rows: np.zeros(len(rows)))
    assert correlated(model, "x").partner == "gaps"  # type: ignore[union-attr]
    assert correlated(model, "level").partner == "twin"  # type: ignore[union-attr]
    both = correlated(formula_model(dataset(frame[["x", "level"]]), lambda rows: np.zeros(len(rows))), "level")
    assert both is not None
    assert (both.partner, both.measure) == ("x", "correlation ratio")


def test_a_column_alone_or_with_few_rows_has_no_partner() -> None:
    for frame in (LINEAR[["x"]], LINEAR.iloc[:10], LINEAR.assign(z=1.0)):
        assert correlated(formula_model(dataset(frame), lambda rows: np.zeros(len(rows))), "x") is None


def test_what_if_shows_before_and_after() -> None:
    row = pd.DataFrame({"x": [0.9], "z": [0.5]})
    found = what_if(linear(), row, {"x": "0.1", "z": "0.5"})
    assert found.frame["class"].tolist() == ["no", "yes"]
    assert found.frame["before"].tolist() == pytest.approx([0.3, 0.7])
    assert found.frame["difference"].tolist() == pytest.approx([0.4, -0.4])
    assert found.decisions == ("yes", "no")
    assert found.flipped
    assert found.changes.to_dict("records") == [{"column": "x", "before": 0.9, "after": 0.1}]
    assert row["x"].tolist() == [0.9]
    assert found.warnings == ()
    assert what_if(linear(), row, {"x": "3"}).warnings[0].startswith("'x' is 3, outside")


def test_what_if_decides_by_the_policy() -> None:
    model = replace(
        linear(),
        policy=Policy(0.9, (Grouping("sex"),), ((("f",), 0.5),)),
        aside=pd.DataFrame({"sex": ["f"] * 400}, dtype="str"),
        aside_schema=Schema((Column("sex", "category", categories=("f", "m")),)),
    )
    row = pd.DataFrame({"x": [0.9], "z": [0.5], "sex": pd.Series(["m"], dtype="str")})
    assert what_if(model, row, {"x": 0.8}).decisions == ("no", "no")
    assert what_if(model, row, {"sex": "f"}).decisions == ("no", "yes")


def test_what_if_refuses_what_cannot_be() -> None:
    with pytest.raises(WorkbenchError, match="2 rows were given"):
        what_if(linear(), LINEAR.iloc[:2], {"x": 1})
    with pytest.raises(WorkbenchError, match="'x' holds 'much'"):
        what_if(linear(), LINEAR.iloc[:1], {"x": "much"})


def test_what_if_ranks_the_decided_and_the_true_class_before_those_that_changed_most() -> None:
    frame = pd.DataFrame(
        {
            "class": ["a", "b", "c", "d", "e"],
            "before": [0.5, 0.2, 0.1, 0.15, 0.05],
            "after": [0.3, 0.35, 0.1, 0.15, 0.1],
        }
    )
    found = WhatIf(frame.assign(difference=frame["after"] - frame["before"]), ("a", "b"), pd.DataFrame(), frame)
    assert found.ranked("c")["class"].tolist() == ["a", "b", "c", "e", "d"]
    assert found.ranked()["class"].tolist() == ["a", "b", "e", "d", "c"]
    assert found.ranked("a")["class"].tolist() == ["a", "b", "e", "d", "c"]

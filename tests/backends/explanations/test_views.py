"""Points, interactions and steps of an explanation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backends.datasets.schema import Column, Schema, ValueFormat
from backends.errors import WorkbenchError
from backends.explanations import Explanation, beeswarm, dependence, explain, interactions, waterfall
from tests.backends.explanations.test_importance import told
from tests.backends.explanations.trained import fitted, numbers, on_mixed


def crossed(rows: int = 1500) -> Explanation:
    """Values of `a` whose slope depends on `b`, values of `c` that depend on nothing else."""
    random = np.random.default_rng(0)
    frame, schema = numbers(a=random.normal(size=rows), b=random.normal(size=rows), c=random.normal(size=rows))
    a, b, c = (frame[name].to_numpy() for name in "abc")
    array = np.stack([a * b, np.zeros(rows), c**2], axis=1)[:, :, None]
    bases = np.zeros(1)
    return Explanation(
        ("a", "b", "c"), ("yes",), frame, schema, array, bases, array.sum(axis=1), "log-odds", "by hand", True
    )


def test_the_partner_is_the_column_that_changes_the_effect() -> None:
    found = interactions(crossed(), "a")
    assert found["column"].iloc[0] == "b"
    assert found["strength"].iloc[0] > 0.5
    assert found["strength"].iloc[1] < 0.05


def test_a_curve_of_the_column_alone_is_no_interaction() -> None:
    frame = dependence(crossed(), "c")
    assert frame.attrs["colour"] == ""
    assert np.isnan(frame.attrs["strength"])
    assert list(frame.columns) == ["value", "shap"]


def test_a_linear_model_has_no_interactions() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=500)
    frame, schema = numbers(x=x, near=x + 0.3 * random.normal(size=500))
    found = explain(fitted("logistic_regression", frame, (x > 0).astype(int), schema))
    assert (interactions(found, "x")["strength"] == 0).all()


def test_points_are_the_rows_values_and_at_most_two_thousand() -> None:
    frame = dependence(crossed(3000), "a")
    assert len(frame) == 2000
    assert frame.attrs["rows"] == 3000
    np.testing.assert_allclose(frame["shap"], frame["value"] * frame["colour"])


def test_the_partner_can_be_chosen_and_an_unknown_column_is_a_sentence() -> None:
    assert dependence(crossed(), "a", colour="c").attrs["colour"] == "c"
    with pytest.raises(WorkbenchError, match="'z' is no column"):
        dependence(crossed(), "z")
    with pytest.raises(WorkbenchError, match="'z' is no column"):
        dependence(crossed(), "a", colour="z")


def test_columns_of_every_kind_and_few_rows_can_be_looked_at() -> None:
    model = on_mixed("random_forest")
    whole, few = explain(model), explain(model, model.holdout.head(3))
    for name in model.schema.names:
        assert len(dependence(whole, name)) == len(whole.frame)
        assert len(dependence(few, name)) == 3
    assert interactions(few, "count")["strength"].isna().all()


def test_a_beeswarm_has_a_point_per_row_and_column_by_importance() -> None:
    array = np.array([[[1.0], [2.0]], [[-1.0], [4.0]], [[1.0], [-9.0]]])
    frame = beeswarm(told(array))
    assert frame["column"].tolist() == ["b"] * 3 + ["a"] * 3
    assert frame["shap"].tolist() == [2.0, 4.0, -9.0, 1.0, -1.0, 1.0]
    assert frame["position"].tolist() == [0.0, 0.5, 1.0] * 2
    assert frame.attrs == {"rows": 3, "of": 3, "output": None}
    assert frame["offset"].abs().max() <= 1


def test_a_beeswarm_never_has_more_than_five_thousand_points() -> None:
    frame = beeswarm(told(np.random.default_rng(0).normal(size=(4000, 8, 1))))
    assert len(frame) == 5000
    assert frame.attrs == {"rows": 625, "of": 4000, "output": None}


def test_a_waterfall_goes_from_the_base_to_the_prediction() -> None:
    explanation = replace(told(np.array([[[0.5], [-2.0], [0.25]]])), bases=np.array([1.0]))
    frame = waterfall(explanation, 0)
    assert frame["column"].tolist() == ["b", "a", "c"]
    assert frame["from"].tolist() == [1.0, -1.0, -0.5]
    assert frame["to"].tolist() == [-1.0, -0.5, -0.25]
    assert frame["value"].tolist() == ["1", "0", "2"]


def test_small_steps_of_a_waterfall_are_folded_and_still_add_up() -> None:
    array = np.arange(1.0, 9.0)[None, :, None]
    frame = waterfall(told(array), 0, most=3)
    assert frame["column"].tolist() == ["h", "g", "f", "5 other columns"]
    assert frame["contribution"].iloc[-1] == 15
    assert frame["to"].iloc[-1] == 36


def test_values_are_written_as_in_the_file() -> None:
    frame = pd.DataFrame(
        {
            "paid": [True],
            "born": pd.to_datetime(["2020-05-17"]),
            "city": pd.Series(["Oslo"], dtype="str"),
            "n": pd.array([1500], dtype="Int64"),
            "x": [np.nan],
        }
    )
    columns = (
        Column("paid", "boolean", format=ValueFormat(true_values=("ja",), false_values=("nei",))),
        Column("born", "datetime"), Column("city", "category"), Column("n", "integer"), Column("x", "number"),
    )  # fmt: skip
    array = np.arange(5.0, 0.0, -1.0)[None, :, None]
    explanation = replace(told(array), columns=tuple(frame.columns), frame=frame, schema=Schema(columns))
    assert waterfall(explanation, 0)["value"].tolist() == ["ja", "2020-05-17", "Oslo", "1,500", "missing"]


def test_a_row_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(WorkbenchError, match="no row 7 in this explanation"):
        waterfall(told(np.ones((2, 2, 1))), 7)


def test_of_several_classes_the_predicted_one_is_told() -> None:
    explanation = told(np.array([[[1.0, 5.0], [0.0, 1.0]]]), ("x", "y"))
    assert waterfall(explanation, 0)["to"].iloc[-1] == 6.0
    assert waterfall(explanation, 0, output=0)["to"].iloc[-1] == 1.0

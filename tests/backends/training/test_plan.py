from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from backends.datasets.schema import Dataset
from backends.errors import WorkbenchError
from backends.training import Plan, TrainingSpec, plan
from backends.training.features import looks_sensitive
from backends.training.models import model_row
from tests.backends.training.tables import customers, dataset


def table(**columns) -> Dataset:
    """A hundred rows: two classes in turn, a number, and the columns given."""
    frame = pd.DataFrame({"x": np.arange(100.0), **columns, "y": pd.Series(["no", "yes"] * 50, dtype="str")})
    return dataset(frame, key="identifier") if "key" in columns else dataset(frame)


def choices(data, **options):
    made = plan(data, TrainingSpec(**{"target": "y", **options}))
    return {feature.name: feature for feature in made.features}


def test_identifiers_constants_and_empty_columns_are_left_out_with_the_reason():
    found = choices(
        table(
            key=pd.Series([f"k{i}" for i in range(100)], dtype="str"),
            same=pd.Series(["a"] * 100, dtype="str"),
            empty=np.full(100, np.nan),
        )
    )
    assert {name: (feature.used, feature.reason) for name, feature in found.items()} == {
        "x": (True, ""),
        "key": (False, "identifies the rows: 100 distinct values"),
        "same": (False, "is constant: always a"),
        "empty": (False, "has no value at all"),
    }


def test_the_targets_twin_is_left_out_because_it_gives_the_target_away():
    found = choices(table(answer=np.array([7, 9] * 50)))
    assert not found["answer"].used
    assert "twin" in found["answer"].reason
    assert found["answer"].leaky


def test_a_column_that_is_only_missing_or_one_value_can_still_tell_something():
    assert choices(table(flag=np.where(np.arange(100) % 3, np.nan, 1.0)))["flag"].used


def test_chosen_features_are_used_whatever_speaks_against_them():
    data = table(key=pd.Series([f"k{i}" for i in range(100)], dtype="str"))
    found = choices(data, features=("key",))
    assert found["key"].used
    assert (found["x"].used, found["x"].reason) == (False, "not chosen")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("sex", True), ("personal_status_sex", True), ("AgeGroup", True), ("native-country", True), ("page", False),
     ("sextant", False), ("message", False)],
)  # fmt: skip
def test_columns_that_may_describe_a_protected_trait_are_marked_by_name(name, expected):
    assert looks_sensitive(name) is expected


def test_the_plan_says_which_models_are_left_out_and_why():
    limit = model_row("rbf_svm").row_limit
    assert limit
    rows = 2 * limit
    frame = pd.DataFrame({"x": np.arange(rows), "y": pd.Series(["no", "yes"] * (rows // 2), dtype="str")})
    models = {model.key: model for model in plan(dataset(frame), TrainingSpec(target="y")).models}
    assert models["random_forest"].used
    assert not models["rbf_svm"].used
    assert f"slow above {limit:,} training rows" in models["rbf_svm"].reason
    chosen = {m.key: m for m in plan(dataset(frame), TrainingSpec(target="y", models=("rbf_svm",))).models}
    assert chosen["rbf_svm"].used
    assert chosen["random_forest"].reason == "not chosen"


def test_the_plan_counts_rows_folds_and_fits():
    made = plan(customers(200), TrainingSpec(target="churn", models=("dummy", "decision_tree"), folds=4))
    assert (made.train_rows, made.holdout_rows, made.folds, made.fits) == (160, 40, 4, 10)
    assert made.classes == ("no", "yes")
    assert made.positive == "yes"


def test_a_plan_survives_the_way_through_json():
    made = plan(customers(), TrainingSpec(target="churn"))
    assert Plan.from_dict(json.loads(json.dumps(made.to_dict()))) == made


def test_the_columns_that_group_or_order_the_rows_are_no_features_by_default():
    data = table(week=np.arange(100) % 25)
    assert choices(data, scheme="group", group="week")["week"].reason == "groups the rows for validation"
    assert choices(data, scheme="time", time="x")["x"].reason == "orders the rows for validation"


def test_rows_without_a_time_are_left_out_and_counted():
    when = pd.Series(pd.date_range("2024-01-01", periods=100)).where(np.arange(100) % 10 != 0)
    made = plan(table(when=when), TrainingSpec(target="y", scheme="time", time="when", folds=3))
    assert made.notes == ("10 rows without a value of 'when' were left out.",)
    assert made.train_rows + made.holdout_rows == 90


def test_a_fold_that_lacks_a_class_is_noted():
    groups = np.arange(100) // 10
    frame = pd.DataFrame({"x": np.arange(100.0), "g": groups, "y": np.where(groups == 3, "a", "b")})
    frame.loc[::7, "y"] = "a"
    frame.loc[frame["g"] == 5, "y"] = "b"
    frame["y"] = frame["y"].astype("str")
    made = plan(dataset(frame), TrainingSpec(target="y", scheme="group", group="g", folds=6, seed=1))
    assert any("has no test row of class 'a'" in note for note in made.notes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"features": ("nothing",)}, "There is no column 'nothing'"),
        ({"features": ("y",)}, "'y' is the target"),
        ({"features": ()}, "No feature is chosen"),
        ({"models": ("oracle",)}, "There is no model 'oracle'"),
        ({"models": ()}, "No model is chosen"),
        ({"metric": "luck"}, "There is no metric 'luck'"),
        ({"processes": 0}, "0 processes"),
        ({"scheme": "time", "time": "y"}, "The target 'y' cannot be the time column"),
        ({"scheme": "time", "time": "word"}, "'word' is category and gives no order"),
    ],
)
def test_a_spec_that_does_not_fit_the_table_is_refused(options, message):
    data = table(word=pd.Series(["a", "b", "c", "d"] * 25, dtype="str"))
    with pytest.raises(WorkbenchError) as caught:
        plan(data, TrainingSpec(**{"target": "y", **options}))
    assert message in caught.value.message
    assert caught.value.hint


def test_a_table_without_usable_features_is_refused_with_the_reasons():
    frame = pd.DataFrame({"same": [1] * 40, "y": pd.Series(["no", "yes"] * 20, dtype="str")})
    with pytest.raises(WorkbenchError, match="'same' is constant: always 1"):
        plan(dataset(frame), TrainingSpec(target="y"))

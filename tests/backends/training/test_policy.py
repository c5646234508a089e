"""The decision that travels with a model."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from backends.datasets.grouping import Grouping
from backends.errors import WorkbenchError
from backends.training import TrainingSpec, compare
from backends.training.formulas import predicted_codes
from backends.training.policy import TIE, Policy
from tests.backends.training.tables import customers

BY_SEX = Policy(0.5, (Grouping("sex"), Grouping("age", (30.0,))), ((("f", "below 30"), 0.2), (("m", "from 30"), 0.9)))
PEOPLE = pd.DataFrame({"sex": ["f", "f", "m", None], "age": [20, 40, 50, None]})


def test_each_group_has_its_threshold_and_everybody_else_the_common_one() -> None:
    assert BY_SEX.thresholds_of(PEOPLE).tolist() == [0.2, 0.5, 0.9, 0.5]
    assert BY_SEX.decide(np.full(4, 0.6), PEOPLE).tolist() == [1, 1, 0, 1]


def test_without_a_choice_the_more_probable_class_wins_and_a_tie_is_a_no() -> None:
    positive = np.array([0.2, 0.5, 0.5000001])
    plain = Policy()
    assert plain.plain
    assert (
        plain.decide(positive, PEOPLE[:3]).tolist() == predicted_codes(np.stack([1 - positive, positive], 1)).tolist()
    )


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.9])
def test_a_probability_next_to_the_threshold_is_a_tie_and_a_yes(threshold: float) -> None:
    positive = threshold + TIE * np.array([-1.1, -0.9, -0.1, 0, 0.1])
    assert Policy(threshold).decide(positive, PEOPLE.iloc[[0] * 5]).tolist() == [0, 1, 1, 1, 1]
    assert predicted_codes(np.stack([1 - positive, positive], 1), threshold).tolist() == [0, 1, 1, 1, 1]


def test_the_threshold_one_says_no_to_everybody() -> None:
    assert Policy(1.0).decide(np.array([0.5, 1.0]), PEOPLE[:2]).tolist() == [0, 0]
    assert predicted_codes(np.array([[0.0, 1.0]]), 1.0).tolist() == [0]


def test_next_to_one_half_a_tie_is_a_no_as_the_first_of_equals_wins() -> None:
    positive = 0.5 + TIE * np.array([-0.4, 0, 0.4, 0.5, 0.6])
    assert Policy().decide(positive, PEOPLE.iloc[[0] * 5]).tolist() == [0, 0, 0, 0, 1]
    assert predicted_codes(np.stack([1 - positive, positive], 1)).tolist() == [0, 0, 0, 0, 1]


def test_of_several_classes_the_first_of_those_next_to_the_most_probable_wins() -> None:
    proba = np.array([[0.4, 0.4 + 0.9 * TIE, 0.2], [0.4, 0.4 + 1.1 * TIE, 0.2], [0.2, 0.3, 0.5]])
    assert predicted_codes(proba).tolist() == [0, 1, 2]


def test_an_empty_text_is_in_the_group_of_the_missing() -> None:
    policy = Policy(0.9, (Grouping("sex"),), ((("missing",), 0.1),))
    assert policy.thresholds_of(pd.DataFrame({"sex": ["", None, "f"]})).tolist() == [0.1, 0.1, 0.9]


def test_a_row_without_the_column_of_its_group_cannot_be_decided() -> None:
    with pytest.raises(WorkbenchError, match="'age'"):
        BY_SEX.decide(np.array([0.5]), pd.DataFrame({"sex": ["f"]}))


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_that_is_no_probability_is_refused(threshold: float) -> None:
    with pytest.raises(WorkbenchError):
        Policy(threshold)


def test_a_policy_survives_json() -> None:
    assert Policy.from_dict(json.loads(json.dumps(BY_SEX.to_dict()))) == BY_SEX


def test_a_trained_model_knows_the_held_out_columns_that_it_did_not_learn_from() -> None:
    dataset = customers()
    kept = tuple(name for name in dataset.schema.names if name != "churn")[:2]
    spec = TrainingSpec("churn", features=kept, models=("logistic_regression",))
    model = compare(dataset, spec).best
    others = [name for name in dataset.schema.names if name not in (*kept, "churn")]
    assert model.aside.columns.tolist() == others == list(model.aside_schema.names)
    expected = dataset.frame.iloc[model.holdout_rows][others].reset_index(drop=True)
    pd.testing.assert_frame_equal(model.aside, expected)
    assert model.decide(model.held_out).tolist() == predicted_codes(model.probabilities(model.holdout)).tolist()

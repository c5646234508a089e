from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backends.datasets.schema import Column, Dataset, Schema, ValueFormat
from backends.errors import WorkbenchError
from backends.training.spec import TrainingSpec
from backends.training.targets import encode_target, likely_targets
from tests.backends.training.tables import dataset


def target(values, kind=None, **options):
    frame = pd.DataFrame({"x": np.arange(len(values)), "y": values})
    kinds = {"y": kind} if kind else {}
    return encode_target(dataset(frame, **kinds), TrainingSpec(**{"target": "y", **options}))


def text(values):
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        (text(["yes"] * 15 + ["no"] * 5), "yes"),
        (text(["True"] * 15 + ["False"] * 5), "True"),
        (text(["good"] * 15 + ["bad"] * 5), "bad"),
        (text(["a"] * 5 + ["b"] * 15), "a"),
        (text(["a"] * 10 + ["b"] * 10), "b"),
        ([1] * 15 + [0] * 5, "1"),
        ([1] * 15 + [2] * 5, "2"),
        ([1.0] * 15 + [0.0] * 5, "1"),
    ],
)
def test_the_positive_class_says_yes_or_is_the_rarer_one(values, positive):
    assert target(values).positive == positive


def test_the_positive_class_can_be_chosen_and_becomes_code_1():
    found = target(text(["yes", "no", "no", "yes", "no"]), positive="no")
    assert found.classes == ("yes", "no")
    assert found.codes.tolist() == [0, 1, 1, 0, 1]
    assert found.counts == (2, 3)


def test_booleans_are_named_as_the_table_wrote_them():
    frame = pd.DataFrame({"churn": [True, False, False]})
    column = Column("churn", "boolean", format=ValueFormat(true_values=("Yes",), false_values=("No",)))
    found = encode_target(Dataset(frame, Schema((column,))), TrainingSpec(target="churn"))
    assert found.classes == ("No", "Yes")
    assert found.codes.tolist() == [1, 0, 0]


def test_missing_targets_are_left_out_and_counted():
    found = target(text(["a", None, "b", None, "a"]))
    assert found.codes.tolist() in ([0, -1, 1, -1, 0],)
    assert found.notes == ("2 rows without a value of 'y' were left out.",)


def test_several_classes_are_in_the_order_of_their_values():
    assert target([3, 10, 2, 3]).classes == ("2", "3", "10")


def test_rare_classes_are_left_out_when_asked_for_and_the_note_says_so():
    values = text(["a"] * 20 + ["b"] * 20 + ["c"] * 3)
    found = target(values, drop_rare=True)
    assert found.classes == ("b", "a") or found.classes == ("a", "b")
    assert found.rows == 40
    assert (found.codes[-3:] == -1).all()
    assert found.notes == ("3 rows of 1 rare classes of 'y' were left out: 'c' (3).",)


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (text(["a"] * 30), {}, "has one value only, 'a'"),
        (text([None] * 30), {}, "has no value"),
        (text([]), {}, "The table 'table' has no rows, so there is nothing to learn 'y' from."),
        (np.linspace(-3.8994217, 1, 50), {}, "not classes (such as -3.899, -3.799, -3.699)"),
        (text([f"{i:03d}" + "x" * 900 for i in range(300)]), {}, "(such as '" + "000" + "x" * 36 + "…', '001"),
        (text(["y" * 900] * 30), {}, "has one value only, '" + "y" * 39 + "…'."),
        (text([f"n{i}" for i in range(300)]), {}, "has 300 distinct values; at most 100"),
        (np.linspace(0, 1, 50), {}, "is a quantity with 50 distinct values"),
        (text(["a", "b"] * 10), {"positive": "c"}, "'c' is no class"),
        (text(["a", "b", "c"] * 10), {"positive": "c"}, "has 3 classes"),
        (text(["a"] * 30 + ["b"] * 3), {"drop_rare": True}, "1 of 2 classes would be left"),
    ],
)
def test_a_target_that_has_no_usable_classes_is_refused(values, options, message):
    with pytest.raises(WorkbenchError) as caught:
        target(values, **options)
    assert message in caught.value.message
    assert caught.value.hint


def test_an_unknown_target_is_refused_by_name():
    with pytest.raises(WorkbenchError, match="'z'"):
        target(text(["a", "b"]), target="z")


def test_a_column_called_target_comes_first_and_unusable_ones_last_with_the_reason():
    frame = pd.DataFrame(
        {
            "id": text([f"r{i}" for i in range(150)]),
            "size": np.random.default_rng(0).normal(size=150),
            "colour": text(["red", "blue", "green"] * 50),
            "churn": text(["yes", "no"] * 75),
            "note": text(["always"] * 150),
        }
    )
    found = likely_targets(dataset(frame, id="identifier"))
    assert found["name"].tolist()[:2] == ["churn", "colour"]
    assert found["counts"][0] == "yes: 75, no: 75" or found["counts"][0] == "no: 75, yes: 75"
    reasons = found[~found["usable"]].set_index("name")["reason"]
    assert reasons["id"] == "has 150 distinct values; at most 100 can be classes"
    assert reasons["size"] == "is a quantity with 150 distinct values, not classes"
    assert reasons["note"] == "has one value only"


def test_where_no_column_is_usable_the_likeliest_still_comes_first():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "id": text([f"r{i}" for i in range(900)]),
            "a": random.normal(size=900),
            "target": text([f"class {i % 300}" for i in range(900)]),
            "b": random.normal(size=900),
        }
    )
    found = likely_targets(dataset(frame, id="identifier"))
    assert not found["usable"].any()
    assert found["name"].tolist() == ["target", "b", "a", "id"]
    assert found["reason"][0] == "has 300 distinct values; at most 100 can be classes"


def test_a_usable_column_comes_before_an_unusable_one_with_a_better_name():
    frame = pd.DataFrame({"colour": text(["red", "blue"] * 150), "target": np.linspace(0, 1, 300)})
    assert likely_targets(dataset(frame))["name"].tolist() == ["colour", "target"]

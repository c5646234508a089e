from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backends.datasets.grouping import Grouping
from backends.datasets.schema import Column
from backends.onnx_export.signature import Signature
from backends.serving.explaining import Contributions
from backends.serving.predictions import Predictions
from backends.serving.widgets.html import rendered
from backends.serving.widgets.view import FIRST, example_labels
from backends.serving.widgets.words import decision, reasons
from backends.training.policy import Policy
from tests.backends.serving.widgets_shown import WIDE, shown_bundle, view

NBSP = "\N{NO-BREAK SPACE}"


def said(signature: Signature, chances: list[float], label: str, row: dict[str, object] | None = None) -> str:
    predictions = Predictions(signature.classes, (label,), np.array([chances]), (0,), 1)
    return decision(signature, predictions, row or {}).sentence.replace(NBSP, " ")


def test_between_two_classes_the_threshold_is_named() -> None:
    signature = shown_bundle().signature
    assert said(signature, [0.7, 0.3], "no") == "The probability of yes is 30.0 %; above 50 % the decision is yes."
    lower = replace(signature, policy=Policy(0.25))
    assert said(lower, [0.7, 0.3], "yes").endswith("The decision is yes from 25 % on, no below.")


@pytest.mark.parametrize(
    ("chance", "threshold", "shown"),
    [
        (0.436, 0.534398, ("43.6 %", "53.4 %")),
        (0.53441, 0.534398, ("53.441 %", "53.440 %")),
        (0.2501, 0.25, ("25.01 %", "25 %")),
        (0.00001, 0.25, ("under 0.1 %", "25 %")),
    ],
)
def test_a_probability_and_its_threshold_have_as_many_decimals_as_tell_them_apart(
    chance: float, threshold: float, shown: tuple[str, str]
) -> None:
    signature = replace(shown_bundle().signature, policy=Policy(threshold))
    told = said(signature, [1 - chance, chance], "yes")
    assert told == f"The probability of yes is {shown[0]}. The decision is yes from {shown[1]} on, no below."


def test_a_threshold_of_a_group_says_whose_it_is() -> None:
    policy = Policy(0.5, (Grouping("city"),), ((("Lima",), 0.3),))
    signature = replace(shown_bundle().signature, policy=policy)
    assert "from 30 % on for this row's group (city: Lima), no below." in said(
        signature, [0.6, 0.4], "yes", {"city": "Lima"}
    )
    assert said(signature, [0.6, 0.4], "no", {"city": "Oslo"}).endswith("above 50 % the decision is yes.")


def test_of_many_classes_the_most_probable_ones_are_drawn() -> None:
    classes = tuple(f"c{i}" for i in range(12))
    signature = replace(shown_bundle().signature, classes=classes)
    chances = [0.01] * 11 + [0.89]
    found = decision(signature, Predictions(classes, ("c11",), np.array([chances]), (0,), 1), {})
    assert found.bars[0].label == "c11"
    assert found.bars[0].strong
    assert len(found.bars) == 8
    assert found.more == "4 less probable classes are not shown."
    assert found.sentence.startswith("The most probable of 12 classes, 89")


def test_reasons_are_the_largest_and_all_others_together() -> None:
    changes = np.array([[0.2, -0.1, *[0.01] * 10]])
    columns = tuple(f"x{i}" for i in range(12))
    given = Contributions(
        columns, changes, None, np.array([0.3]), np.array([0.5]), ("yes",), ({"x0": None, "x1": 2.5},), "sampled", 1
    )
    found = reasons(given)
    assert [bar.label for bar in found.bars[:2]] == ["x0", "x1"]
    assert [bar.value for bar in found.bars[:2]] == ["–", "2.5"]
    assert [bar.text for bar in found.bars] == ["+20.0", "−10.0", *["+1.0"] * 6, "+4.0"]
    assert found.bars[-1].label == "4 other columns"
    assert [bar.share for bar in found.bars[:2]] == pytest.approx([1.0, -0.5])
    assert found.sentence.replace(NBSP, " ") == (
        "On average yes has a probability of 30.0 %; this row's values bring it to 50.0 %."
    )


def test_texts_of_the_table_are_shown_and_never_read_as_markup() -> None:
    base = shown_bundle()
    target = Column('<b onclick="x">', "category")
    nasty = replace(base, signature=replace(base.signature, target=target), intended_use="<script>alert(1)</script>")
    header = rendered("header", view=view(nasty))
    assert "<script>" not in header
    assert "<b on" not in header
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in header


def test_badges_say_what_is_known_and_what_is_not() -> None:
    shown = {badge.label: (badge.value, badge.tone) for badge in view().badges}
    assert shown["Version"] == ("1 · production", "plain")
    assert shown["Parity"] == ("proven", "good")
    assert shown["ROC AUC"] == ("0.800 (0.700–0.900)", "plain")
    assert shown["Fairness"] == ("not assessed", "warning")
    assert shown["Intended use"] == ("not stated", "warning")


@pytest.mark.parametrize(("q", "ending"), [(1.0, ", may be chance"), (0.001, "")])
def test_a_gap_that_may_be_chance_is_said_so_with_its_interval(q: float, ending: str) -> None:
    gap = {"split": "age", "criterion": "demographic_parity", "kind": "difference", "value": 0.233, "group": "age a"}
    gap |= {"other": "age b", "low": 0.0998, "high": 0.3409, "q": q}
    smaller = gap | {"value": 0.1, "q": 0.001}
    assessed = replace(shown_bundle(), fairness={"assessment": {"disparities": [smaller, gap]}})
    [badge] = [badge for badge in view(assessed).badges if badge.label == "Fairness"]
    assert badge.value == f"demographic parity gap 0.23 (age: age a against age b){ending}"
    assert "95 % interval 0.10 to 0.34" in badge.more
    assert ("may be chance" in badge.more) == bool(ending)


def test_a_fairness_report_gives_its_largest_gap() -> None:
    gap = {"split": "sex", "criterion": "demographic_parity", "kind": "difference", "value": -0.2, "group": "F", "other": "M"}  # fmt: skip # noqa: E501
    assessed = replace(shown_bundle(), fairness={"assessment": {"disparities": [gap]}})
    [badge] = [badge for badge in view(assessed).badges if badge.label == "Fairness"]
    assert badge.value == "demographic parity gap 0.20 (sex: F against M)"
    assert "demographic parity, sex: F against M" in badge.more


def test_many_columns_are_folded_and_the_important_ones_come_first() -> None:
    bundle = shown_bundle("bought", WIDE)
    columns = tuple(replace(bundle.signature.columns[WIDE[0]], name=f"c{i}") for i in range(FIRST + 3))
    wide = replace(bundle, signature=replace(bundle.signature, columns=type(bundle.signature.columns)(columns)))
    order = tuple(f"c{i}" for i in reversed(range(FIRST + 3)))
    shown = view(wide, order)
    assert [field.label for field in shown.leading] == list(order[:FIRST])
    assert [field.label for field in shown.folded] == ["c0", "c1", "c2"]
    assert view().folded == ()


def test_an_example_is_named_by_what_the_model_says_of_it() -> None:
    assert example_labels(3, ("no", "", "yes")) == ["Example 1 (no)", "Example 2", "Example 3 (yes)"]
    assert example_labels(2, ()) == ["Example 1", "Example 2"]

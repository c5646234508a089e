from __future__ import annotations

import pytest

from backends.errors import WorkbenchError
from backends.registry.facts import MOST_CLASSES, gathered, of_bundle
from backends.registry.gates import Limits, demand, gates
from tests.backends.registry.bundles import bundle, gap

GOOD = {"certificate_passed": True, "rows_compared": 20, "metric_title": "Log loss", "value": 0.4, "baseline": 0.6}


def test_a_loss_is_better_when_it_is_smaller() -> None:
    assert gates(GOOD | {"greater_is_better": False})[1].passed
    assert not gates(GOOD | {"greater_is_better": True})[1].passed


def test_a_limit_is_met_by_its_own_value() -> None:
    facts = of_bundle(bundle(gaps=[gap("difference", 0.2), gap("ratio", 0.8)]))
    assert all(gate.passed for gate in gates(facts, Limits(0.2, difference=0.2, ratio=0.8)))


def test_every_failing_gate_is_named() -> None:
    with pytest.raises(WorkbenchError) as raised:
        demand({"certificate_passed": False, "value": 0.5, "baseline": None}, Limits(ratio=0.8), "churn version 2")
    for words in ("churn version 2", "Parity certificate:", "Better than the baseline:", "Fairness ratio:"):
        assert words in str(raised.value)
    assert "Fairness difference:" not in str(raised.value)


@pytest.mark.parametrize("limits", [{"advantage": -0.1}, {"difference": 1.5}, {"ratio": float("nan")}])
def test_a_limit_that_makes_no_sense_is_refused(limits: dict[str, float]) -> None:
    with pytest.raises(WorkbenchError, match="The limit for the"):
        Limits(**limits)


def test_the_furthest_gap_counts_whatever_its_direction() -> None:
    found = gathered(
        [
            gap("difference", 0.1),
            gap("difference", -0.3, "X"),
            gap("ratio", 0.9),
            gap("ratio", 4.0, "Y"),
            gap("ratio", None),
        ]
    )
    assert found["largest_difference"] == {"value": 0.3, "what": "demographic parity, sex: F against X"}
    assert found["smallest_ratio"] == {"value": 0.25, "what": "demographic parity, sex: F against Y"}


def test_gaps_that_were_not_measurable_are_no_gaps() -> None:
    assert gathered([gap("ratio", None)]) == {"largest_difference": None, "smallest_ratio": None}
    assert of_bundle(bundle())["fairness"] is None


def test_facts_stay_small_for_many_classes() -> None:
    from dataclasses import replace

    many = bundle()
    many = replace(many, signature=replace(many.signature, classes=tuple(f"class {n}" for n in range(500))))
    facts = of_bundle(many)
    assert (len(facts["classes"]), facts["class_count"]) == (MOST_CLASSES, 500)
    long = replace(many, title="t" * 60_000)
    with pytest.raises(WorkbenchError, match="too long"):
        of_bundle(long)

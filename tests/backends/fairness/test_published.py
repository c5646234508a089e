"""Published tables give the published figures.

Two-year recidivism and the COMPAS score, medium or high against low (Larson, Mattu, Kirchner & Angwin, "How We Analyzed
the COMPAS Recidivism Algorithm", ProPublica 2016): the counts of both groups and the rates printed below them.
"""

from __future__ import annotations

from functools import lru_cache

import pytest

from backends.fairness import FairnessReport, Options, assess_decisions
from tests.backends.fairness.decisions import counted

BLACK = {"fpr": 44.85, "fnr": 27.99, "ppv": 62.97, "npv": 65.05}
WHITE = {"fpr": 23.45, "fnr": 47.72, "ppv": 59.13, "npv": 71.19}


@lru_cache(maxsize=1)
def compas() -> FairnessReport:
    y, decisions, labels = counted(Black=(1369, 805, 532, 990), White=(505, 349, 461, 1139))
    return assess_decisions(y, decisions, labels, positive="high risk", options=Options(favourable=False))


@pytest.mark.parametrize(("group", "printed"), [("group=Black", BLACK), ("group=White", WHITE)])
def test_the_rates_of_both_groups_are_those_printed(group: str, printed: dict[str, float]) -> None:
    rows = compas().by_group.set_index(["group", "measure"])
    for key, percent in printed.items():
        assert round(100 * rows.loc[(group, key), "value"], 2) == percent
        assert rows.loc[(group, key), "low"] < percent / 100 < rows.loc[(group, key), "high"]


def test_the_finding_is_the_published_one() -> None:
    rows = compas().disparities.set_index(["criterion", "kind", "against"])
    odds = rows.loc[("equalised_odds", "difference", "best")]
    assert (odds["measure"], odds["largest"]) == ("fpr", "group=Black")
    assert odds["value"] == pytest.approx(0.4485 - 0.2345, abs=1e-4)
    assert odds["q"] < 0.001
    assert rows.loc[("predictive_parity", "difference", "best"), "value"] == pytest.approx(0.0384, abs=1e-4)


def test_it_is_said_that_both_sides_of_the_dispute_cannot_be_right() -> None:
    assert "Two notions of fairness cannot both hold" in compas().impossibility
    assert "51 % of group=Black" in compas().impossibility
    assert "39 % of group=White" in compas().impossibility

"""The charts of thresholds, mitigations and subgroups show exactly their frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from backends.charts import mitigation as charts
from backends.charts.template import palette
from backends.datasets.grouping import Grouping
from backends.errors import WorkbenchError
from backends.fairness.subgroups import Subgroups, worst_subgroups
from backends.fairness.thresholds import Costs, ThresholdTable, cost_curve, policy_scores
from backends.training.policy import Policy

EFFECT = pd.DataFrame(
    [
        ("accuracy", "Accuracy", 0.8, 0.7, 0.9, 0.7, 0.6, 0.8, -0.1, -0.2, 0.1),
        ("cost_per_row", "Cost per row", 2.0, 1.0, 3.0, 4.0, 3.0, 5.0, 2.0, 1.0, 3.0),
        ("equal_opportunity", "Equal <b>opportunity", 0.3, 0.2, 0.4, 0.1, 0.0, 0.2, -0.2, -0.3, -0.1),
        ("predictive_parity", "Predictive parity", *[np.nan] * 9),
    ],
    columns=["key", "title"] + [f"{s}{e}" for s in ("before", "after", "change") for e in ("", "_low", "_high")],
)
POINTS = pd.DataFrame(
    {
        "title": ["a <i>model", "b", "c"], "kind": ["model", "mitigation", "model"], "rows": 100,
        "accuracy": [0.9, 0.8, 0.7], "accuracy_low": [0.85, 0.75, 0.65], "accuracy_high": [0.95, 0.85, 0.75],
        "disparity": [0.3, 0.1, 0.2], "disparity_low": [0.2, 0.0, 0.1], "disparity_high": [0.4, 0.2, 0.3],
        "best": [True, True, False],
    }
)  # fmt: skip
RANDOM = np.random.default_rng(0)
TABLE = ThresholdTable.of(RANDOM.integers(2, size=200), RANDOM.random(200), np.array(["<b>f</b>", "m"] * 100))


def found() -> Subgroups:
    frame = pd.DataFrame({"sex": RANDOM.choice(["f", "m"], 400), "town": RANDOM.choice(["<x>", "y"], 400)})
    said = (RANDOM.random(400) < np.where(frame["town"] == "<x>", 0.2, 0.6)).astype(int)
    return worst_subgroups(RANDOM.integers(2, size=400), said, frame, [Grouping("sex"), Grouping("town")])


def trace(figure: go.Figure, name: str) -> go.Scatter:
    return next(one for one in figure.data if one.name == name)


@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_is_drawn_in_both_themes_and_escapes_names(dark: bool) -> None:
    scores = policy_scores(TABLE, Policy(0.4))
    drawn = (
        charts.cost_by_threshold(cost_curve(TABLE), scores, dark=dark),
        charts.before_after(EFFECT, dark=dark),
        charts.pareto(POINTS, "Demographic parity", dark=dark),
        charts.subgroups(found(), dark=dark),
    )
    for figure in drawn:
        assert figure.layout.font.color is None  # the template's
        assert figure.layout.template.layout.font.color == palette(dark).text
        words = str(figure.to_dict())
        assert not any(tag in words for tag in ("<b>f", "<b>opp", "<i>model", "<x>"))


def test_the_policy_is_marked_on_the_curve_of_each_group() -> None:
    costs = Costs(1, 4)
    scores = policy_scores(TABLE, Policy(0.4, TABLE.by, ((("m",), 0.2),)), costs)
    drawn = charts.cost_by_threshold(cost_curve(TABLE, costs), scores)
    curves = [one for one in drawn.data if one.mode == "lines"]
    marks = [one for one in drawn.data if one.mode == "markers"]
    assert [len(one.x) for one in curves] == [201, 201]
    assert sorted(float(one.x[0]) for one in marks) == [0.2, 0.4]
    for curve, mark in zip(curves, marks, strict=True):
        assert mark.y[0] == pytest.approx(curve.y[np.searchsorted(curve.x, mark.x[0] - 1e-9)])
        assert curve.legendgroup == mark.legendgroup


def test_twenty_groups_stay_below_five_thousand_points() -> None:
    table = ThresholdTable.of(
        RANDOM.integers(2, size=4_000), RANDOM.random(4_000), np.arange(4_000).astype(str).astype("U1")
    )
    frame = cost_curve(table)
    assert len(frame) <= 5_000
    assert frame["group"].nunique() == len(table.groups)


def test_of_many_groups_the_eight_largest_are_drawn_and_it_is_said() -> None:
    labels = np.repeat([f"g{at:02}" for at in range(16)], np.arange(16) * 5 + 20)
    y = RANDOM.integers(2, size=len(labels))
    table = ThresholdTable.of(y, RANDOM.random(len(labels)), labels)
    drawn = charts.cost_by_threshold(cost_curve(table), policy_scores(table, Policy(0.5)))
    names = {one.name for one in drawn.data if one.mode == "lines"}
    assert {name[-3:] for name in names} == {f"g{at:02}" for at in range(8, 16)}
    assert [note.text for note in drawn.layout.annotations] == ["8 of 16 groups, the largest"]
    alone = charts.cost_by_threshold(cost_curve(table))
    assert [note.text for note in alone.layout.annotations] == ["8 of 16 groups, the first"]


def test_a_dumbbell_has_both_sides_and_marks_what_changed_by_more_than_chance() -> None:
    drawn = charts.before_after(EFFECT)
    assert list(trace(drawn, "before").x) == [0.8, 0.3]
    assert list(trace(drawn, "after, changed by more than chance").x) == [0.1]
    assert list(trace(drawn, "after, the change may be chance").x) == [0.7]
    assert trace(drawn, "before").customdata[0] == "Accuracy before: 0.800 (0.700 to 0.900)"
    with pytest.raises(WorkbenchError, match="Nothing can be measured"):
        charts.before_after(EFFECT[EFFECT["before"].isna()])


def test_the_front_is_joined_and_the_others_are_hollow() -> None:
    drawn = charts.pareto(POINTS, "Demographic parity")
    assert list(drawn.data[0].x) == [0.1, 0.3]
    assert trace(drawn, "model, beaten by another").marker.color == palette().surface
    assert "difference 0.300 (0.200 to 0.400)" in trace(drawn, "model, none beats it").customdata[0]


def test_subgroups_are_in_percentage_points_with_those_beyond_chance_marked() -> None:
    result = found()
    drawn = charts.subgroups(result)
    marked = trace(drawn, "worse than chance makes it")
    assert list(marked.x) == pytest.approx((100 * result.found["difference"]).tolist())
    assert marked.marker.color == palette().warning
    empty = Subgroups(result.frame.iloc[:0], result.measure, 0, False, "No subgroup has enough rows to be measured.")
    with pytest.raises(WorkbenchError, match="No subgroup was tested"):
        charts.subgroups(empty)

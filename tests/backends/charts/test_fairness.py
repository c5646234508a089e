"""The charts of a fairness report show exactly its figures."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from backends.charts import fairness as charts
from backends.errors import WorkbenchError
from backends.fairness import FairnessReport, Options, assess_decisions
from backends.fairness.groups import from_labels

QUICK = Options(resamples=200)


def report(labels: list[str] | None = None, scored: bool = True) -> FairnessReport:
    """Three groups: selected 8 of 10, 4 of 10, and one of two rows."""
    random = np.random.default_rng(0)
    yes = np.array([1, 1, 1, 1, 0] * 40 + [1, 1, 0, 0, 0] * 40 + [1, 0])
    y = np.where(random.random(len(yes)) < 0.8, yes, 1 - yes)
    groups = labels or ["a"] * 200 + ["b"] * 200 + ["tiny"] * 2
    scores = np.clip(0.2 + 0.6 * yes + random.normal(0, 0.1, len(yes)), 0, 1)
    return assess_decisions(y, yes, groups, scores if scored else None, options=QUICK)


def rendered(figure: go.Figure) -> dict:
    return json.loads(go.Figure(figure.to_dict()).to_json(engine="json"))


def trace(figure: go.Figure, name: str) -> go.Scatter:
    found = [one for one in figure.data if one.name == name]
    assert len(found) == 1
    return found[0]


def test_dots_are_the_rates_and_their_intervals() -> None:
    made = report()
    figure = charts.group_rates(made, "tpr")
    frame = charts.group_rates_frame(made, "tpr").dropna(subset=["value"])
    dots = trace(figure, "group")
    assert list(dots.x) == frame["value"].tolist()
    assert list(dots.error_x.array) == pytest.approx((frame["high"] - frame["value"]).tolist())
    assert list(dots.error_x.arrayminus) == pytest.approx((frame["value"] - frame["low"]).tolist())
    assert dots.customdata[0].startswith("group=a: True positive rate 0.")


def test_a_selection_rate_below_four_fifths_is_marked() -> None:
    figure = charts.group_rates(report(), "selection_rate")
    assert list(trace(figure, "group").y) == ["group=a"]
    assert list(trace(figure, "below four fifths").y) == ["group=b"]
    lines = [shape.x0 for shape in figure.layout.shapes]
    assert lines == pytest.approx([241 / 402, 0.64])  # all rows, and four fifths of 0.8
    assert {"four fifths of the highest", "all rows: 0.600"} <= {one.name for one in figure.data}


def test_what_is_not_measurable_keeps_its_line_and_says_why() -> None:
    figure = charts.group_rates(report(), "selection_rate")
    assert [note.text for note in figure.layout.annotations] == ["not measurable (n = 2)"]
    assert figure.layout.annotations[0].y == "group=tiny"
    assert "group=tiny" in figure.layout.yaxis.categoryarray


def test_gaps_are_drawn_in_percentage_points() -> None:
    made = report()
    frame = charts.disparities_frame(made)
    parity = frame.set_index("criterion").loc["demographic_parity"]
    assert (parity["value"], bool(parity["clear"])) == (pytest.approx(40), True)
    dots = trace(charts.disparities(made), "larger than chance makes it")
    assert 40 in [pytest.approx(x) for x in dots.x]
    assert "group=b against group=a" in dots.customdata[0]
    assert "40.0 points (" in dots.customdata[0]


def test_ratios_have_lines_at_equality_and_at_four_fifths() -> None:
    figure = charts.disparities(report(), "ratio")
    assert [shape.x0 for shape in figure.layout.shapes] == [1.0, 0.8]
    assert charts.disparities_frame(report(), "ratio").loc[0, "value"] == pytest.approx(0.5)


def test_lines_and_dots_keep_clear_of_the_names_of_the_groups() -> None:
    made = report()
    for figure in (
        charts.group_rates(made, "selection_rate"),
        charts.disparities(made, "ratio"),
        charts.disparities(made),
    ):
        low, high = figure.layout.xaxis.range
        room = 0.04 * (high - low)
        lines = [shape.x0 for shape in figure.layout.shapes]
        starts = [x - minus for one in figure.data if one.mode == "markers"
                  for x, minus in zip(one.x, one.error_x.arrayminus, strict=True)]  # fmt: skip
        assert min(lines + starts) > low + room
        assert max(lines) < high - room


def test_calibration_has_a_curve_per_group_that_can_be_measured() -> None:
    made = report()
    figure = charts.calibration_by_group(made)
    assert [one.name for one in figure.data] == ["as predicted", "group=a", "group=b"]
    curve = made.calibration[made.calibration["group"] == "group=a"]
    assert list(figure.data[1].x) == curve["predicted"].tolist()
    assert list(figure.data[1].y) == curve["observed"].tolist()
    assert curve["count"].sum() == 200


@pytest.mark.parametrize("dark", [False, True])
def test_text_of_the_table_is_shown_and_never_read_as_markup(dark: bool) -> None:
    wild = ["<script>alert(1)</script>"] * 200 + ["x" * 300] * 200 + ["tiny"] * 2
    made = report(wild)
    for figure in (
        charts.group_rates(made, "auc", dark=dark),
        charts.disparities(made, dark=dark),
        charts.calibration_by_group(made, dark=dark),
    ):
        text = json.dumps(rendered(figure))
        assert "<script" not in text
        assert "x" * 100 not in text


def test_no_chart_is_larger_than_a_picture_can_hold() -> None:
    random = np.random.default_rng(0)
    y, yes, scores = random.integers(2, size=20_000), random.integers(2, size=20_000), random.random(20_000)
    many = assess_decisions(y, yes, random.integers(400, size=20_000).astype(str), scores, options=QUICK)
    curves = charts.calibration_by_group(many)
    assert len(curves.data) == 9  # eight groups and the diagonal
    assert [note.text for note in curves.layout.annotations] == ["8 of 20 groups, the largest"]
    for figure in (charts.group_rates(many, "tpr"), charts.disparities(many), charts.calibration_by_group(many)):
        assert sum(len(one.x) for one in figure.data) <= 5_000


def test_what_the_report_lacks_is_named() -> None:
    made = report(scored=False)
    with pytest.raises(WorkbenchError, match="no calibration by 'group'"):
        charts.calibration_by_group(made)
    with pytest.raises(WorkbenchError, match="no groups by 'sex'"):
        charts.group_rates(made, "tpr", "sex")
    with pytest.raises(WorkbenchError, match="against 'reference'"):
        charts.disparities(made, against="reference")


def test_a_split_is_chosen_by_its_name() -> None:
    yes = np.tile([0, 1], 100)
    parts = [from_labels(np.repeat(["x", "y"], 100), "one"), from_labels(np.tile(["p", "q"], 100), "two")]
    made = assess_decisions(yes, yes, parts, options=QUICK)
    frame = charts.group_rates_frame(made, "selection_rate", "two")
    assert frame["group"].tolist() == ["two=p", "two=q"]
    assert isinstance(frame, pd.DataFrame)

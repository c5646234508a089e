"""The charts of one model show exactly the frames of its curves."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from backends import charts
from backends.metrics import Evaluation, curves, evaluate_probabilities
from backends.metrics.thresholds import costs


def judged(n_classes: int = 2, rows: int = 200) -> Evaluation:
    random = np.random.default_rng(0)
    y = random.integers(n_classes, size=rows)
    raw = random.random((rows, n_classes)) + 0.4 * np.eye(n_classes)[y]
    names = tuple(f"<i>class {code}</i>" for code in range(n_classes))
    return evaluate_probabilities(y, raw / raw.sum(axis=1, keepdims=True), names, resamples=5)


LINES: dict[str, tuple[Callable[..., go.Figure], Callable[[Evaluation], pd.DataFrame], str, str]] = {
    "roc": (charts.roc, curves.roc_curve, "false_positive_rate", "true_positive_rate"),
    "precision_recall": (charts.precision_recall, curves.precision_recall_curve, "recall", "precision"),
    "calibration": (charts.calibration, curves.calibration, "predicted", "observed"),
    "gain": (charts.gain, curves.gain_lift, "contacted", "gain"),
    "lift": (charts.lift, lambda e: curves.gain_lift(e)[lambda frame: frame["contacted"] > 0], "contacted", "lift"),
}


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", list(LINES))
def test_a_line_per_class_goes_through_every_row_of_the_frame(name: str, n_classes: int, dark: bool) -> None:
    draw, compute, x, y = LINES[name]
    frame = compute(judged(n_classes))
    drawn = draw(frame, dark=dark)
    lines = [trace for trace in drawn.data if trace.hoverinfo != "skip"]
    assert len(lines) == frame["class"].nunique() == (1 if n_classes == 2 else 3)
    for line, (_, rows) in zip(lines, frame.groupby("class", sort=False), strict=True):
        assert np.array_equal(line.x, rows[x])
        assert np.array_equal(line.y, rows[y])
        assert "<i>" not in line.name
    assert json.loads(drawn.to_json())["data"]


@pytest.mark.parametrize("name", list(LINES))
def test_rows_of_one_class_give_a_chart_that_says_so(name: str) -> None:
    draw, compute, *_ = LINES[name]
    single = evaluate_probabilities(np.zeros(5, dtype=int), np.tile([0.7, 0.3], (5, 1)), ("no", "yes"), resamples=5)
    drawn = draw(compute(single))
    if name != "calibration":
        assert "only one class" in drawn.layout.annotations[0].text


def test_more_classes_than_can_be_told_apart_are_cut_and_it_is_said() -> None:
    drawn = charts.roc(curves.roc_curve(judged(25, rows=2000)))
    assert len([trace for trace in drawn.data if trace.hoverinfo != "skip"]) == 20
    assert drawn.layout.annotations[0].text == "The first 20 of 25 classes"


def test_curves_of_many_classes_differ_in_colour_or_dash() -> None:
    drawn = charts.roc(curves.roc_curve(judged(20, rows=2000)))
    looks = [(trace.line.color, trace.line.dash) for trace in drawn.data if trace.hoverinfo != "skip"]
    assert len(set(looks)) == 20


@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_confusion_matrix_shows_rates_as_colour_and_counts_as_text(n_classes: int) -> None:
    frame = curves.confusion(judged(n_classes))
    (heat,) = charts.confusion(frame).data
    assert np.array_equal(np.ravel(heat.z), frame["rate"])
    assert np.array_equal(np.ravel(heat.customdata), frame["count"])
    assert heat.text[0][0] == f"{frame['count'][0]:,}<br>{100 * frame['rate'][0]:.1f} %"
    assert list(heat.x) == [f"&lt;i&gt;class {code}&lt;/i&gt;" for code in range(n_classes)]


def test_a_large_confusion_matrix_has_no_text_in_its_cells() -> None:
    assert charts.confusion(curves.confusion(judged(15))).data[0].texttemplate is None


def test_classes_that_share_their_first_letters_stay_apart_in_the_confusion_matrix() -> None:
    names = ("x" * 40 + "1", "x" * 40 + "2")
    evaluation = evaluate_probabilities(np.array([0, 1]), np.eye(2), names, resamples=5)
    (heat,) = charts.confusion(curves.confusion(evaluation)).data
    assert len(set(heat.x)) == 2


def test_the_histogram_draws_the_share_of_each_actual_class() -> None:
    frame = curves.score_histogram(judged())
    drawn = charts.score_histogram(frame, dark=True)
    for bars, (_, rows) in zip(drawn.data, frame.groupby("actual", sort=False), strict=True):
        assert np.array_equal(bars.y, rows["share"])
        assert np.array_equal(np.asarray(bars.customdata)[:, 0], rows["count"])


def test_the_cost_curve_marks_the_cheapest_and_the_chosen_threshold() -> None:
    frame = costs(judged(), 1, 3)
    drawn = charts.threshold_costs(frame, 0.4)
    assert np.array_equal(drawn.data[0].x, frame["threshold"])
    assert np.array_equal(drawn.data[0].y, frame["cost"])
    assert drawn.data[1].y[0] == frame["cost"].min()
    assert drawn.layout.shapes[0].x0 == 0.4
    assert not charts.threshold_costs(frame).layout.shapes


def test_drawing_leaves_the_frame_alone() -> None:
    frame = curves.calibration(judged())
    before = frame.copy()
    charts.calibration(frame)
    assert frame.equals(before)


def test_the_recommended_threshold_is_marked_where_it_was_chosen_not_where_the_hold_out_is_cheapest() -> None:
    frame = pd.DataFrame({"threshold": [0.0, 0.4, 0.8], "cost": [9.0, 3.0, 5.0]}).assign(
        false_positives=[9, 2, 0], false_negatives=[0, 1, 5]
    )
    drawn = charts.threshold_costs(frame, 0.5, cheapest=(0.6, 4.0))
    diamond = next(trace for trace in drawn.data if trace.name == "cheapest")
    assert (diamond.x, diamond.y) == ((0.6,), (4.0,))
    alone = next(trace for trace in charts.threshold_costs(frame).data if trace.name == "cheapest")
    assert (alone.x, alone.y) == ((0.4,), (3.0,))

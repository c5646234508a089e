"""The charts of effects show exactly their frames."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from backends.charts.effects import effect
from backends.charts.template import DARK, LIGHT
from backends.explanations.effects import accumulated_local_effects, partial_dependence, row_effect
from backends.explanations.effects.dependence import Amount
from tests.backends.explanations.small_models import formula_model
from tests.backends.training.tables import dataset

FRAME = pd.DataFrame(
    {
        "age <b>": np.linspace(20, 60, 81),
        "job": pd.Series(["<i>smith</i>", "clerk", "clerk"] * 27, dtype="str"),
        "since": pd.date_range("2024-01-01", periods=81),
    }
)
MODEL = formula_model(dataset(FRAME), lambda rows: rows["age <b>"].to_numpy() / 100, classes=("no", "yes & more"))
ROW = FRAME.iloc[[4]]


def points(figure: go.Figure) -> int:
    return sum(len(trace.x) for trace in figure.data)


def trace(figure: go.Figure, name: str) -> go.Scatter:
    return next(trace for trace in figure.data if trace.name == name)


@pytest.mark.parametrize("dark", [False, True])
def test_a_line_with_its_band_single_rows_and_the_chosen_row(dark: bool) -> None:
    measured = partial_dependence(MODEL, "age <b>")
    drawn = effect(measured, row_effect(MODEL, measured, ROW), dark=dark)
    assert list(trace(drawn, "mean").y) == measured.frame["mean"].tolist()
    assert trace(drawn, "the middle 80 % of the rows").y[: len(measured.frame)] == tuple(measured.frame["high"])
    assert trace(drawn, "50 single rows").y.count(None) == 50
    assert trace(drawn, "this row as it is").x == (22.0,)
    assert trace(drawn, "this row as it is").y == (0.22,)
    assert drawn.layout.xaxis.title.text == "age &lt;b&gt;"
    assert drawn.layout.yaxis.title.text == "Probability of yes &amp; more"
    assert trace(drawn, "mean").line.color == (DARK if dark else LIGHT).accent
    assert trace(drawn, "mean").customdata[0] == (
        "age &lt;b&gt; 20: 20.0% yes &amp; more on average (20.0% to 20.0%: the middle 80 % of the rows), 1 row"
    )
    json.loads(drawn.to_json())


def test_levels_are_dots_and_the_rows_own_one_is_filled() -> None:
    measured = partial_dependence(MODEL, "job")
    drawn = effect(measured, row_effect(MODEL, measured, ROW))
    labels = ["clerk", "&lt;i&gt;smith&lt;/i&gt;"]
    assert list(trace(drawn, "mean, with the middle 80 % of the rows").y) == labels
    assert list(trace(drawn, "this row (filled where it is)").marker.symbol) == ["diamond", "diamond-open"]


def test_accumulated_effects_have_a_line_at_the_average_and_no_single_rows() -> None:
    measured = accumulated_local_effects(MODEL, "age <b>")
    drawn = effect(measured, row_effect(MODEL, measured, ROW))
    assert [entry.name for entry in drawn.data] == ["95 % interval", "effect"]
    assert drawn.layout.shapes[0].y0 == 0
    assert drawn.layout.yaxis.title.text.startswith("Change in the probability of yes")


def test_dates_are_on_an_axis_of_dates() -> None:
    measured = partial_dependence(MODEL, "since")
    drawn = effect(measured, row_effect(MODEL, measured, ROW))
    assert trace(drawn, "this row as it is").x == (pd.Timestamp("2024-01-05"),)
    assert json.loads(drawn.to_json())["data"][-1]["x"] == ["2024-01-05T00:00:00"]


def test_a_row_without_a_value_has_a_line_but_no_place() -> None:
    measured = partial_dependence(MODEL, "age <b>")
    drawn = effect(measured, row_effect(MODEL, measured, ROW.assign(**{"age <b>": np.nan})))
    assert [entry.name for entry in drawn.data][-1] == "this row"


def test_no_picture_holds_more_than_five_thousand_points() -> None:
    measured = partial_dependence(MODEL, "age <b>", amount=Amount(points=70, lines=500))
    assert points(effect(measured)) < 5_000
    assert len(measured.ice["row"].unique()) == 81

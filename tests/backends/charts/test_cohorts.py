"""The charts of cohorts and of disagreement show exactly their frames."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from backends.charts import cohorts as charts
from backends.explanations.cohorts import Cohort, Condition
from backends.explanations.disagreement import Disagreement
from backends.explanations.slices import ErrorTree, WorstCohorts

NODES = pd.DataFrame(
    {
        "id": [0, 1, 2, 3, 4], "parent": [-1, 0, 0, 1, 1], "depth": [0, 1, 1, 2, 2],
        "column": ["", "<b>city", "<b>city", "age", "age"],
        "words": ["all rows", "<b>city is 'X'", "<b>city is not 'X'", "age below 40", "age from 40"],
        "path": ["all rows", "<b>city is 'X'", "<b>city is not 'X'", "<b>city is 'X' and age below 40", "none"],
        "rows": [100, 30, 70, 30, 0], "errors": [20, 15, 5, 15, 0], "error": [0.2, 0.5, 5 / 70, 0.5, np.nan],
        "low": [0.1, 0.3, 0.03, 0.3, np.nan], "high": [0.3, 0.7, 0.15, 0.7, np.nan],
        "share": [1, 0.75, 0.25, 0.75, 0], "leaf": [False, False, True, True, True],
    }
)  # fmt: skip
TREE = ErrorTree(NODES, {}, 100, 20, True, "")


def worst(rows: int = 2, rate: bool = True) -> WorstCohorts:
    frame = pd.DataFrame(
        {
            "words": [f"age from {i} and <b>job is 'x'" for i in range(rows)],
            "conditions": 2, "rows": 50, "value": 0.5,
            "low": 0.4, "high": 0.6, "rest": 0.1, "difference": 0.4, "difference_low": 0.3, "difference_high": 0.5,
            "p": 0.001, "q": 0.01, "effect": 0.9,
        }
    ).iloc[:rows]  # fmt: skip
    some = tuple(Cohort.of(Condition("age", "between", (i, None))) for i in range(rows))
    return WorstCohorts("error rate", frame, some, 30, 9, 9, 200, 0.2, rate, True, "")


def compared(rows: int, differ: int, classes: tuple[str, ...] = ("no", "<yes>")) -> Disagreement:
    random = np.random.default_rng(0)
    points = pd.DataFrame(
        {
            "position": np.arange(rows), "truth": "<yes>", "first": "no", "second": "<yes>",
            "first_probability": random.random(rows), "second_probability": random.random(rows),
            "difference": 0.5, "differ": np.arange(rows) < differ,
            "outcome": np.where(np.arange(rows) < differ, "only the second is right", "both right"),
        }
    )  # fmt: skip
    nothing = pd.DataFrame()
    return Disagreement(("<A>", "B"), classes, rows, differ, 0.1, 0, 1, nothing, nothing, 0.5, points, worst())


def rendered(figure: go.Figure) -> dict:
    """What a browser gets."""
    return json.loads(go.Figure(figure.to_dict()).to_json(engine="json"))


@pytest.mark.parametrize("dark", [False, True])
def test_the_tree_shows_every_part_with_rows_and_speaks_in_words(dark: bool) -> None:
    trace = rendered(charts.error_tree(TREE, dark))["data"][0]
    assert (trace["ids"], trace["parents"]) == (["0", "1", "2", "3"], ["", "0", "0", "1"])
    assert trace["values"] == [100, 30, 70, 30]
    assert trace["marker"]["colors"] == [0.2, 0.5, 5 / 70, 0.5]
    assert trace["labels"][1] == "&lt;b&gt;city<br>is 'X'"
    assert trace["customdata"][3] == (
        "&lt;b&gt;city is 'X'<br>and age below 40<br>15 of 30 rows wrong: 50.0% (30.0%–70.0%)"
        "<br>75% of all errors on 30% of the rows"
    )


def test_a_tree_without_rows_or_errors_can_be_drawn() -> None:
    assert rendered(charts.error_tree(ErrorTree(NODES.iloc[:0], {}, 0, 0, False, "")))["data"][0]["values"] == []
    none = NODES.iloc[:1].assign(errors=0, error=0.0, share=np.nan, leaf=True)
    drawn = rendered(charts.error_tree(ErrorTree(none, {}, 100, 0, False, "")))["data"][0]
    assert drawn["customdata"] == ["all rows<br>0 of 100 rows wrong: 0.0% (10.0%–30.0%)"]


@pytest.mark.parametrize("dark", [False, True])
def test_cohorts_are_dots_with_their_intervals_against_all_rows(dark: bool) -> None:
    drawn = charts.cohort_errors(worst(), dark)
    trace = drawn.data[0]
    assert list(trace.x) == [0.5, 0.5]
    assert list(trace.error_x.array) == pytest.approx([0.1, 0.1])
    assert trace.y[1] == "age from 1<br>and &lt;b&gt;job is 'x'"
    assert drawn.layout.shapes[0].x0 == 0.2
    assert "all 200 rows" in drawn.layout.xaxis.title.text
    assert "2 of 30 cohorts" in drawn.layout.xaxis.title.text
    assert trace.customdata[0].endswith(
        "50.0% (40.0%–60.0%) on 50 rows, 10.0% on the others<br>worse by 30.0% to 50.0%"
    )


def test_no_more_than_twenty_cohorts_are_drawn_and_none_can_be() -> None:
    assert len(charts.cohort_errors_frame(worst(25))) == 20
    assert len(charts.cohort_errors(worst(0)).data[0].x) == 0


def test_points_are_coloured_by_who_is_right() -> None:
    drawn = charts.disagreement_points(compared(30, 10))
    assert [trace.name for trace in drawn.data] == ["same decision (20)", "only B is right (10)"]
    assert "&lt;yes&gt;, &lt;A&gt;" in drawn.layout.xaxis.title.text
    assert "random" not in drawn.layout.xaxis.title.text
    assert "truly &lt;yes&gt;" in drawn.data[1].customdata[0]
    three = charts.disagreement_points(compared(30, 10, ("a", "b", "c")))
    assert "the true class" in three.layout.yaxis.title.text


def test_of_many_rows_those_decided_differently_come_first_and_the_sample_is_said() -> None:
    many = compared(20_000, 100)
    frame = charts.disagreement_points_frame(many)
    assert len(frame) == 5_000
    assert frame["differ"].sum() == 100
    pd.testing.assert_frame_equal(frame, charts.disagreement_points_frame(many))
    text = charts.disagreement_points(many).layout.xaxis.title.text
    assert "100 of 100 rows decided differently and a random sample of 4,900 of 19,900 others" in text

"""The charts of an explanation show exactly their frames, in both themes."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from backends.charts import explaining
from backends.charts.template import palette
from backends.explanations import (
    beeswarm,
    dependence,
    explain,
    global_importance,
    permutation_importance,
    waterfall,
)
from backends.explanations.explanation import Explanation
from tests.backends.explanations.test_importance import told
from tests.backends.explanations.trained import on_mixed


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    return explain(on_mixed("random_forest"))


def figures(explanation: Explanation, dark: bool = False) -> dict[str, go.Figure]:
    shuffled = permutation_importance(on_mixed("random_forest"), repeats=2)
    found = {f"dependence {name}": dependence(explanation, name) for name in explanation.columns}
    return {
        "importance": explaining.importance(global_importance(explanation), explanation, shuffled, dark=dark),
        "beeswarm": explaining.beeswarm(beeswarm(explanation), explanation, dark=dark),
        "waterfall": explaining.waterfall(waterfall(explanation, 0), explanation, dark=dark),
        **{name: explaining.dependence(frame, explanation, dark=dark) for name, frame in found.items()},
    }


def test_every_chart_is_drawn_small_enough_in_both_themes(explanation: Explanation) -> None:
    for dark in (False, True):
        for name, drawn in figures(explanation, dark).items():
            assert sum(len(trace.x) for trace in drawn.data if trace.x is not None) <= 5000, name
            assert drawn.layout.xaxis.title.text, name
            json.loads(drawn.to_json())


def test_importance_shows_both_measures_side_by_side(explanation: Explanation) -> None:
    frame = global_importance(explanation)
    shuffled = permutation_importance(on_mixed("random_forest"), repeats=2)
    drawn = explaining.importance(frame, explanation, shuffled)
    assert list(drawn.data[0].x) == frame["importance"].tolist()
    by_name = shuffled.frame.set_index("column")["importance"]
    assert list(drawn.data[1].x) == by_name[frame["column"]].tolist()
    assert list(drawn.data[0].y) == list(drawn.data[1].y)
    assert "probability of 'b'" in drawn.layout.xaxis.title.text


def test_a_column_that_was_not_shuffled_is_said_not_drawn_at_zero(explanation: Explanation) -> None:
    shuffled = permutation_importance(on_mixed("random_forest"), repeats=2, columns=["count"])
    drawn = explaining.importance(global_importance(explanation), explanation, shuffled)
    assert np.isfinite(np.array(drawn.data[1].x, dtype=float)).sum() == 1
    assert sum("was not shuffled" in words for words in drawn.data[1].customdata) == len(explanation.columns) - 1


def test_a_beeswarm_draws_every_point_once(explanation: Explanation) -> None:
    frame = beeswarm(explanation)
    drawn = explaining.beeswarm(frame, explanation)
    shown = np.sort(np.concatenate([np.asarray(trace.x, dtype=float) for trace in drawn.data]))
    np.testing.assert_allclose(shown, np.sort(frame["shap"]))
    assert "120 rows" in drawn.layout.xaxis.title.text


def test_dependence_says_how_many_rows_have_no_value(explanation: Explanation) -> None:
    frame = dependence(explanation, "x (€)")
    missing = int(frame["value"].isna().sum())
    drawn = explaining.dependence(frame, explanation)
    assert f"{missing} more have no value" in drawn.layout.xaxis.title.text
    assert sum(len(trace.x) for trace in drawn.data) == len(frame) - missing


def test_levels_stand_side_by_side(explanation: Explanation) -> None:
    frame = dependence(explanation, "c:d")
    drawn = explaining.dependence(frame, explanation)
    assert set(drawn.layout.xaxis.ticktext) == set(frame["value"].dropna())
    for trace in drawn.data:
        assert (np.abs(np.array(trace.x) - np.round(np.array(trace.x, dtype=float))) <= 0.25).all()


def test_a_waterfall_starts_where_the_last_step_ended() -> None:
    drawn = explaining.waterfall(waterfall(told(np.array([[[0.5], [-2.0]]])), 0), told(np.ones((1, 2, 1))))
    assert list(drawn.data[0].base) == [0.0, -2.0]
    assert list(drawn.data[0].x) == [-2.0, 0.5]
    words = [annotation.text for annotation in drawn.layout.annotations]
    assert words == ["on average 0", "this row −1.5", "−2", "+0.5"]


def three_classes() -> Explanation:
    """Two rows, columns a and b: a matters most on average, b most for 'Barolo'."""
    array = np.array([[[0.1, 3.0, 0.2], [1.0, 0.5, 0.3]], [[-0.3, 1.0, 0.2], [-2.0, 0.5, 0.3]]])
    return told(array, ("Barolo", "Grignolino", "Barbera"))


def test_importance_of_several_classes_is_their_mean_and_says_so() -> None:
    found = three_classes()
    drawn = explaining.importance(global_importance(found), found)
    assert "mean over the classes" in drawn.layout.xaxis.title.text
    np.testing.assert_allclose(drawn.data[0].x, [(0.2 + 2.0 + 0.2) / 3, (1.5 + 0.5 + 0.3) / 3])


def test_importance_of_one_class_is_ordered_by_it_and_has_no_interval() -> None:
    found = three_classes()
    drawn = explaining.importance(global_importance(found), found, output=0)
    assert list(drawn.data[0].y) == ["b", "a"]
    np.testing.assert_allclose(drawn.data[0].x, [1.5, 0.2])
    assert not np.any(drawn.data[0].error_x.array)
    assert "log-odds of 'Barolo'" in drawn.layout.xaxis.title.text
    assert list(drawn.data[0].customdata) == ["b: ±1.5 log-odds on average", "a: ±0.2 log-odds on average"]


def test_a_waterfall_and_a_beeswarm_name_their_class() -> None:
    found = three_classes()
    assert explaining.waterfall(waterfall(found, 0), found).layout.xaxis.title.text == "Log-odds of 'Grignolino'"
    assert "'Barbera'" in explaining.waterfall(waterfall(found, 0, output=2), found).layout.xaxis.title.text
    assert "the predicted class" in explaining.beeswarm(beeswarm(found), found).layout.xaxis.title.text
    assert "'Barolo'" in explaining.beeswarm(beeswarm(found, output=0), found).layout.xaxis.title.text


def test_the_lines_of_a_waterfall_pass_behind_its_figures() -> None:
    found = told(np.array([[[0.5], [-2.0]]]))
    for dark in (False, True):
        drawn = explaining.waterfall(waterfall(found, 0), found, dark=dark)
        *_, down, up = drawn.layout.annotations
        assert (down.x, down.xanchor, up.x, up.xanchor) == (-2.0, "right", -1.5, "left")
        assert up.bgcolor == palette(dark).surface


def test_a_waterfall_has_room_for_its_words() -> None:
    found = told(np.array([[[0.5], [-4.25]]]))
    drawn = explaining.waterfall(waterfall(found, 0), found)
    start, above, *_ = drawn.layout.annotations
    assert (start.text, above.text) == ("on average 0", "this row −3.75")
    assert (start.xanchor, above.xanchor) == ("right", "left")  # towards the middle
    assert above.yshift - start.yshift >= 20
    assert list(drawn.layout.yaxis.ticktext) == ["b<br>= 1", "a<br>= 0"]
    low, high = drawn.layout.xaxis.range
    assert low <= -4.25 - 0.4 * 4.25
    assert high >= 0.4 * 4.25


def test_the_legend_of_a_beeswarm_names_only_what_the_scale_does_not(explanation: Explanation) -> None:
    drawn = explaining.beeswarm(beeswarm(explanation), explanation)
    assert [trace.name for trace in drawn.data if trace.showlegend] == ["category, text or missing"]
    assert drawn.data[1].marker.symbol == "circle-open"
    numbers_only = explaining.beeswarm(beeswarm(told(np.ones((2, 1, 1)))), told(np.ones((2, 1, 1))))
    assert not any(trace.showlegend for trace in numbers_only.data)


def test_names_and_values_are_text_never_markup() -> None:
    explanation = told(np.ones((2, 1, 1)), ("<b>yes</b>",))
    name = "<img src=x>"
    frame = pd.DataFrame({"column": [name], "value": ["<i>v</i>"], "contribution": [1.0], "from": [0.0], "to": [1.0]})
    ranked = pd.DataFrame({"column": [name], "importance": [1.0], "low": [0.5], "high": [1.5]})
    for drawn in (explaining.waterfall(frame, explanation), explaining.importance(ranked, explanation)):
        text = drawn.to_json()
        assert "<img" not in text.encode().decode("unicode_escape")
        assert "<i>" not in text.encode().decode("unicode_escape")
        assert "<b>yes" not in text.encode().decode("unicode_escape")

"""The charts of a comparison show exactly their frames."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from backends import charts
from backends.training.results import Comparison
from backends.training.scoring import metric
from backends.training.spec import TrainingSpec

BOARD = pd.DataFrame(
    {
        "model": ["hgb", "lr", "knn", "mlp"],
        "title": ["Hist gradient boosting", "Logistic <b>regression", "k-nearest neighbours", "MLP"],
        "roc_auc": [0.847, 0.845, 0.79, np.nan],
        "low": [0.83, 0.84, np.nan, np.nan],
        "high": [0.86, 0.85, np.nan, np.nan],
        "tied": [True, True, False, False],
        "recommended": [True, False, False, False],
        "folds_done": [5, 5, 5, 2],
        "status": ["done", "done", "done", "timed out"],
    }
)
FOLDS = pd.DataFrame(
    [("hgb", fold, "roc_auc", 0.84 + fold / 100) for fold in (1, 2)]
    + [("lr", fold, "roc_auc", 0.83) for fold in (1, 2)]
    + [("lr", 1, "f1", 0.5)],
    columns=["model", "fold", "metric", "value"],
)
CURVE = pd.DataFrame(
    {
        "rows": [100, 300, 900], "train": [0.99, 0.95, 0.9], "test": [0.7, 0.8, 0.85],
        "test_low": [np.nan, 0.77, 0.83], "test_high": [np.nan, 0.83, 0.87], "folds": [1, 3, 3],
    }
)  # fmt: skip


def comparison() -> Comparison:
    return Comparison(TrainingSpec("y"), "roc_auc", ("no", "yes"), (50, 50), BOARD, FOLDS, recommended="hgb")


def rendered(figure: go.Figure) -> dict:
    """What a browser gets."""
    return json.loads(go.Figure(figure.to_dict()).to_json(engine="json"))


def numbers(values: object) -> list[float]:
    """A list, or Plotly's base64 form of one."""
    import base64

    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype=np.dtype(values["dtype"])).tolist()
    return list(values)  # type: ignore[call-overload]


@pytest.mark.parametrize("dark", [False, True])
def test_the_leaderboard_shows_every_model_with_a_score_once(dark: bool) -> None:
    frame = charts.leaderboard_frame(comparison())
    assert frame["model"].tolist() == ["hgb", "lr", "knn"]
    data = rendered(charts.leaderboard(frame, metric("roc_auc"), dark=dark))["data"]
    assert [numbers(trace["x"]) for trace in data] == [[0.847, 0.845], [0.79]]
    assert numbers(data[0]["error_x"]["array"]) == pytest.approx([0.013, 0.005])
    assert numbers(data[0]["error_x"]["arrayminus"]) == pytest.approx([0.017, 0.005])


def test_the_leaderboard_speaks_in_words() -> None:
    drawn = charts.leaderboard(charts.leaderboard_frame(comparison()), metric("roc_auc"))
    assert drawn.data[0].customdata[0] == "Hist gradient boosting: 0.847 (0.830–0.860), tied with the best"
    assert drawn.data[1].customdata[0] == "k-nearest neighbours: 0.790, behind the best"
    assert drawn.data[0].y == ("<b>Hist gradient boosting</b>", "Logistic &lt;b&gt;regression")
    assert "95 % interval over 5 folds" in drawn.layout.xaxis.title.text
    assert "higher is better" in drawn.layout.xaxis.title.text


def test_tied_models_have_the_accent_and_the_others_do_not() -> None:
    for dark in (False, True):
        tied, behind = charts.leaderboard(charts.leaderboard_frame(comparison()), metric("roc_auc"), dark=dark).data
        assert tied.marker.color == tied.error_x.color == charts.palette(dark).accent
        assert behind.error_x.color == charts.palette(dark).muted


def test_an_empty_board_is_an_empty_chart() -> None:
    frame = charts.leaderboard_frame(comparison()).iloc[:0]
    assert [len(trace.x) for trace in charts.leaderboard(frame, metric("roc_auc")).data] == [0, 0]


def test_the_fold_chart_has_one_line_per_model_and_only_the_wanted_metric() -> None:
    drawn = charts.fold_scores(FOLDS, metric("roc_auc"), titles={"hgb": "Hist gradient boosting"})
    assert [trace.name for trace in drawn.data] == ["Hist gradient boosting", "lr"]
    assert [list(trace.y) for trace in drawn.data] == [[0.85, 0.86], [0.83, 0.83]]


def test_the_learning_curve_shows_both_lines_and_the_band_where_there_is_one() -> None:
    band, test, train = rendered(charts.learning_curve(CURVE, metric("log_loss")))["data"]
    assert (numbers(test["x"]), numbers(test["y"])) == (CURVE["rows"].tolist(), CURVE["test"].tolist())
    assert numbers(train["y"]) == CURVE["train"].tolist()
    assert numbers(band["x"]) == [300, 900, 900, 300]
    assert numbers(band["y"]) == [0.83, 0.87, 0.83, 0.77]

"""Charts of a comparison: the leaderboard, the folds behind it, and what more rows would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.template import CLEAR, distinct, figure, palette, plain, translucent
from backends.training.results import Comparison
from backends.training.scoring import Metric

if TYPE_CHECKING:
    import plotly.graph_objects as go


def leaderboard_frame(comparison: Comparison) -> pd.DataFrame:
    """The models that have a score, best first: columns model, title, value, low, high, tied, recommended, folds.

    `value` is the mean of the ranking metric over the folds, low and high its 95 % interval.
    """
    board = comparison.leaderboard
    board = board[board[comparison.metric].notna() & (board["status"] == "done")]
    columns = ["model", "title", "low", "high", "tied", "recommended"]
    frame = board[columns].assign(value=board[comparison.metric], folds=board["folds_done"])
    return frame[["model", "title", "value", "low", "high", "tied", "recommended", "folds"]].reset_index(drop=True)


def leaderboard(frame: pd.DataFrame, judged: Metric, *, dark: bool = False) -> go.Figure:
    """A dot with its interval per model of `leaderboard_frame`; those tied with the best are filled, in the accent.

    The name of the recommended model is bold.
    """
    colours = palette(dark)
    folds = int(frame["folds"].max()) if len(frame) else 0
    labels = distinct(frame["title"])
    names = [f"<b>{label}</b>" if chosen else label for label, chosen in zip(labels, frame["recommended"], strict=True)]
    drawn = figure(
        dark,
        x=f"{judged.title}: mean and 95 % interval over {folds} folds<br>{_better(judged)}",
        y="",
        height=120 + 34 * len(frame),
        yaxis={"autorange": "reversed", "categoryorder": "array", "categoryarray": names, "type": "category"},
    )
    tied = frame["tied"].astype(bool).to_numpy()
    for marked, label, colour in ((tied, "tied with the best", colours.accent), (~tied, "behind", colours.muted)):
        rows = frame[marked]
        drawn.add_scatter(
            x=rows["value"],
            y=[name for name, chosen in zip(names, marked, strict=True) if chosen],
            mode="markers",
            name=label,
            marker={
                "size": 11,
                "color": colour if label != "behind" else colours.surface,
                "line": {"color": colour, "width": 2},
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rows["high"] - rows["value"],
                "arrayminus": rows["value"] - rows["low"],
                "color": colour,
                "thickness": 2,
                "width": 0,
            },
            customdata=[_words(row, judged) for row in rows.itertuples()],
            hovertemplate="%{customdata}<extra></extra>",
        )
    return drawn


def fold_scores(
    frame: pd.DataFrame, judged: Metric, *, titles: dict[str, str] | None = None, dark: bool = False
) -> go.Figure:
    """One dot per model and fold, joined fold by fold: models that rise and fall together were tested alike.

    `frame` is `Comparison.fold_scores`; only the rows of the metric `judged` are drawn.
    """
    colours = palette(dark)
    rows = frame[(frame["metric"] == judged.key) & frame["value"].notna()]
    drawn = figure(dark, x="Fold", y=f"{judged.title} on the fold's test rows<br>{_better(judged)}", xaxis={"dtick": 1})
    for number, (model, scores) in enumerate(rows.groupby("model", sort=False)):
        name = plain((titles or {}).get(str(model), model))
        drawn.add_scatter(
            x=scores["fold"],
            y=scores["value"],
            mode="lines+markers",
            name=name,
            line={"color": colours.series[number % len(colours.series)], "width": 1.5},
            marker={"symbol": number % 8, "size": 8},
            hovertemplate=f"{name}, fold %{{x}}: {judged.title} %{{y:.3f}}<extra></extra>",
        )
    return drawn


def learning_curve(frame: pd.DataFrame, judged: Metric, *, dark: bool = False) -> go.Figure:
    """The metric against the number of training rows, on the rows learnt from and on others (with a band)."""
    colours = palette(dark)
    folds = int(frame["folds"].max() or 0)
    drawn = figure(dark, x="Training rows", y=f"{judged.title}, mean over {folds} folds<br>{_better(judged)}")
    band = frame.dropna(subset=["test_low", "test_high"])
    drawn.add_scatter(
        x=[*band["rows"], *band["rows"][::-1]],
        y=[*band["test_high"], *band["test_low"][::-1]],
        fill="toself",
        fillcolor=translucent(colours.accent, 0.18),
        line={"color": CLEAR},
        name="95 % interval of the mean",
        hoverinfo="skip",
    )
    looks = (("test", "other rows", colours.accent, "solid"), ("train", "rows learnt from", colours.muted, "dash"))
    for column, name, colour, dash in looks:
        drawn.add_scatter(
            x=frame["rows"],
            y=frame[column],
            mode="lines+markers",
            name=name,
            line={"color": colour, "dash": dash},
            hovertemplate=f"fitted on %{{x:,}} rows: {judged.title} %{{y:.3f}} on {name}<extra></extra>",
        )
    return drawn


def _better(judged: Metric) -> str:
    return "higher is better" if judged.greater_is_better else "lower is better"


def _words(row: Any, judged: Metric) -> str:
    """One model in words: "Random forest: 0.841 (0.829–0.853), tied with the best"."""
    interval = "" if np.isnan(row.low) else f" ({judged.short(row.low)}–{judged.short(row.high)})"
    state = "tied with the best" if row.tied else "behind the best"
    return f"{plain(row.title)}: {judged.short(row.value)}{interval}, {state}"

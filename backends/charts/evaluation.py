"""Charts of one model on its held-out rows; each draws a frame of `metrics.curves` or `metrics.thresholds`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.template import DASHES, SERIES_SHOWN, distinct, figure, palette, plain, translucent

if TYPE_CHECKING:
    import plotly.graph_objects as go

CELLS_WITH_TEXT = 12  # a confusion matrix of more classes has no room for its numbers
SHARE = {"range": [-0.01, 1.01], "tickformat": ".0%"}


def roc(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Found positives against flagged negatives over all thresholds (frame of `curves.roc_curve`)."""
    drawn = figure(
        dark,
        x="False positive rate: negatives flagged",
        y="True positive rate:<br>positives found",
        xaxis=SHARE,
        yaxis=SHARE,
    )
    _guess(drawn, [0, 1], [0, 1], dark)
    _curves(
        drawn, frame, "false_positive_rate", "true_positive_rate", dark,
        label=lambda rows: f"AUC {rows['area'].iloc[0]:.3f}",
        hover="%{y:.1%} of the positives found, %{x:.1%} of the negatives flagged",
    )  # fmt: skip
    return drawn


def precision_recall(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Precision against recall over all thresholds; a guess is a level line at the class's share."""
    drawn = figure(
        dark, x="Recall: positives found", y="Precision: flagged rows<br>that are positive", xaxis=SHARE, yaxis=SHARE
    )
    if frame["class"].nunique() == 1:
        _guess(drawn, [0, 1], [frame["prevalence"].iloc[0]] * 2, dark)
    _curves(
        drawn, frame, "recall", "precision", dark, shape="vh",
        label=lambda rows: f"AP {rows['area'].iloc[0]:.3f}",
        hover="%{x:.1%} of the positives found, %{y:.1%} of the flagged rows are positive",
    )  # fmt: skip
    return drawn


def calibration(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """What happened against what was said, per group of rows, with 95 % Wilson intervals."""
    drawn = figure(
        dark, x="Mean predicted probability", y="Observed share<br>with 95 % Wilson interval", xaxis=SHARE, yaxis=SHARE
    )
    _guess(drawn, [0, 1], [0, 1], dark, name="perfectly calibrated")
    for name, rows, colour, dash in _series(frame, dark):
        drawn.add_scatter(
            x=rows["predicted"], y=rows["observed"], name=name, mode="lines+markers",
            line={"color": colour, "dash": dash}, marker={"size": 8},
            error_y={
                "type": "data", "symmetric": False, "array": rows["high"] - rows["observed"],
                "arrayminus": rows["observed"] - rows["low"], "color": translucent(colour, 0.6), "width": 0,
            },
            customdata=rows[["count", "low", "high"]].to_numpy(),
            hovertemplate="said %{x:.1%}, happened %{y:.1%} (%{customdata[1]:.1%}–%{customdata[2]:.1%}), "
            f"%{{customdata[0]:,}} rows<extra>{name}</extra>",
        )  # fmt: skip
    return _noted(drawn, frame)


def confusion(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Actual against predicted classes: the colour is the rate within the actual class, the text adds the count."""
    colours = palette(dark)
    actual = list(dict.fromkeys(frame["actual"]))
    size = len(actual)
    rate, count = (frame[column].to_numpy().reshape(size, size) for column in ("rate", "count"))
    names = distinct(actual)
    drawn = figure(
        dark, x="Predicted class", y="Actual class", height=max(340, min(900, 130 + 46 * size)),
        xaxis={"type": "category", "showgrid": False},
        yaxis={"type": "category", "showgrid": False, "autorange": "reversed"},
    )  # fmt: skip
    drawn.add_heatmap(
        z=rate, x=names, y=names, zmin=0, zmax=1, xgap=2, ygap=2, customdata=count, hoverongaps=False,
        colorscale=[[place / (len(colours.scale) - 1), colour] for place, colour in enumerate(colours.scale)],
        colorbar={"title": {"text": "share of the<br>actual class"}, "tickformat": ".0%", "outlinewidth": 0},
        text=_cell_texts(rate, count), texttemplate="%{text}" if size <= CELLS_WITH_TEXT else None,
        hovertemplate="%{customdata:,} rows of %{y} predicted as %{x}: %{z:.1%} of %{y}<extra></extra>",
    )  # fmt: skip
    return drawn


def score_histogram(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """How the probability of a class is spread among its own rows and among the others.

    With more than two classes one class at a time can be read: the first in the frame; filter it for another.
    """
    colours = palette(dark)
    shown = frame[frame["class"] == frame["class"].iloc[0]]
    target = plain(shown["class"].iloc[0])
    drawn = figure(
        dark, x=f"Predicted probability of {target}", y="Share of the rows<br>of the actual class", barmode="overlay",
        yaxis={"tickformat": ".0%"}, xaxis=SHARE, bargap=0,
    )  # fmt: skip
    looks = ((colours.accent, ""), (colours.warning, "/"))
    for (actual, rows), (colour, pattern) in zip(shown.groupby("actual", sort=False), looks, strict=False):
        drawn.add_bar(
            x=(rows["low"] + rows["high"]) / 2, y=rows["share"], width=rows["high"] - rows["low"], name=plain(actual),
            marker={
                "color": translucent(colour, 0.45), "line": {"color": colour, "width": 1},
                "pattern": {"shape": pattern, "fgcolor": colour},
            },
            customdata=rows[["count", "low", "high"]].to_numpy(),
            hovertemplate="%{customdata[0]:,} rows (%{y:.1%}) between %{customdata[1]:.0%} and %{customdata[2]:.0%}"
            f"<extra>actually {plain(actual)}</extra>",
        )  # fmt: skip
    return drawn


def gain(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Cumulative gain: the share of a class found among the first rows by probability."""
    drawn = figure(
        dark,
        x="Share of rows taken, most probable first",
        y="Gain:<br>share of the class found",
        xaxis=SHARE,
        yaxis=SHARE,
    )
    _guess(drawn, [0, 1], [0, 1], dark)
    _curves(
        drawn, frame.rename(columns={"lift": "extra"}), "contacted", "gain", dark,
        hover="the first %{x:.1%} of the rows hold %{y:.1%} of the class",
        extra="%{customdata:.2f} times a random choice",
    )  # fmt: skip
    return drawn


def lift(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """How many times more of a class are among the first rows than in a random choice (same frame as `gain`)."""
    drawn = figure(
        dark, x="Share of rows taken, most probable first", y="Lift: times a random choice", xaxis=SHARE,
        yaxis={"rangemode": "tozero"},
    )  # fmt: skip
    _guess(drawn, [0, 1], [1, 1], dark)
    hover = "among the first %{x:.1%} of the rows: %{y:.2f} times a random choice"
    _curves(drawn, frame[frame["contacted"] > 0], "contacted", "lift", dark, hover=hover)
    return drawn


def threshold_costs(
    frame: pd.DataFrame, chosen: float | None = None, *, cheapest: tuple[float, float] | None = None, dark: bool = False
) -> go.Figure:
    """Cost of the errors at every threshold (frame of `thresholds.costs`), two of them marked.

    `chosen` is the threshold in use, `cheapest` the one that is recommended with its cost; by default the
    cheapest of the frame.
    """
    colours = palette(dark)
    drawn = figure(
        dark, x="Predict positive from this probability on", y="Cost of all errors<br>on the held-out rows",
        yaxis={"rangemode": "tozero"}, xaxis={"range": [-0.01, 1.01]},
    )  # fmt: skip
    drawn.add_scatter(
        x=frame["threshold"], y=frame["cost"], mode="lines", name="cost", line={"color": colours.accent, "shape": "hv"},
        customdata=frame[["false_positives", "false_negatives"]].to_numpy(),
        hovertemplate="from %{x:.3f} on: cost %{y:,.6~g}, %{customdata[0]:,} false positives and "
        "%{customdata[1]:,} false negatives<extra></extra>",
    )  # fmt: skip
    lowest = frame.iloc[int(frame["cost"].argmin())]
    threshold, cost = cheapest or (lowest["threshold"], lowest["cost"])
    drawn.add_scatter(
        x=[threshold], y=[cost], mode="markers", name="cheapest",
        marker={"color": colours.accent, "size": 11, "symbol": "diamond"},
        hovertemplate="cheapest: %{y:,.6~g} at %{x:.3f}<extra></extra>",
    )  # fmt: skip
    if chosen is not None:
        drawn.add_vline(x=chosen, line={"color": colours.warning, "dash": "dash", "width": 2})
        drawn.add_annotation(
            x=chosen, y=1, yref="paper", yanchor="bottom", text=f"chosen: {chosen:.3f}", showarrow=False,
            font={"color": colours.warning},
        )  # fmt: skip
        drawn.update_layout(legend={"x": 0.92, "xanchor": "right", "y": 1.08})
    return drawn


def _series(frame: pd.DataFrame, dark: bool) -> Iterator[tuple[str, pd.DataFrame, str, str]]:
    """One curve per class, at most 20: its name, its rows, a colour and a dash that together are its own."""
    colours = palette(dark).series
    for number, (name, rows) in enumerate(frame.groupby("class", sort=False)):
        if number < SERIES_SHOWN:
            yield plain(name, 30), rows, colours[number % len(colours)], DASHES[number // len(colours) % len(DASHES)]


def _curves(
    drawn: go.Figure,
    frame: pd.DataFrame,
    x: str,
    y: str,
    dark: bool,
    *,
    hover: str,
    label: Callable[[pd.DataFrame], str] | None = None,
    extra: str = "",
    shape: str = "linear",
) -> None:
    """Add one line per class; `hover` is its text in Plotly's format, to which a threshold is added if there is one."""
    for name, rows, colour, dash in _series(frame, dark):
        if "threshold" in rows:
            customdata: Any = [f"{value:.3f}" if np.isfinite(value) else "1 (none)" for value in rows["threshold"]]
            added = ", from a probability of %{customdata} on"
        else:
            customdata, added = rows.get("extra"), f", {extra}" if extra else ""
        drawn.add_scatter(
            x=rows[x], y=rows[y], mode="lines", name=f"{name}: {label(rows)}" if label else name,
            line={"color": colour, "dash": dash, "width": 2, "shape": shape}, customdata=customdata,
            hovertemplate=f"{hover}{added}<extra>{name}</extra>",
        )  # fmt: skip
    _noted(drawn, frame)


def _guess(drawn: go.Figure, x: list[float], y: list[float], dark: bool, name: str = "guessing") -> None:
    line = {"color": palette(dark).muted, "dash": "dot", "width": 1.5}
    drawn.add_scatter(x=x, y=y, mode="lines", name=name, line=line, hoverinfo="skip")


def _noted(drawn: go.Figure, frame: pd.DataFrame) -> go.Figure:
    """Say so where not every class is drawn, or none could be."""
    classes = frame["class"].nunique()
    text = {True: f"The first {SERIES_SHOWN} of {classes} classes", False: ""}[classes > SERIES_SHOWN]
    text = text or ("Not measurable: the held-out rows have only one class" if classes == 0 else "")
    if text:
        drawn.add_annotation(
            text=text, x=0.5, y=0.5 if classes == 0 else 0.02, xref="paper", yref="paper", showarrow=False
        )
    return drawn


def _cell_texts(rate: np.ndarray, count: np.ndarray) -> list[list[str]]:
    return [
        [f"{c:,}" if np.isnan(r) else f"{c:,}<br>{100 * r:.1f} %" for r, c in zip(rates, counts, strict=True)]
        for rates, counts in zip(rate, count, strict=True)
    ]

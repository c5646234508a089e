"""Charts of an explanation: which columns matter, how their values act, and how one prediction comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.explaining_points import beeswarm, dependence
from backends.charts.explaining_words import records, signed, unit
from backends.charts.template import distinct, figure, palette, plain
from backends.explanations.explanation import Explanation
from backends.explanations.shuffling import PermutationImportance
from backends.profiling.wording import rounded

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["beeswarm", "dependence", "importance", "waterfall"]

TOP = 15


def importance(
    frame: pd.DataFrame,
    explanation: Explanation,
    shuffled: PermutationImportance | None = None,
    *,
    top: int = TOP,
    dark: bool = False,
) -> go.Figure:
    """A dot with its 95 % interval per column of `global_importance`; what shuffling costs in a panel beside it."""
    colours, rows = palette(dark), frame.head(top)
    names = distinct(rows["column"])
    drawn = figure(dark, x=f"Mean |SHAP value|, {unit(explanation)}", y="", height=120 + 28 * len(rows))
    drawn.update_layout(yaxis=_lanes(names), showlegend=False)
    words = [
        f"{plain(row.column)}: ±{_with_interval(row.importance, row.low, row.high)} {explanation.space} on average"
        for row in records(rows)
    ]
    _dots(drawn, rows, names, colours.accent, words)
    drawn.update_xaxes(rangemode="tozero")
    if shuffled is not None:
        losses = shuffled.frame.set_index("column").reindex(rows["column"]).reset_index()
        title = shuffled.judged.title
        told = [
            f"{plain(row.column)}: shuffling it costs {_with_interval(row.importance, row.low, row.high)} of {title}"
            if np.isfinite(row.importance)
            else f"{plain(row.column)} was not shuffled"
            for row in records(losses)
        ]
        _dots(drawn, losses, names, colours.series[1], told, xaxis="x2")
        drawn.update_layout(
            xaxis={"domain": [0, 0.48]},
            xaxis2={
                "domain": [0.52, 1],
                "anchor": "y",
                "zeroline": True,
                "title": f"Loss of {title} when shuffled<br>mean of {shuffled.repeats}, 95 % interval",
            },
        )
    return drawn


def waterfall(frame: pd.DataFrame, explanation: Explanation, *, dark: bool = False) -> go.Figure:
    """The steps of `explanations.waterfall` from the base to the prediction, one bar each, top to bottom."""
    colours = palette(dark)
    labels = distinct((f"{row.column} = {row.value}" if row.value else row.column for row in records(frame)), length=44)
    base, end = float(frame["from"].iloc[0]), float(frame["to"].iloc[-1])
    up = frame["contribution"].to_numpy() >= 0
    drawn = figure(dark, x=_sentence_case(unit(explanation)), y="", height=150 + 30 * len(frame), showlegend=False)
    drawn.add_bar(
        x=frame["contribution"],
        base=frame["from"],
        y=labels,
        orientation="h",
        marker={"color": np.where(up, colours.accent, colours.series[1]), "line": {"width": 0}},
        text=[signed(value) for value in frame["contribution"]],
        textposition="outside",
        cliponaxis=False,
        customdata=[
            f"{label}: {signed(value)}, from {rounded(start)} to {rounded(stop)}"
            for label, value, start, stop in zip(labels, frame["contribution"], frame["from"], frame["to"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    # The two words stand on the outer sides of their lines, so that they never meet.
    sides = ("right", "left") if base <= end else ("left", "right")
    for at, words, side in (
        (base, f"on average {rounded(base)}", sides[0]),
        (end, f"this row {rounded(end)}", sides[1]),
    ):
        drawn.add_vline(
            x=at,
            line={"color": colours.muted, "width": 1, "dash": "dot"},
            annotation={"text": words, "font": {"color": colours.text, "size": 13}, "xanchor": side, "y": 1.02},
            annotation_position="top",
        )
    low, high = (f([*frame["from"], *frame["to"]]) for f in (min, max))
    room = 0.3 * ((high - low) or 1.0)
    drawn.update_layout(
        yaxis={**_lanes(labels), "showgrid": False},
        xaxis={"range": [low - room, high + room]},
        margin={"t": 40, "b": 50},
    )
    return drawn


def _sentence_case(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lanes(names: list[str]) -> dict[str, Any]:
    """A vertical axis of names, the first on top."""
    return {"type": "category", "categoryorder": "array", "categoryarray": names, "range": [len(names) - 0.5, -0.5]}


def _dots(
    drawn: go.Figure, rows: pd.DataFrame, names: list[str], colour: str, words: list[str], xaxis: str = "x"
) -> None:
    drawn.add_scatter(
        x=rows["importance"],
        y=names,
        xaxis=xaxis,
        mode="markers",
        marker={"size": 9, "color": colour},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (rows["high"] - rows["importance"]).fillna(0),
            "arrayminus": (rows["importance"] - rows["low"]).fillna(0),
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _with_interval(value: float, low: float, high: float) -> str:
    return rounded(value) + (f" ({rounded(low)} to {rounded(high)})" if np.isfinite(low) else "")

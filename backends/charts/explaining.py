"""Charts of an explanation: which columns matter, how their values act, and how one prediction comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.explaining_points import beeswarm, dependence
from backends.charts.explaining_words import number, records, signed, unit
from backends.charts.template import Palette, distinct, figure, palette, plain
from backends.explanations.explanation import Explanation
from backends.explanations.shuffling import PermutationImportance

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["beeswarm", "dependence", "importance", "waterfall"]

TOP = 15  # columns of the importance chart
STEP_LABEL = 24  # characters; longer ones leave the bars no room at 500 pixels
ENDS_ROOM = 52  # pixels over a waterfall for the words at both ends


def importance(
    frame: pd.DataFrame,
    explanation: Explanation,
    shuffled: PermutationImportance | None = None,
    *,
    output: int | None = None,
    dark: bool = False,
) -> go.Figure:
    """A dot with its 95 % interval per column of `global_importance`; what shuffling costs in a panel beside it.

    With several classes it is the mean over them, or with `output` that of one class, which has no interval. The `TOP`
    largest are drawn.
    """
    rows = _of_class(frame, explanation, output).head(TOP)
    colours, names = palette(dark), distinct(rows["column"], length=STEP_LABEL)
    several = len(explanation.classes) > 1 and output is None
    what = f"{explanation.space},<br>mean over the classes" if several else unit(explanation, output)
    drawn = figure(dark, x=f"Mean |SHAP value|<br>{what}", y="", height=170 + 28 * len(rows))
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
            xaxis={"domain": [0, 0.46], "nticks": 4},
            xaxis2={
                "domain": [0.54, 1],
                "nticks": 4,
                "anchor": "y",
                "zeroline": True,
                "title": f"Loss of {title}<br>when shuffled,<br>mean of {shuffled.repeats},<br>95 % interval",
            },
        )
    return drawn


def waterfall(frame: pd.DataFrame, explanation: Explanation, *, dark: bool = False) -> go.Figure:
    """The steps of `explanations.waterfall` from the base to the prediction, one bar each, top to bottom."""
    colours = palette(dark)
    labels = distinct((f"{row.column} = {row.value}" if row.value else row.column for row in records(frame)), length=60)
    ticks = [_step(row.column, row.value) for row in records(frame)]
    up = frame["contribution"].to_numpy() >= 0
    title = _sentence_case(unit(explanation, frame.attrs.get("output")))
    drawn = figure(dark, x=title, y="", height=ENDS_ROOM + 70 + 40 * len(frame), showlegend=False)
    drawn.add_bar(
        x=frame["contribution"],
        base=frame["from"],
        y=labels,
        orientation="h",
        marker={"color": np.where(up, colours.accent, colours.series[1]), "line": {"width": 0}},
        customdata=[
            f"{label}: {signed(value)}, from {number(start)} to {number(stop)}"
            for label, value, start, stop in zip(labels, frame["contribution"], frame["from"], frame["to"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    _ends(drawn, frame, colours)
    _figures(drawn, frame, labels, colours)
    drawn.update_layout(
        yaxis={**_lanes(labels), "tickvals": labels, "ticktext": ticks, "showgrid": False, "ticklabelstandoff": 8},
        xaxis={"range": _roomy(frame), "nticks": 5},
        margin={"t": ENDS_ROOM, "b": 60},
    )
    return drawn


def _step(column: object, value: object) -> str:
    """A step's name over its value: on two lines they leave the bars room in a narrow picture.

    >>> _step("annual_income", "42,300"), _step("3 other columns", "")
    ('annual_income<br>= 42,300', '3 other columns')
    """
    return plain(column, STEP_LABEL) + (f"<br>= {plain(value, STEP_LABEL - 2)}" if value else "")


def _ends(drawn: go.Figure, frame: pd.DataFrame, colours: Palette) -> None:
    """Lines at the base and at the prediction, each with its words.

    The words stand on two levels and towards the nearer edge's other side, so that they neither meet nor are cut.
    """
    low, high = _roomy(frame)
    ends = ((float(frame["from"].iloc[0]), "on average", 0), (float(frame["to"].iloc[-1]), "this row", 1))
    for at, words, level in ends:
        drawn.add_vline(x=at, line={"color": colours.muted, "width": 1, "dash": "dot"})
        drawn.add_annotation(
            x=at,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=2 + 20 * level,
            xanchor="left" if at < (low + high) / 2 else "right",
            text=f"{words} {number(at)}",
            font={"color": colours.text, "size": 13},
            showarrow=False,
        )


def _figures(drawn: go.Figure, frame: pd.DataFrame, labels: list[str], colours: Palette) -> None:
    """Each step's contribution beyond its bar's end, on a patch of the page's colour: lines at the ends pass behind."""
    for label, value, stop in zip(labels, frame["contribution"], frame["to"], strict=True):
        way = 1 if value >= 0 else -1
        drawn.add_annotation(
            x=float(stop),
            y=label,
            xanchor="left" if way > 0 else "right",
            xshift=3 * way,
            text=signed(value),
            font={"color": colours.text, "size": 13},
            bgcolor=colours.surface,
            borderpad=1,
            showarrow=False,
        )


def _roomy(frame: pd.DataFrame) -> list[float]:
    """The range of the steps with room on both sides for the figures beside the bars, also in a narrow picture."""
    low, high = (f([*frame["from"], *frame["to"]]) for f in (min, max))
    room = 0.45 * ((high - low) or 1.0)
    return [float(low - room), float(high + room)]


def _of_class(frame: pd.DataFrame, explanation: Explanation, output: int | None) -> pd.DataFrame:
    """The importances of one class, largest first, without an interval; all of them as they are for None."""
    if output is None or len(explanation.classes) == 1:
        return frame
    chosen = frame.assign(importance=frame[f"importance of {explanation.classes[output]}"], low=np.nan, high=np.nan)
    return chosen.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


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
    return number(value) + (f" ({number(low)} to {number(high)})" if np.isfinite(low) else "")

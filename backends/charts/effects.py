"""Charts of effects: how a model's answer changes with one column, for all rows and for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from backends.charts.template import CLEAR, distinct, figure, palette, plain, translucent
from backends.explanations.effects.effect import Effect, RowEffect

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_POINTS = 4_000  # of single rows' lines
_TICKS = {"partial dependence": ".0%", "accumulated local effects": "+.1%"}


def effect(effect: Effect, row: RowEffect | None = None, *, dark: bool = False) -> go.Figure:
    """The mean and its band along the column, single rows behind it, and the chosen row in front.

    Numbers and dates are lines; levels are dots, one below the other. Accumulated local effects have a line at 0,
    the average row; the chosen row is drawn with partial dependence only, for its line is one of probabilities.
    """
    row = row if effect.method == "partial dependence" else None
    return _lines(effect, row, dark) if effect.ordered else _dots(effect, row, dark)


def _lines(effect: Effect, row: RowEffect | None, dark: bool) -> go.Figure:
    colours, frame = palette(dark), effect.frame
    drawn = figure(dark, x=plain(effect.column.name), y=_measure(effect), yaxis={"tickformat": _TICKS[effect.method]})
    if effect.method == "accumulated local effects":
        drawn.add_hline(y=0, line={"color": colours.muted, "width": 1, "dash": "dot"})
    drawn.add_scatter(
        x=[*frame["value"], *frame["value"][::-1]],
        y=[*frame["high"], *frame["low"][::-1]],
        fill="toself",
        fillcolor=translucent(colours.accent, 0.18),
        line={"color": CLEAR},
        name=effect.band,
        hoverinfo="skip",
    )
    _single_rows(drawn, effect, translucent(colours.muted, 0.45))
    drawn.add_scatter(
        x=frame["value"],
        y=frame["mean"],
        mode="lines+markers",
        name="mean" if effect.method == "partial dependence" else "effect",
        line={"color": colours.accent, "width": 3},
        marker={"size": 5},
        customdata=_words(effect),
        hovertemplate="%{customdata}<extra></extra>",
    )
    if row is not None:
        _chosen_line(drawn, effect, row, colours.warning)
    return drawn


def _dots(effect: Effect, row: RowEffect | None, dark: bool) -> go.Figure:
    colours, frame = palette(dark), effect.frame
    labels = distinct(frame["label"])
    axis = {"autorange": "reversed", "type": "category", "categoryorder": "array", "categoryarray": labels}
    height, ticks = 130 + 28 * len(frame), {"tickformat": _TICKS[effect.method]}
    drawn = figure(dark, _measure(effect), plain(effect.column.name), height=height, yaxis=axis, xaxis=ticks)
    drawn.add_scatter(
        x=frame["mean"],
        y=labels,
        mode="markers",
        name=f"mean, with {effect.band}",
        marker={"size": 11, "color": colours.accent},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": frame["high"] - frame["mean"],
            "arrayminus": frame["mean"] - frame["low"],
            "color": colours.accent,
            "thickness": 2,
            "width": 0,
        },
        customdata=_words(effect),
        hovertemplate="%{customdata}<extra></extra>",
    )
    if row is None:
        return drawn
    own = [row.value is not None and value == row.value for value in row.frame["value"]]
    drawn.add_scatter(
        x=row.frame["probability"],
        y=labels,
        mode="markers",
        name="this row (filled where it is)",
        marker={
            "size": 10,
            "symbol": ["diamond" if mine else "diamond-open" for mine in own],
            "color": colours.warning,
        },
        customdata=[
            _row_words(effect, label, value)
            for label, value in zip(frame["label"], row.frame["probability"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return drawn


def _single_rows(drawn: go.Figure, effect: Effect, colour: str) -> None:
    """All single rows as one trace, a gap between two; as many as the picture can hold."""
    if effect.ice.empty:
        return
    points = len(effect.frame) + 1
    lines = effect.ice[effect.ice["row"] < MOST_POINTS // points]
    each = lines["row"].nunique()
    x = lines["value"].to_numpy(dtype=object).reshape(each, -1)
    y = lines["probability"].to_numpy(dtype=object).reshape(each, -1)
    gap = np.full((each, 1), None, dtype=object)
    drawn.add_scatter(
        x=np.hstack([x, gap]).ravel().tolist(),
        y=np.hstack([y, gap]).ravel().tolist(),
        mode="lines",
        name=f"{each} single rows",
        line={"color": colour, "width": 1},
        hoverinfo="skip",
        connectgaps=False,
    )


def _chosen_line(drawn: go.Figure, effect: Effect, row: RowEffect, colour: str) -> None:
    drawn.add_scatter(
        x=row.frame["value"],
        y=row.frame["probability"],
        mode="lines",
        name="this row",
        line={"color": colour, "width": 2, "dash": "dash"},
        customdata=[
            _row_words(effect, label, value)
            for label, value in zip(row.frame["label"], row.frame["probability"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    if row.value is not None:
        drawn.add_scatter(
            x=[row.value],
            y=[row.probability],
            mode="markers",
            name="this row as it is",
            marker={"size": 13, "symbol": "diamond", "color": colour},
            hovertemplate=f"as it is: {row.probability:.1%} {plain(effect.class_name)}<extra></extra>",
        )


def _measure(effect: Effect) -> str:
    wanted = plain(effect.class_name)
    if effect.method == "partial dependence":
        return f"Probability of {wanted}"
    return f"Change in the probability of {wanted}<br>(0 is the average row)"


def _words(effect: Effect) -> list[str]:
    """Each value in words: "age 40: 31.2 % yes on average (12.0 % – 55.1 %), 83 rows"."""
    rows: pd.DataFrame = effect.frame
    form = "{:.1%}" if effect.method == "partial dependence" else "{:+.1%}"
    wanted = f"{plain(effect.class_name)}{' on average' if form == '{:.1%}' else ' against the average row'}"
    return [
        f"{plain(effect.column.name)} {plain(label)}: {form.format(mean)} {wanted} "
        f"({form.format(low)} to {form.format(high)}: {effect.band}), {count:,} {'row' if count == 1 else 'rows'}"
        for label, mean, low, high, count in rows[["label", "mean", "low", "high", "rows"]].itertuples(index=False)
    ]


def _row_words(effect: Effect, label: str, probability: float) -> str:
    return f"this row with {plain(effect.column.name)} {plain(label)}: {probability:.1%} {plain(effect.class_name)}"

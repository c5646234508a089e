"""Charts of missing values: how many, where in the file, which together, and what they say about the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.relations import colour_scale
from backends.charts.template import distinct, figure, palette, plain
from backends.datasets.wording import number_of
from backends.profiling.missing.pattern import MissingPattern
from backends.profiling.shares import percent

if TYPE_CHECKING:
    import plotly.graph_objects as go

SHOWN = 40  # columns in one picture of bars or dots


def missing_bars(pattern: MissingPattern, *, dark: bool = False) -> go.Figure:
    """The share of missing rows per column, most first; at most SHOWN columns, and the axis says of how many."""
    colours, rows = palette(dark), pattern.columns[:SHOWN]
    left = len(pattern.columns) - len(rows)
    more = f"<br>the {len(rows)} of {len(pattern.columns):,} columns with the most" if left else ""
    names = distinct(rows["column"])
    drawn = _listed(dark, f"Share of the {number_of(pattern.rows, 'row')} without a value{more}", names)
    drawn.update_xaxes(tickformat=".0%", rangemode="tozero")
    drawn.add_bar(
        x=rows["share"], y=names, orientation="h", marker={"color": colours.accent},
        hovertemplate="%{y}: %{customdata}<extra></extra>",
        customdata=[
            f"{number_of(missing, 'row')} without a value ({percent(share)})"
            for missing, share in zip(rows["missing"], rows["share"], strict=True)
        ],
    )  # fmt: skip
    return drawn


def missing_matrix(pattern: MissingPattern, *, dark: bool = False) -> go.Figure:
    """The share of missing values along the file, from its first rows at the top to its last, column by column."""
    matrix = pattern.matrix
    firsts = matrix.index.to_numpy()
    lasts = np.append(firsts[1:] - 1, pattern.rows)[: len(firsts)]
    words = [
        [f"{_span(first, last)}: {percent(share)} missing" for share in shares]
        for first, last, shares in zip(firsts.tolist(), lasts.tolist(), matrix.to_numpy().tolist(), strict=True)
    ]
    shown, every = pattern.matrix_of
    most = float(matrix.to_numpy().max(initial=0.01))
    drawn = figure(
        dark, x="" if shown == every else f"The {shown} of {every:,} columns with the most missing values",
        y="Row of the file", height=440,
        xaxis={"type": "category", "tickangle": -45, "showgrid": False},
        yaxis={"autorange": "reversed", "showgrid": False},
    )  # fmt: skip
    drawn.add_heatmap(
        z=matrix.to_numpy(), x=distinct(matrix.columns), y=firsts, zmin=0, zmax=most, xgap=1,
        colorscale=colour_scale(dark),
        customdata=words,
        colorbar={"title": {"text": "missing"}, "tickformat": ".0%", "outlinewidth": 0, "thickness": 12},
        hovertemplate="%{x}, %{customdata}<extra></extra>",
    )  # fmt: skip
    return drawn


def missing_together(pattern: MissingPattern, *, dark: bool = False) -> go.Figure:
    """The correlation of the gaps of each pair of columns: 1 where both are always missing in the same rows."""
    colours, pairs = palette(dark), pattern.together
    columns = [name for name in pattern.columns["column"] if name in set(pairs["first"]) | set(pairs["second"])]
    place = {name: at for at, name in enumerate(columns)}
    first, second = (pairs[side].map(place).to_numpy(dtype=np.intp) for side in ("first", "second"))
    low, high = np.minimum(first, second), np.maximum(first, second)
    phi, words = np.full((len(columns),) * 2, np.nan), np.full((len(columns),) * 2, "", dtype=object)
    phi[high, low] = pairs["phi"]
    words[high, low] = [_together(row) for row in pairs.itertuples()]
    names, (shown, every) = distinct(columns), pattern.shown_of
    drawn = figure(
        dark, x="" if shown == every else f"{shown} of {every:,} columns: those missing together most", y="",
        height=max(340, 140 + 22 * len(columns)),
        xaxis={"type": "category", "tickangle": -45, "showgrid": False},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
    )  # fmt: skip
    drawn.add_heatmap(
        z=phi, x=names, y=names, zmin=-1, zmax=1, xgap=1, ygap=1, hoverongaps=False, customdata=words,
        colorscale=[[0, colours.warning], [0.5, colours.scale[0]], [1, colours.accent]],
        colorbar={"title": {"text": "correlation<br>of the gaps"}, "outlinewidth": 0, "thickness": 12},
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    return drawn


def missing_against_target(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """How far the target lies from its usual value where a column is missing: a dot with its 95 % interval.

    `frame` is made by `profiling.missing.missing_against_target`. Columns whose q is at most 0.05 have the accent;
    for a target of more than two classes the dots are Cramér's V, without an interval.
    """
    colours = palette(dark)
    classes = bool(frame["difference"].isna().all() and frame["strength"].notna().any())
    value = "strength" if classes else "difference"
    measured = frame[frame[value].notna()]
    rows = measured[:SHOWN]
    names = distinct(rows["column"])
    measure = plain(frame["measure"].iloc[0], 40) if len(frame) else "the target"
    title = (
        f"Cramér's V with the {measure}"
        if classes
        else f"Difference in the {measure}<br>where missing, against where present, with 95 % interval"
    )
    if len(rows) < len(measured):
        title += f"<br>the {len(rows)} of {len(measured):,} columns with the smallest p"
    drawn = _listed(dark, title, names)
    shown = (rows["q"] <= 0.05).to_numpy()
    for marked, label, colour in ((shown, "q ≤ 0.05", colours.accent), (~shown, "q > 0.05", colours.muted)):
        part = rows[marked]
        drawn.add_scatter(
            x=part[value], y=[name for name, one in zip(names, marked, strict=True) if one], mode="markers", name=label,
            marker={"size": 10, "color": colour},
            error_x={
                "type": "data", "symmetric": False, "array": part["high"] - part[value],
                "arrayminus": part[value] - part["low"], "color": colour, "thickness": 2, "width": 0,
            },
            customdata=[_against(row, classes) for row in part.itertuples()],
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    if not classes:
        drawn.add_vline(x=0, line={"color": colours.muted, "width": 1, "dash": "dot"})
        if measure.startswith("share"):
            drawn.update_xaxes(tickformat="+.0%")
    return drawn


def _span(first: int, last: int) -> str:
    return f"rows {first:,} to {last:,}" if last > first else f"row {first:,}"


def _listed(dark: bool, x: str, names: list[str]) -> go.Figure:
    """A figure with one line per name, the first on top."""
    axis = {"type": "category", "categoryorder": "array", "categoryarray": names, "autorange": "reversed"}
    return figure(dark, x=x, y="", height=140 + 26 * max(len(names), 2), yaxis=axis)


def _together(row: Any) -> str:
    phi = "not measurable" if np.isnan(row.phi) else f"{row.phi:.2f}"
    return (
        f"{plain(row.first)} and {plain(row.second)}<br>{number_of(row.rows_both, 'row')} without both "
        f"({percent(row.overlap)} of the gaps of the one with fewer), correlation {phi}"
    )


def _against(row: Any, classes: bool) -> str:
    rows = f"{number_of(row.missing, 'row')} without, {row.present:,} with a value; p {row.p:.2g}, q {row.q:.2g}"
    if classes:
        return f"{plain(row.column)}: Cramér's V {row.strength:.3f}<br>{rows}"
    share = row.measure.startswith("share")
    one, two = (percent(value) if share else f"{value:,.4g}" for value in (row.where_missing, row.where_present))
    return f"{plain(row.column)}: {one} where missing, {two} where present<br>{rows}"

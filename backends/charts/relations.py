"""Charts of pairs of columns: the matrix of associations, and one pair by a third."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from backends.charts.template import CLEAR, distinct, figure, palette, plain, translucent
from backends.datasets.wording import number_of
from backends.profiling.relations.association import Associations
from backends.profiling.relations.axes import Axis
from backends.profiling.relations.pairs import Pair
from backends.profiling.shares import percent
from backends.profiling.wording import rounded

if TYPE_CHECKING:
    import plotly.graph_objects as go

CELL = 26  # pixels of a column in the matrix, down to
LEAST_CELL = 13
OUTLINE = 32  # pixels of the mark around a cell's number
LABELLED = 45  # columns; the labels of more would cover each other
NUMBERED = 12  # columns; the numbers of more do not fit in their cells


def association_matrix(associations: Associations, *, dark: bool = False) -> go.Figure:
    """The strength of each pair below the diagonal, in clustered order; pairs that cannot be measured stay empty.

    Over each cell lies an invisible marker, because a heatmap's cells cannot be selected: a click on it selects a
    point whose `customdata` starts with the positions of its two columns in `associations.columns`, and outlines it.
    """
    colours, size = palette(dark), len(associations.columns)
    names = distinct(associations.columns, 24)
    strength = np.where(np.tri(size, k=-1, dtype=bool), associations.strength, np.nan)
    cell = int(np.clip(900 / max(size, 1), LEAST_CELL, CELL))
    ticks = {
        "tickvals": list(range(size)), "ticktext": names, "showgrid": False, "zeroline": False, "constrain": "domain",
        "tickfont": {"size": 12 if size <= LABELLED else 9},
    }  # fmt: skip
    drawn = figure(
        dark, x="", y="", height=max(340, 160 + cell * size), hovermode="closest",
        xaxis={**ticks, "tickangle": -45, "range": [-0.5, max(size, 2) - 1.5]},
        yaxis={**ticks, "range": [max(size, 2) - 0.5, 0.5]},
    )  # fmt: skip
    text = np.where(np.isnan(strength), "", np.char.mod("%.2f", strength)) if size <= NUMBERED else None
    drawn.add_heatmap(
        z=strength, zmin=0, zmax=1, xgap=1, ygap=1, hoverinfo="skip", hoverongaps=False, colorscale=colour_scale(dark),
        text=text, texttemplate="%{text}" if text is not None else None,
        colorbar={"title": {"text": "strength<br>(0 to 1)"}, "outlinewidth": 0, "thickness": 12},
    )  # fmt: skip
    rows = _cells(associations)
    drawn.add_scatter(
        x=[row[1] for row in rows], y=[row[0] for row in rows], mode="markers", showlegend=False,
        marker={
            "symbol": "square-open", "color": CLEAR, "line": {"width": 2},
            "size": OUTLINE if size <= NUMBERED else cell - 2,
        },
        selected={"marker": {"color": colours.warning, "opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        customdata=rows, hovertemplate="%{customdata[2]}<extra></extra>",
    )  # fmt: skip
    return drawn


def pair_plot(pair: Pair, *, dark: bool = False) -> go.Figure:
    """The picture that suits a pair: points, a density, boxes per level, or the share of each level."""
    draw = {"points": _points, "density": _density, "boxes": _boxes, "counts": _counts}[pair.picture]
    return draw(pair, dark)


def _cells(associations: Associations) -> list[list[Any]]:
    """Per measured pair: the positions of its columns (the larger one first), and the pair in words."""
    place = {name: at for at, name in enumerate(associations.columns)}
    rows = []
    for row in associations.pairs.itertuples():
        first, second = sorted((place[str(row.first)], place[str(row.second)]), reverse=True)
        rows.append([first, second, _words(row)])
    return rows


def _words(row: Any) -> str:
    """A pair in words: "age and pay: Spearman 0.61 (Pearson 0.58), 1,204 rows"."""
    found = f"{row.measure} {row.value:.3f}" if row.strength == row.strength else ""
    other = {"Spearman": ("Pearson", row.pearson), "Pearson": ("Spearman", row.spearman)}.get(row.measure)
    beside = f" ({other[0]} {other[1]:.3f})" if found and other else ""
    parts = [f"{found}{beside}" if found else "", number_of(row.rows, "row"), plain(row.note, 160)]
    return f"{plain(row.first)} and {plain(row.second)}<br>{', '.join(part for part in parts if part)}"


def _points(pair: Pair, dark: bool) -> go.Figure:
    colours, frame = palette(dark), pair.frame
    drawn = _axes(pair, dark)
    look = {"mode": "markers", "hovertemplate": "%{x}, %{y}<extra></extra>"}
    if pair.third is None:
        drawn.add_scatter(x=frame["x"], y=frame["y"], name="rows", marker=_dot(colours.accent), **look)
    elif pair.groups:
        for name, label, colour in zip(pair.groups, distinct(pair.groups), colours.series, strict=False):
            rows = frame[frame["colour"] == name]
            drawn.add_scatter(x=rows["x"], y=rows["y"], name=label, marker=_dot(colour), **look)
        rows = frame[frame["colour"].isna()]
        if len(rows):
            drawn.add_scatter(x=rows["x"], y=rows["y"], name="missing", marker=_dot(colours.grid), **look)
    else:
        shades = frame["colour"].astype("int64") if pair.third.form == "date" else frame["colour"]
        marker = {**_dot(shades), "colorscale": colour_scale(dark, 1), "colorbar": _bar(pair.colour_title)}
        if pair.third.form == "date":
            marker["showscale"] = False
        drawn.add_scatter(x=frame["x"], y=frame["y"], name=plain(pair.colour_title), marker=marker, **look)
    return _trend(drawn, pair, dark)


def _density(pair: Pair, dark: bool) -> go.Figure:
    drawn, table = _axes(pair, dark), pair.frame.pivot(index="y", columns="x", values="rows")
    counts = table.to_numpy()
    drawn.add_heatmap(
        z=np.log10(counts), x=table.columns, y=table.index, customdata=_counted(counts),
        colorscale=colour_scale(dark), hoverongaps=False,
        colorbar={**_bar("rows"), "tickvals": list(range(8)), "ticktext": [f"{10**power:,}" for power in range(8)]},
        hovertemplate="about %{x}, %{y}: %{customdata}<extra></extra>",
    )  # fmt: skip
    return _trend(drawn, pair, dark)


def _boxes(pair: Pair, dark: bool) -> go.Figure:
    """A box per level, upright where the levels are across and lying where they are up."""
    colours, frame = palette(dark), pair.frame
    levels, upright = (pair.x, True) if pair.x.form == "levels" else (pair.y, False)
    labels = dict(zip(levels.labels, distinct(levels.labels), strict=True))
    drawn = _axes(pair, dark, boxmode="group")
    groups = pair.groups if pair.third is not None else ("",)
    for name, label, colour in zip(groups, distinct(groups), colours.series, strict=False):
        rows = frame if pair.third is None else frame[frame["group"] == name]
        drawn.add_box(
            **{"x" if upright else "y": [labels[level] for level in rows["level"]]},
            orientation="v" if upright else "h", name=label or "rows", showlegend=pair.third is not None,
            q1=rows["p25"], median=rows["p50"], q3=rows["p75"], lowerfence=rows["low"], upperfence=rows["high"],
            marker={"color": colour}, line={"width": 1.5}, fillcolor=translucent(colour, 0.2),
            hovertext=[number_of(count, "row") for count in rows["rows"]],
        )  # fmt: skip
    order = {"type": "category", "categoryorder": "array", "categoryarray": list(labels.values())}
    if upright:
        return drawn.update_layout(xaxis=order)
    height = int(np.clip(160 + 14 * len(frame), 340, 900))
    return drawn.update_layout(yaxis={**order, "autorange": "reversed"}, height=height)


def _counts(pair: Pair, dark: bool) -> go.Figure:
    """One cell per pair of levels: its share of the level across, or the mean of the third column."""
    drawn, frame = _axes(pair, dark), pair.frame
    shares = pair.third is None or pair.third.form == "levels"
    across, up = _places(pair.x, frame["first"]), _places(pair.y, frame["second"])
    cells = np.full((len(pair.y.labels), len(pair.x.labels)), np.nan)
    cells[up, across] = frame["share" if pair.third is None else "colour"]
    words = np.full(cells.shape, "", dtype=object)
    words[up, across] = [_cell_words(pair, row, shares) for row in frame.itertuples()]
    drawn.add_heatmap(
        z=cells, x=distinct(pair.x.labels), y=distinct(pair.y.labels), customdata=words, xgap=2, ygap=2,
        colorscale=colour_scale(dark), hoverongaps=False, hovertemplate="%{customdata}<extra></extra>",
        colorbar=_bar(f"share of {pair.x.title}" if pair.third is None else pair.colour_title),
        **({"zmin": 0, "zmax": 1} if shares else {}),
    )  # fmt: skip
    if shares:
        drawn.update_traces(colorbar={"tickformat": ".0%"})
    axis = {"type": "category", "showgrid": False}
    height = max(340, 160 + 26 * len(pair.y.labels))
    return drawn.update_layout(xaxis=axis, yaxis={**axis, "autorange": "reversed"}, height=height)


def _places(shown: Axis, labels: Iterable[str]) -> list[int]:
    place = {label: at for at, label in enumerate(shown.labels)}
    return [place[label] for label in labels]


def _cell_words(pair: Pair, row: Any, shares: bool) -> str:
    """Two levels in words: "sex male, class 3<br>347 rows, 60.1 % of sex male"."""
    across = f"{plain(pair.x.name)} {plain(row.first)}"
    told = f"{across}, {plain(pair.y.name)} {plain(row.second)}"
    told += f"<br>{number_of(row.rows, 'row')}, {percent(row.share)} of {across}"
    if pair.third is None or np.isnan(row.colour):
        return told
    return f"{told}<br>{plain(pair.colour_title)}: {percent(row.colour) if shares else rounded(row.colour)}"


def _counted(counts: np.ndarray) -> np.ndarray:
    """A table of counts in words, empty where nothing is counted."""
    words = ["" if np.isnan(count) else number_of(int(count), "row") for count in counts.ravel().tolist()]
    return np.array(words, dtype=object).reshape(counts.shape)


def _trend(drawn: go.Figure, pair: Pair, dark: bool) -> go.Figure:
    colours, trend = palette(dark), pair.trend
    if len(trend) < 2:
        return drawn
    drawn.add_scatter(
        x=[*trend["x"], *trend["x"][::-1]], y=[*trend["p75"], *trend["p25"][::-1]], fill="toself",
        line={"color": CLEAR}, fillcolor=translucent(colours.text, 0.12), name="middle half", hoverinfo="skip",
    )  # fmt: skip
    drawn.add_scatter(
        x=trend["x"], y=trend["p50"], mode="lines+markers", name="median",
        customdata=[number_of(rows, "row") for rows in trend["rows"]],
        line={"color": colours.text, "width": 2}, marker={"size": 6},
        hovertemplate=f"{plain(pair.x.title)} about %{{x}}: median %{{y}} of %{{customdata}}<extra></extra>",
    )  # fmt: skip
    return drawn


def _axes(pair: Pair, dark: bool, **layout: Any) -> go.Figure:
    return figure(dark, x=plain(pair.x.title), y=plain(pair.y.title), height=440, **layout)


def _dot(colour: Any) -> dict[str, Any]:
    return {"color": colour, "size": 6, "opacity": 0.6}


def _bar(title: str) -> dict[str, Any]:
    return {"title": {"text": plain(title, 24)}, "outlinewidth": 0, "thickness": 12}


def colour_scale(dark: bool, first: int = 0) -> list[list[Any]]:
    """The theme's colours from nothing to everything, for a heatmap; dots leave out the `first` faint ones."""
    scale = palette(dark).scale[first:]
    return [[place / (len(scale) - 1), colour] for place, colour in enumerate(scale)]

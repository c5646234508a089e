"""Charts of an explanation point by point: a beeswarm of all columns, and one column's dependence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.explaining_words import records, signed, unit
from backends.charts.template import Palette, distinct, figure, palette, plain
from backends.explanations.explanation import Explanation
from backends.profiling.wording import rounded

if TYPE_CHECKING:
    import plotly.graph_objects as go

LEVELS = 20  # of a category on an axis
BEESWARM_WIDTH = 0.36  # of a column's lane, to each side of its middle
SPREAD, GOLDEN = 0.5, 0.6180339887  # width of a level's points; multiples of the golden ratio fill it evenly
BAR = {"thickness": 10, "outlinewidth": 0}


def beeswarm(frame: pd.DataFrame, explanation: Explanation, *, dark: bool = False) -> go.Figure:
    """A lane of points per column of `explanations.beeswarm`: to the right the value speaks for the class.

    Points are coloured by where their value lies in its column; grey rings where it has no order or is missing. Only
    these need a legend: the scale beside the picture tells of the others.
    """
    colours = palette(dark)
    columns = list(dict.fromkeys(frame["column"]))
    lane = frame["column"].map({name: i for i, name in enumerate(columns)}).astype(float)
    height = lane + BEESWARM_WIDTH * frame["offset"]
    ordered = frame["position"].notna()
    drawn = figure(
        dark,
        x=f"SHAP value, {unit(explanation, frame.attrs.get('output'))}<br>{_rows_drawn(frame)}",
        y="",
        height=140 + 36 * len(columns),
        yaxis={
            "tickvals": list(range(len(columns))),
            "ticktext": distinct(columns),
            "range": [len(columns) - 0.5, -0.5],
            "showgrid": False,
        },
    )
    for chosen, name, marker in (
        (ordered, "number, date or yes/no", _scaled(frame.loc[ordered, "position"], colours, "Value", ["low", "high"])),
        (~ordered, "category, text or missing", {"color": colours.muted, "symbol": "circle-open"}),
    ):
        some = frame[chosen]
        drawn.add_scatter(
            x=some["shap"],
            y=height[chosen],
            mode="markers",
            name=name,
            showlegend=chosen is not ordered and len(some) > 0,
            marker={"size": 5, "opacity": 0.8, **marker},
            customdata=[f"{plain(row.column)} = {plain(row.value)}: {signed(row.shap)}" for row in records(some)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    drawn.add_vline(x=0, line={"color": colours.muted, "width": 1})
    return drawn


def dependence(frame: pd.DataFrame, explanation: Explanation, *, dark: bool = False) -> go.Figure:
    """A point per row of `explanations.dependence`: the value across, its SHAP value up, the partner as colour."""
    colours = palette(dark)
    column, partner, strength = frame.attrs["column"], frame.attrs["colour"], frame.attrs["strength"]
    known = frame[frame["value"].notna()]
    across, ticks = _axis(known["value"])
    drawn = figure(
        dark,
        x=f"{plain(column)}<br>{_rows_drawn(frame, len(known))}",
        y=f"SHAP value, {unit(explanation, frame.attrs.get('output'))}",
        height=420,
    )
    groups: list[tuple[str, pd.DataFrame, dict[str, Any]]] = [("", known, {"color": colours.accent})]
    if partner:
        how = f"{plain(partner, 24)}" + (f"<br>(strength {strength:.2f})" if np.isfinite(strength) else "")
        groups = _by_colour(known, how, colours)
    for name, some, marker in groups:
        drawn.add_scatter(
            x=across[some.index] if len(some) else [],
            y=some["shap"],
            mode="markers",
            name=plain(name, 30),
            showlegend=bool(name),
            marker={"size": 6, "opacity": 0.75, **marker},
            customdata=[_point(row, column, partner) for row in records(some)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    if ticks:
        drawn.update_xaxes(tickvals=list(range(len(ticks))), ticktext=ticks, range=[-0.6, len(ticks) - 0.4])
    drawn.add_hline(y=0, line={"color": colours.muted, "width": 1})
    return drawn


def _rows_drawn(frame: pd.DataFrame, points: int | None = None) -> str:
    """How many rows are drawn, and of how many."""
    drawn = points if points is not None else int(frame.attrs["rows"])
    of = int(frame.attrs.get("of", frame.attrs["rows"]))
    if points is not None and len(frame) == of and points < of:
        return f"{drawn:,} rows, {of - drawn:,} more have no value"
    return f"{drawn:,} rows" if drawn == of else f"{drawn:,} of {of:,} rows"


def _scaled(values: pd.Series, colours: Palette, title: str, ends: list[str]) -> dict[str, Any]:
    """A marker coloured along the scale, from the second shade on, as the first is nearly the page's own."""
    low, high = float(values.min()) if len(values) else 0.0, float(values.max()) if len(values) else 1.0
    bar = {
        **BAR,
        "title": {"text": title, "font": {"size": 13}},
        "tickvals": [low, high] if high > low else [low],
        "ticktext": ends,
    }
    return {"color": values, "colorscale": list(_contrast(colours)), "showscale": True, "colorbar": bar}


def _contrast(colours: Palette) -> tuple[str, str, str]:
    """Low, middle, high: three hues that stand out on either page and for the colour-blind."""
    return colours.series[1], colours.muted, colours.series[0]


def _axis(values: pd.Series) -> tuple[pd.Series, list[str]]:
    """Where values lie across: numbers and dates as they are, of all else the commonest levels side by side.

    The second is the levels' labels. Points of a level are spread around its place, always in the same way.
    """
    if values.dtype.kind in "fiuM":
        return (values if values.dtype.kind == "M" else values.astype(float)), []
    texts = values.astype(str)
    levels = texts.value_counts().index
    kept = levels if len(levels) <= LEVELS else levels[: LEVELS - 1]
    place = texts.map({level: float(i) for i, level in enumerate(kept)}).fillna(float(len(kept))).astype(float)
    labels = distinct(kept, 24)
    if len(kept) < len(levels):
        labels.append(f"{len(levels) - len(kept):,} other levels")
    return place + SPREAD * (np.arange(len(values)) * GOLDEN % 1 - 0.5), labels


def _by_colour(known: pd.DataFrame, title: str, colours: Palette) -> list[tuple[str, pd.DataFrame, dict[str, Any]]]:
    """The points in groups: quantities along a scale, the commonest levels by colours, the missing grey."""
    partner = known["colour"]
    missing = [("partner missing", known[partner.isna()], {"color": colours.muted, "symbol": "circle-open"})]
    here = known[partner.notna()]
    if partner.dtype.kind in "fiuM" and partner.nunique() > 2:
        ranks = here["colour"].rank(pct=True)
        edges = [str(here["colour"].min()), str(here["colour"].max())]
        ends = [rounded(float(edge)) for edge in edges] if partner.dtype.kind != "M" else [edge[:10] for edge in edges]
        found = [("", here, _scaled(ranks, colours, title, ends))]
    else:
        levels = here["colour"].value_counts().index
        shown = levels[: len(colours.series) - 2]
        found = [
            (f"{known.attrs['colour']} = {level}", here[here["colour"] == level], {"color": colours.series[i]})
            for i, level in enumerate(shown)
        ]
        rest = here[~here["colour"].isin(shown)]
        found.append((f"{len(levels) - len(shown)} other levels", rest, {"color": colours.muted}))
    return [entry for entry in (*found, *missing) if len(entry[1])]


def _point(row: Any, column: str, partner: str) -> str:
    value = plain(_short(row.value))
    also = f", {plain(partner)} = {plain('missing' if pd.isna(row.colour) else _short(row.colour))}" if partner else ""
    return f"{plain(column)} = {value}{also}: {signed(row.shap)}"


def _short(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.date() if value == value.normalize() else value)
    return rounded(float(value)) if isinstance(value, float) else str(value)

"""Charts of the features against the target: their ranking, and one feature closely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.template import distinct, figure, palette, plain, translucent
from backends.datasets.wording import agreeing, number_of
from backends.profiling.shares import percent
from backends.profiling.wording import as_text, rounded

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from backends.profiling.target import Against, TargetView

SHOWN = 30
PERCENT = {"tickformat": ".0%", "rangemode": "tozero"}
MEASURES = {
    "auc": "AUC of the feature alone, with 95 % interval<br>(0.5 is a guess)",
    "spearman": "Spearman's correlation with the target,<br>with 95 % interval",
}
TOLD = "Share of the target's<br>entropy that it settles"
SPLIT = (0.66, 0.72)  # of the width: where the picture of the measure ends and that of the shares begins


def ranking_frame(view: TargetView) -> pd.DataFrame:
    """The first 30 features that have an AUC or a correlation: label, value, low, high, and the view's own columns."""
    measure = "spearman" if view.problem == "numeric" else "auc"
    rows = view.features[view.features[measure].notna()].head(SHOWN)
    ends = {"value": rows[measure], "low": rows[f"{measure}_low"], "high": rows[f"{measure}_high"]}
    return rows.assign(label=distinct(rows["column"]), measure=measure, **ends).reset_index(drop=True)


def target_ranking(view: TargetView, dark: bool = False) -> go.Figure:
    """Two figures per feature side by side: a dot with its interval, and the share of the target's entropy as a bar.

    The features are in the order of the bars, which is the view's; says how many of them are shown.
    """
    colours, frame = palette(dark), ranking_frame(view)
    measure = "spearman" if view.problem == "numeric" else "auc"
    many = f"{len(frame)} of {number_of(len(view.features), 'feature')}, most informative first"
    words = [_ranked(row) for row in frame.itertuples()]
    drawn = figure(
        dark,
        x="<br>".join(filter(None, (MEASURES[measure], many, view.sample.words))),
        y="",
        height=170 + 26 * len(frame),
        xaxis={"domain": [0, SPLIT[0]]},
        xaxis2={"domain": [SPLIT[1], 1], "title": {"text": TOLD}, "nticks": 4, **PERCENT},
        yaxis={"autorange": "reversed", "type": "category"},
        showlegend=False,
    )
    drawn.add_vline(x=0.5 if measure == "auc" else 0.0, line={"color": colours.muted, "dash": "dot", "width": 1})
    drawn.add_scatter(
        x=frame["value"],
        y=frame["label"],
        mode="markers",
        marker={"size": 10, "color": colours.accent},
        error_x=_error(frame["value"], frame["low"], frame["high"], colours.accent),
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn.add_bar(
        x=frame["mi_share"],
        y=frame["label"],
        xaxis="x2",
        orientation="h",
        marker={"color": translucent(colours.accent, 0.5)},
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
    )
    return drawn


def against_target(against: Against, dark: bool = False) -> tuple[go.Figure, ...]:
    """The pictures of one feature: its distribution by class where it is a number, and what each bin or level tells."""
    if against.problem == "numeric":
        return (target_trend(against, dark),)
    rates = target_rates(against, dark)
    return (class_distribution(against, dark), rates) if len(against.distribution) else (rates,)


def class_distribution(against: Against, dark: bool = False) -> go.Figure:
    """How a number is spread within each class, as shares of the class's rows on common bins."""
    colours = palette(dark)
    drawn = figure(dark, x=_titled(against), y="Share of the rows<br>of the class", yaxis=PERCENT)
    for number, (name, rows) in enumerate(against.distribution.groupby("class", sort=False)):
        label = plain(f"{against.target}: {name}", 40)
        drawn.add_scatter(
            x=[*rows["low"], rows["high"].iloc[-1]],
            y=[*rows["share"], rows["share"].iloc[-1]],
            mode="lines",
            line={"shape": "hv", "width": 2, "color": colours.series[number % len(colours.series)]},
            name=label,
            customdata=[*_spans(rows), ""],
            hovertemplate=f"%{{customdata}}<extra>{label}</extra>",
        )
    return drawn


def target_rates(against: Against, dark: bool = False) -> go.Figure:
    """The share of a class in each bin or level of the feature, with its 95 % Wilson interval."""
    colours, groups = palette(dark), against.groups
    one = against.problem == "binary"
    y = f"Share of {plain(against.positive, 30)}" if one else "Share of the class"
    drawn = figure(dark, x=_titled(against), y=f"{y}<br>with 95 % interval", yaxis=PERCENT, xaxis={"type": "category"})
    for number, (name, rows) in enumerate(groups.groupby("class", sort=False)):
        colour = colours.accent if one else colours.series[number % len(colours.series)]
        drawn.add_scatter(
            x=distinct(rows["label"]),
            y=rows["rate"],
            mode="lines+markers" if against.numeric else "markers",
            name=plain(name, 40),
            line={"color": translucent(colour, 0.5)},
            marker={"size": 9, "color": colour},
            error_y=_error(rows["rate"], rows["rate_low"], rows["rate_high"], colour),
            customdata=[_rated(row, name) for row in rows.itertuples()],
            hovertemplate="%{customdata}<extra></extra>",
        )
    return drawn.update_layout(showlegend=not one)


def target_trend(against: Against, dark: bool = False) -> go.Figure:
    """The median of a numeric target in each bin or level of the feature, and the middle half of its rows."""
    colours, groups = palette(dark), against.groups
    drawn = figure(
        dark,
        x=_titled(against),
        y=f"{plain(against.target, 30)}:<br>median and middle half",
        xaxis={"type": "category"},
        showlegend=False,
    )
    names = distinct(groups["label"])
    drawn.add_scatter(  # no error bars: an axis of dates has none
        x=[place for name in names for place in (name, name, None)],
        y=[end for row in groups.itertuples() for end in (row.q1, row.q3, None)],
        mode="lines",
        line={"color": colours.accent, "width": 2},
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=names,
        y=groups["median"],
        mode="lines+markers" if against.numeric else "markers",
        line={"color": translucent(colours.accent, 0.5)},
        marker={"size": 9, "color": colours.accent},
        customdata=[_centred(row) for row in groups.itertuples()],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return drawn


def _error(value: pd.Series, low: pd.Series, high: pd.Series, colour: str) -> dict[str, Any]:
    ends = {"array": high - value, "arrayminus": value - low}
    return {"type": "data", "symmetric": False, **ends, "color": colour, "thickness": 2, "width": 0}


def _titled(against: Against) -> str:
    """The feature's name, what is not shown, and the sample."""
    many = len(against.left_out)
    left_out = f"{many} smaller {agreeing(many, 'class is', 'classes are')} not shown" if many else ""
    return "<br>".join(filter(None, (plain(against.feature), left_out, against.sample.words)))


def _ranked(row: Any) -> str:
    """One feature in words: "age: AUC 0.684 (0.678–0.690), 12.3 % of the target's entropy, 32,561 rows"."""
    name = "AUC" if row.measure == "auc" else "correlation"
    interval = "" if np.isnan(row.low) else f" ({row.low:.3f}–{row.high:.3f})".replace("–-", " to -")
    told = f"{percent(row.mi_share)} of the target's entropy"
    return f"{plain(row.column)}: {name} {row.value:.3f}{interval}, {told}, {number_of(row.rows, 'row')}"


def _spans(rows: pd.DataFrame) -> list[str]:
    words = zip(rows["rows"], rows["share"], rows["low"], rows["high"], strict=True)
    return [
        f"{number_of(count, 'row')} ({percent(share)}) from {_end(low)} to {_end(high)}"
        for count, share, low, high in words
    ]


def _centred(row: Any) -> str:
    """One bin or level in words: "Sales: median 1,204, half of 3,650 rows from 980 to 1,511"."""
    half = f"half of {number_of(row.rows, 'row')} from {_end(row.q1)} to {_end(row.q3)}"
    return f"{plain(row.label)}: median {_end(row.median)}, {half}"


def _end(value: Any) -> str:
    return as_text(value) if isinstance(value, pd.Timestamp) else rounded(value)


def _rated(row: Any, name: object) -> str:
    """One bin or level in words: "Sales: 26.9 % (25.5 % to 28.4 %) of 3,650 rows are >50K"."""
    rate = f"{percent(row.rate)} ({percent(row.rate_low)} to {percent(row.rate_high)})"
    rows = f"{number_of(row.rows, 'row')} {agreeing(row.rows, 'is', 'are')}"
    return f"{plain(row.label)}: {rate} of {rows} {plain(name, 40)}"

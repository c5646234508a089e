"""Charts of the features against the target: their ranking, and one feature closely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.template import distinct, figure, palette, plain, translucent

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from backends.profiling.target import Against, TargetView

SHOWN = 30
PERCENT = {"tickformat": ".0%", "rangemode": "tozero"}
MEASURES = {
    "auc": "AUC of the feature alone, with 95 % interval (0.5 is a guess)",
    "spearman": "Spearman's correlation with the target, with 95 % interval",
}


def ranking_frame(view: TargetView) -> pd.DataFrame:
    """The first 30 features that have an AUC or a correlation: label, value, low, high, and the view's own columns."""
    measure = "spearman" if view.problem == "numeric" else "auc"
    rows = view.features[view.features[measure].notna()].head(SHOWN)
    ends = {"value": rows[measure], "low": rows[f"{measure}_low"], "high": rows[f"{measure}_high"]}
    return rows.assign(label=distinct(rows["column"]), measure=measure, **ends).reset_index(drop=True)


def target_ranking(view: TargetView, dark: bool = False) -> go.Figure:
    """A dot with its interval per feature, in the view's order; says how many of the features are shown."""
    colours, frame = palette(dark), ranking_frame(view)
    measure = "spearman" if view.problem == "numeric" else "auc"
    many = f"{len(frame)} of {len(view.features)} features, most informative first"
    drawn = figure(
        dark,
        x="<br>".join(filter(None, (MEASURES[measure], many, view.sample.words))),
        y="",
        height=140 + 26 * len(frame),
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
        customdata=[_ranked(row) for row in frame.itertuples()],
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
    drawn.add_scatter(
        x=distinct(groups["label"]),
        y=groups["median"],
        mode="lines+markers" if against.numeric else "markers",
        line={"color": translucent(colours.accent, 0.5)},
        marker={"size": 9, "color": colours.accent},
        error_y=_error(groups["median"], groups["q1"], groups["q3"], colours.accent),
        customdata=[
            f"{plain(row.label)}: median {row.median:,.6g}, "
            f"half of the {row.rows:,} rows from {row.q1:,.6g} to {row.q3:,.6g}"
            for row in groups.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return drawn


def _error(value: pd.Series, low: pd.Series, high: pd.Series, colour: str) -> dict[str, Any]:
    ends = {"array": high - value, "arrayminus": value - low}
    return {"type": "data", "symmetric": False, **ends, "color": colour, "thickness": 2, "width": 0}


def _titled(against: Against) -> str:
    """The feature's name, what is not shown, and the sample."""
    left_out = f"{len(against.left_out)} smaller classes are not shown" if against.left_out else ""
    return "<br>".join(filter(None, (plain(against.feature), left_out, against.sample.words)))


def _ranked(row: Any) -> str:
    """One feature in words: "age: AUC 0.684 (0.678–0.690), 12 % of the target's information, 32,561 rows"."""
    name = "AUC" if row.measure == "auc" else "correlation"
    interval = "" if np.isnan(row.low) else f" ({row.low:.3f}–{row.high:.3f})".replace("–-", " to -")
    told = f"{row.mi_share:.1%} of the target's information"
    return f"{plain(row.column)}: {name} {row.value:.3f}{interval}, {told}, {row.rows:,} rows"


def _spans(rows: pd.DataFrame) -> list[str]:
    return [
        f"{row.rows:,} rows ({row.share:.1%}) from {_end(row.low)} to {_end(row.high)}" for row in rows.itertuples()
    ]


def _end(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, pd.Timestamp) else f"{value:,.6g}"


def _rated(row: Any, name: object) -> str:
    """One bin or level in words: "Sales: 26.9 % (25.5–28.4 %) of 3,650 rows are >50K"."""
    rate = f"{row.rate:.1%} ({row.rate_low:.1%}–{row.rate_high:.1%})"
    return f"{plain(row.label)}: {rate} of {row.rows:,} rows are {plain(name, 40)}"

"""Charts of what can be done about unfairness: thresholds and their cost, before and after, and the worst subgroups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.template import DASHES, distinct, figure, palette, plain, translucent
from backends.errors import WorkbenchError
from backends.fairness.measures import measure as measure_of
from backends.fairness.subgroups import Subgroups
from backends.fairness.thresholds import PolicyScores

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW = 34  # pixels of a line
MOST_CURVES = 8  # the legend of more leaves no room for the curves
_KINDS = (("model", "circle"), ("mitigation", "diamond"), ("policy", "square"))


def cost_by_threshold(frame: pd.DataFrame, scores: PolicyScores | None = None, *, dark: bool = False) -> go.Figure:
    """What each threshold costs per row, one curve per group of `thresholds.cost_curve`.

    With `scores` the policy's own threshold of each group is marked on its curve. Of many groups eight are drawn, as
    the picture says: the largest, or without `scores`, which know the sizes, the first.
    """
    colours = palette(dark)
    drawn = figure(dark, x="Threshold: yes from this probability on", y="Cost of errors per row of the group")
    groups = _drawn_groups(frame, scores)
    if len(groups) < (every := frame["group"].nunique()):
        which = "first" if scores is None else "largest"
        drawn.add_annotation(
            x=1, y=1, xref="paper", yref="paper", xanchor="right", yanchor="bottom", showarrow=False,
            text=f"{len(groups)} of {every} groups, the {which}", font={"color": colours.muted},
        )  # fmt: skip
    chosen = {} if scores is None else dict(zip(scores.by_group["group"], _marks(scores), strict=True))
    for number, (group, name) in enumerate(zip(groups, distinct(groups, length=40), strict=True)):
        rows = frame[frame["group"] == group]
        colour = colours.series[number % len(colours.series)]
        drawn.add_scatter(
            x=rows["threshold"],
            y=rows["cost_per_row"],
            mode="lines",
            name=name,
            legendgroup=name,
            line={"color": colour, "width": 2, "dash": DASHES[number // len(colours.series) % len(DASHES)]},
            customdata=rows["selection_rate"],
            hovertemplate=f"{name}, from %{{x:.3f}} on: %{{y:.3f}} per row, yes to %{{customdata:.0%}}<extra></extra>",
        )
        if group in chosen:
            threshold, cost = chosen[group]
            drawn.add_scatter(
                x=[threshold],
                y=[cost],
                mode="markers",
                legendgroup=name,
                showlegend=False,
                marker={"size": 11, "color": colour, "line": {"color": colours.surface, "width": 2}},
                hovertemplate=f"{name}: the policy says yes from %{{x:.3f}} on, %{{y:.3f}} per row<extra></extra>",
            )
    return drawn


def before_after(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """A dumbbell per quantity of `effect`, from before (hollow) to after (filled), each with its 95 % interval.

    In the accent where the interval of the change does not hold 0. The cost per row has another unit and is not drawn.
    """
    colours = palette(dark)
    rows = frame[(frame["key"] != "cost_per_row") & frame["before"].notna() & frame["after"].notna()]
    if rows.empty:
        raise WorkbenchError("Nothing can be measured before and after.", hint="Choose fewer, larger groups.")
    labels = distinct(rows["title"], length=60)
    drawn = _lines(dark, "Share of the held-out rows, before and after, 95 % interval", labels)
    clear = (rows["change_low"] > 0) | (rows["change_high"] < 0)
    steps = rows.assign(label=labels, clear=clear)
    for row in steps.itertuples():
        colour = colours.accent if row.clear else colours.muted
        drawn.add_scatter(
            x=[row.before, row.after], y=[row.label] * 2, mode="lines", showlegend=False, hoverinfo="skip",
            line={"color": colour, "width": 2},
        )  # fmt: skip
    _dots(drawn, steps.rename(columns=_side("before")), "before", colours.muted, hollow=colours.surface)
    for kept, name, colour in (
        (steps["clear"], "after, changed by more than chance", colours.accent),
        (~steps["clear"], "after, the change may be chance", colours.muted),
    ):
        _dots(drawn, steps[kept].rename(columns=_side("after")), name, colour)
    return drawn


def pareto(frame: pd.DataFrame, criterion: str, *, dark: bool = False) -> go.Figure:
    """Accuracy against disparity (`mitigation.pareto`); those that no other beats in both are joined, in the accent.

    `criterion` is the disparity in words. Up and to the left is better.
    """
    colours = palette(dark)
    rows = frame[frame["accuracy"].notna() & frame["disparity"].notna()]
    drawn = figure(dark, x=f"{criterion}, difference between groups<br>lower is more even", y="Accuracy", height=440)
    drawn.update_layout(xaxis={"tickformat": ".0%"}, yaxis={"tickformat": ".0%"})
    front = rows[rows["best"]].sort_values("disparity")
    drawn.add_scatter(
        x=front["disparity"], y=front["accuracy"], mode="lines", showlegend=False, hoverinfo="skip",
        line={"color": colours.accent, "width": 1.5, "dash": "dot", "shape": "hv"},
    )  # fmt: skip
    for kind, symbol in _KINDS:
        for best, colour in ((True, colours.accent), (False, colours.muted)):
            kept = rows[(rows["kind"] == kind) & (rows["best"] == best)]
            if kept.empty:
                continue
            drawn.add_scatter(
                x=kept["disparity"],
                y=kept["accuracy"],
                mode="markers",
                name=f"{kind}, {'none beats it' if best else 'beaten by another'}",
                marker={"size": 11, "symbol": symbol, "color": colour if best else colours.surface,
                        "line": {"color": colour, "width": 2}},
                error_x=_error(kept, "disparity", translucent(colour, 0.4)),
                error_y=_error(kept, "accuracy", translucent(colour, 0.4)),
                customdata=[_standing_words(row) for row in kept.to_dict("records")],
                hovertemplate="%{customdata}<extra></extra>",
            )  # fmt: skip
    return drawn


def subgroups(found: Subgroups, *, dark: bool = False) -> go.Figure:
    """The difference of each tested subgroup to all other rows, the worst on top; beyond chance in amber."""
    if found.frame.empty:
        raise WorkbenchError("No subgroup was tested.", hint=found.note)
    colours, title = palette(dark), measure_of(found.measure).title
    rows = found.frame.assign(label=distinct(found.frame["subgroup"], length=60))
    scaled = {name: 100 * rows[column] for name, column in (("value", "difference"), ("low", "low"), ("high", "high"))}
    words = [_subgroup_words(row, title) for row in rows.to_dict("records")]
    drawn = _lines(dark, f"{title}: percentage points from all other rows, 95 % interval", rows["label"].tolist())
    drawn.add_vline(x=0, line={"color": colours.muted, "dash": "dash", "width": 1.5}, layer="below")
    shown = rows[["label", "found"]].assign(**scaled, words=words)
    looks = ((shown["found"], "worse than chance makes it", colours.warning),)
    for kept, name, colour in (*looks, (~shown["found"], "may be chance", colours.muted)):
        _dots(drawn, shown[kept], name, colour)
    return drawn


def _drawn_groups(frame: pd.DataFrame, scores: PolicyScores | None) -> list[str]:
    """The groups whose curves are drawn, in the order of the frame."""
    groups = frame["group"].unique().tolist()
    sizes = {} if scores is None else dict(zip(scores.by_group["group"], scores.by_group["rows"], strict=True))
    kept = set(sorted(groups, key=lambda group: -sizes.get(group, 0))[:MOST_CURVES])
    return [group for group in groups if group in kept]


def _marks(scores: PolicyScores) -> list[tuple[float, float]]:
    return list(zip(scores.by_group["threshold"], scores.by_group["cost_per_row"], strict=True))


def _side(side: str) -> dict[str, str]:
    return {side: "value", f"{side}_low": "low", f"{side}_high": "high"}


def _lines(dark: bool, x: str, labels: list[str]) -> go.Figure:
    axis = {"autorange": "reversed", "categoryorder": "array", "categoryarray": labels, "type": "category"}
    return figure(dark, x=x, y="", height=150 + ROW * len(labels), yaxis=axis)


def _dots(drawn: go.Figure, frame: pd.DataFrame, name: str, colour: str, hollow: str = "") -> None:
    if frame.empty:
        return
    words = frame["words"] if "words" in frame else [_side_words(row, name) for row in frame.to_dict("records")]
    drawn.add_scatter(
        x=frame["value"],
        y=frame["label"],
        mode="markers",
        name=name,
        marker={"size": 11, "color": hollow or colour, "line": {"color": colour, "width": 2}},
        error_x=_error(frame, "value", colour, low="low", high="high"),
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _error(frame: pd.DataFrame, value: str, colour: str, low: str = "", high: str = "") -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": frame[high or f"{value}_high"] - frame[value],
        "arrayminus": frame[value] - frame[low or f"{value}_low"],
        "color": colour,
        "thickness": 1.5,
        "width": 0,
    }


def _side_words(row: dict[Any, Any], name: str) -> str:
    """One side in words: "Accuracy before: 0.824 (0.799–0.850)"."""
    side = name.split(",")[0]
    interval = "" if np.isnan(row["low"]) else f" ({row['low']:.3f} to {row['high']:.3f})"
    return f"{plain(row['title'])} {side}: {row['value']:.3f}{interval}"


def _standing_words(row: dict[Any, Any]) -> str:
    name = plain(row["title"], 80)
    accuracy, apart = (
        f"{row[key]:.3f} ({row[f'{key}_low']:.3f} to {row[f'{key}_high']:.3f})" for key in ("accuracy", "disparity")
    )
    return f"{name}<br>accuracy {accuracy}<br>difference {apart}<br>{row['rows']:,} held-out rows"


def _subgroup_words(row: dict[Any, Any], title: str) -> str:
    return (
        f"{plain(row['subgroup'], 80)}: {title} {row['value']:.3f}, all others {row['rest']:.3f}"
        f"<br>{row['rows']:,} rows, q = {row['q']:.2g}"
    )

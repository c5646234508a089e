"""Charts of a fairness report: the rates of groups, the gaps between them, and what their probabilities are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from backends.charts.template import DASHES, distinct, figure, palette, plain
from backends.errors import WorkbenchError
from backends.fairness.disparities import CRITERIA, FOUR_FIFTHS, ROUNDING
from backends.fairness.measures import measure as measure_of
from backends.fairness.reading import signed
from backends.fairness.result import FairnessReport
from backends.fairness.significance import SIGNIFICANT

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW = 34  # pixels of a group
MOST_CURVES = 8  # the legend of more leaves no room for the curves
PAD = 0.06  # of the width, kept free beside the outermost dot, interval or line
_TITLES = {row.key: row.title for row in CRITERIA}
_AXES = {"difference": "Largest gap in percentage points", "ratio": "Smaller rate ÷ larger rate"}
_AGAINST = {"best": "best group", "rest": "rest", "reference": "reference group"}


def group_rates_frame(report: FairnessReport, measure: str, split: str | None = None) -> pd.DataFrame:
    """The groups of one split (by default the first): columns group, rows, value, low, high, note, below.

    `below` says that a selection rate is below four fifths of the highest. Raises WorkbenchError for an unknown
    measure or split.
    """
    key, chosen = measure_of(measure).key, _split(report, split)
    rows = report.by_group[(report.by_group["measure"] == key) & (report.by_group["split"] == chosen)]
    frame = rows[["group", "rows", "value", "low", "high", "note"]].reset_index(drop=True)
    limit = FOUR_FIFTHS * frame["value"].max() if key == "selection_rate" else np.nan
    return frame.assign(below=frame["value"] < limit - ROUNDING)


def group_rates(report: FairnessReport, measure: str, split: str | None = None, *, dark: bool = False) -> go.Figure:
    """A dot with its 95 % interval per group, the figure of all rows as a line.

    A group that is not measurable keeps its line, with the reason. For the selection rate, four fifths of the highest
    rate are marked; groups below it are in the warning colour.
    """
    colours, shown = palette(dark), measure_of(measure)
    frame = group_rates_frame(report, measure, split)
    frame = frame.assign(label=distinct(frame["group"], length=40))
    frame["words"] = [_group_words(row, shown.title) for row in frame.to_dict("records")]
    drawn = _lines(dark, f"{shown.title} of {plain(repr(report.positive))}, 95 % interval", frame["label"].tolist())
    overall = report.overall.set_index("measure")["value"][shown.key]
    if not np.isnan(overall):
        _mark(drawn, overall, f"all rows: {overall:.3f}", colours.muted, "dash")
    if shown.key == "selection_rate" and frame["value"].notna().any():
        _mark(drawn, FOUR_FIFTHS * frame["value"].max(), "four fifths of the highest", colours.warning, "dot")
    looks = ((~frame["below"], "group", colours.accent), (frame["below"], "below four fifths", colours.warning))
    for kept, name, colour in looks:
        _dots(drawn, frame[kept & frame["value"].notna()], name, colour)
    for row in frame[frame["value"].isna()].to_dict("records"):
        drawn.add_annotation(
            x=0, xref="paper", y=row["label"], text=plain(row["note"]), showarrow=False, xanchor="left",
            font={"color": colours.muted},
        )  # fmt: skip
    _pad(drawn, frame)
    return drawn


def disparities_frame(report: FairnessReport, kind: str = "difference", against: str = "best") -> pd.DataFrame:
    """The largest gap of each split and criterion, in the order of the report.

    Columns split, criterion, measure, value, low, high, q, group, other, note and clear (q ≤ 0.05). Differences are in
    percentage points. Raises WorkbenchError when the report has no such gaps.
    """
    rows = report.disparities[(report.disparities["kind"] == kind) & (report.disparities["against"] == against)]
    if rows.empty:
        raise WorkbenchError(
            f"The report has no {kind} against {against!r}.",
            hint="Choose a difference or a ratio against the best group, the rest or, where one is set, the reference.",
        )
    names = ["split", "criterion", "measure", "value", "low", "high", "q", "group", "other", "note"]
    found = rows[names].reset_index(drop=True)
    scale = 100 if kind == "difference" else 1
    return found.assign(
        **{name: found[name] * scale for name in ("value", "low", "high")}, clear=found["q"] <= SIGNIFICANT
    )


def disparities(
    report: FairnessReport, kind: str = "difference", against: str = "best", *, dark: bool = False
) -> go.Figure:
    """The largest gap of each criterion as a dot with its interval; those larger than chance makes them in the accent.

    A line marks equality (0 for a difference, 1 for a ratio), for ratios another one four fifths.
    """
    colours, frame = palette(dark), disparities_frame(report, kind, against)
    titles = [
        f"{_TITLES[criterion]} · {split}" for criterion, split in zip(frame["criterion"], frame["split"], strict=True)
    ]
    frame = frame.assign(label=distinct(titles, length=60))
    frame["words"] = [_gap_words(row, kind) for row in frame.to_dict("records")]
    drawn = _lines(dark, f"{_AXES[kind]}<br>against the {_AGAINST[against]}, 95 % interval", frame["label"].tolist())
    _mark(drawn, 0.0 if kind == "difference" else 1.0, "no difference", colours.muted, "dash")
    if kind == "ratio":
        _mark(drawn, FOUR_FIFTHS, "four fifths", colours.warning, "dot")
    looks = (
        (frame["clear"], "larger than chance makes it", colours.accent),
        (~frame["clear"], "may be chance", colours.muted),
    )
    for kept, name, colour in looks:
        _dots(drawn, frame[kept & frame["value"].notna()], name, colour)
    _pad(drawn, frame)
    return drawn


def calibration_by_group(report: FairnessReport, split: str | None = None, *, dark: bool = False) -> go.Figure:
    """Per group: how often the outcome happens where the model gives it a probability; on the diagonal it is right.

    Of many groups the eight with the most rows are drawn, as the picture says.

    Raises WorkbenchError when there are no probabilities.
    """
    chosen = _split(report, split)
    frame = report.calibration[report.calibration["split"] == chosen]
    if frame.empty:
        raise WorkbenchError(
            f"There is no calibration by {chosen!r} to draw.",
            hint=f"It needs probabilities and groups of at least {report.minimum_rows} rows.",
        )
    colours = palette(dark)
    outcome = plain(repr(report.positive))
    drawn = figure(dark, x=f"Mean predicted probability of {outcome}", y=f"Share with {outcome}", height=440)
    drawn.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="as predicted", hoverinfo="skip",
        line={"color": colours.muted, "dash": "dash", "width": 1.5},
    )  # fmt: skip
    sizes = frame.groupby("group", sort=False)["count"].sum()
    kept = set(sizes.sort_values(ascending=False, kind="stable").index[:MOST_CURVES])
    groups = [group for group in sizes.index if group in kept]
    if len(groups) < len(sizes):
        drawn.add_annotation(
            x=1, y=1, xref="paper", yref="paper", xanchor="right", yanchor="bottom", showarrow=False,
            text=f"{len(groups)} of {len(sizes)} groups, the largest", font={"color": colours.muted},
        )  # fmt: skip
    for number, (group, name) in enumerate(zip(groups, distinct(groups, length=40), strict=True)):
        _curve(drawn, frame[frame["group"] == group], name, number, colours.series)
    return drawn


def _split(report: FairnessReport, split: str | None) -> str:
    chosen = report.splits[0] if split is None else split
    if chosen not in report.splits:
        raise WorkbenchError(f"The report has no groups by {chosen!r}.", hint=f"It has {', '.join(report.splits)}.")
    return chosen


def _lines(dark: bool, x: str, labels: list[str]) -> go.Figure:
    """A figure with one line per label, the first on top."""
    axis = {"range": [len(labels) - 0.5, -0.5], "categoryorder": "array", "categoryarray": labels, "type": "category"}
    drawn = figure(dark, x=x, y="", height=150 + ROW * len(labels), yaxis=axis)
    drawn.add_scatter(x=[None] * len(labels), y=labels, showlegend=False, hoverinfo="skip")  # keeps empty lines
    return drawn


def _mark(drawn: go.Figure, x: float, name: str, colour: str, dash: str) -> None:
    """A vertical line with an entry in the legend."""
    line = {"color": colour, "dash": dash, "width": 1.5}
    drawn.add_vline(x=x, line=line, layer="below")
    drawn.add_scatter(x=[None], y=[None], mode="lines", name=name, line=line, hoverinfo="skip")


def _pad(drawn: go.Figure, frame: pd.DataFrame) -> None:
    """Keep every dot, interval and line off the edges, where the names of the groups are."""
    ends = frame[["value", "low", "high"]].to_numpy(dtype=float).ravel()
    ends = np.append(ends, [shape.x0 for shape in drawn.layout.shapes])
    ends = ends[np.isfinite(ends)]
    if len(ends):
        free = PAD * (np.ptp(ends) or 1.0)
        drawn.update_xaxes(range=[float(ends.min() - free), float(ends.max() + free)])


def _dots(drawn: go.Figure, frame: pd.DataFrame, name: str, colour: str) -> None:
    if frame.empty:
        return
    drawn.add_scatter(
        x=frame["value"],
        y=frame["label"],
        mode="markers",
        name=name,
        marker={"size": 11, "color": colour},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": frame["high"] - frame["value"],
            "arrayminus": frame["value"] - frame["low"],
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        customdata=frame["words"],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _curve(drawn: go.Figure, curve: pd.DataFrame, name: str, number: int, series: tuple[str, ...]) -> None:
    colour = series[number % len(series)]
    drawn.add_scatter(
        x=curve["predicted"],
        y=curve["observed"],
        mode="lines+markers",
        name=name,
        line={"color": colour, "dash": DASHES[number // len(series) % len(DASHES)]},
        marker={"symbol": number % 8, "size": 8},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": curve["high"] - curve["observed"],
            "arrayminus": curve["observed"] - curve["low"],
            "color": colour,
            "thickness": 1,
            "width": 0,
        },
        customdata=curve["count"],
        hovertemplate=f"{name}: %{{customdata:,}} rows given %{{x:.0%}}, %{{y:.0%}} of them have it<extra></extra>",
    )


def _group_words(row: dict, title: str) -> str:
    """One group in words: "sex=f: selection rate 0.620 (0.580–0.660), 500 rows"."""
    interval = "" if np.isnan(row["low"]) else f" ({row['low']:.3f}–{row['high']:.3f})"
    return f"{plain(row['group'])}: {title} {row['value']:.3f}{interval}, {row['rows']:,} rows"


def _gap_words(row: dict, kind: str) -> str:
    """One gap in words: "sex=f against sex=m: 16.0 points (12.0–20.0), q = 0.001"."""
    digits, unit = (1, " points") if kind == "difference" else (3, "")
    interval = "" if np.isnan(row["low"]) else f" ({signed(row['low'], digits)} to {signed(row['high'], digits)})"
    rate = measure_of(row["measure"]).title
    pair = f"{plain(row['group'])} against {plain(row['other'])}"
    return f"{pair}<br>{rate}: {signed(row['value'], digits)}{unit}{interval}, q = {row['q']:.2g}"

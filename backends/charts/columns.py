"""Charts of one column: its distribution, levels, lengths, words and calendar, from a `Detail`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.template import distinct, figure, palette, plain
from backends.datasets.wording import number_of
from backends.profiling.detail import Detail
from backends.profiling.shares import percent
from backends.profiling.wording import as_text, rounded

if TYPE_CHECKING:
    import plotly.graph_objects as go

LEVELS_DRAWN = 20
BINS = 60
LABEL = 30  # characters of a level beside its bar
PARTS = {"year": "Year", "month": "Month", "weekday": "Day of the week", "hour": "Hour of the day"}


def histogram(detail: Detail, *, dark: bool = False) -> go.Figure:
    """The bars of `detail.histogram`: how many rows have a value in each bin."""
    frame = detail.histogram
    if frame.empty:
        return _nothing(dark, detail.name, "No finite value to draw")
    dated = detail.kind == "datetime"
    low, high = frame["low"].to_numpy(), frame["high"].to_numpy()
    middle, width = low + (high - low) / 2, high - low
    if dated:
        width = width / np.timedelta64(1, "ms")
    drawn = _bars(dark, detail.name, "Rows", bargap=0)
    drawn.add_bar(
        x=middle,
        y=frame["count"],
        width=width,
        marker={"color": palette(dark).accent, "line": {"width": 1, "color": palette(dark).surface}},
        customdata=_counted(_ranges(detail), frame["count"]),
        hovertemplate="%{customdata}<extra></extra>",
    )
    return drawn


def levels(detail: Detail, *, most: int = LEVELS_DRAWN, dark: bool = False) -> go.Figure:
    """A bar for each of the `most` most frequent values; the axis says how many there are when it is not all."""
    frame = detail.levels.head(most)
    if frame.empty:
        return _nothing(dark, detail.name, "No value to draw")
    everything = len(detail.levels) + detail.levels_left
    shown = "" if len(frame) == everything else f" (the {len(frame):,} most frequent of {everything:,} values)"
    names = [level if level.strip() else f"“{level}”" for level in frame["level"]]
    words = [
        f"{plain(name)}: {number_of(count, 'row')}, {percent(share)}"
        for name, count, share in zip(names, frame["count"], frame["share"], strict=True)
    ]
    return _ranking(dark, detail.name, f"Rows{shown}", (distinct(names, LABEL), frame["count"], words))


def lengths(detail: Detail, *, dark: bool = False) -> go.Figure:
    """How long the texts are, in at most `BINS` bars."""
    frame = length_bins(detail.lengths)
    if frame.empty:
        return _nothing(dark, detail.name, "No text to draw")
    drawn = _bars(dark, f"Length of {plain(detail.name, LABEL)}, characters", "Rows", bargap=0.05)
    words = [
        number_of(low, "character") if low == high else f"{low:,} to {high:,} characters"
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]
    drawn.add_bar(
        x=(frame["low"] + frame["high"]) / 2,
        y=frame["count"],
        width=frame["high"] - frame["low"] + 1,
        marker={"color": palette(dark).accent},
        customdata=_counted(words, frame["count"]),
        hovertemplate="%{customdata}<extra></extra>",
    )
    return drawn


def length_bins(frame: pd.DataFrame, most: int = BINS) -> pd.DataFrame:
    """`Detail.lengths` in at most `most` bins of equally many lengths: columns low, high (both within), count.

    >>> length_bins(pd.DataFrame({"length": [1, 2, 7], "count": [5, 1, 2]}), most=4)
       low  high  count
    0    1     2      6
    1    7     8      2
    """
    if frame.empty:
        return pd.DataFrame({"low": [], "high": [], "count": []}, dtype=np.int64)
    shortest = int(frame["length"].min())
    width = -(-(int(frame["length"].max()) - shortest + 1) // most)
    low = shortest + (frame["length"] - shortest) // width * width
    counted = frame.groupby(low)["count"].sum()
    return pd.DataFrame({"low": counted.index, "high": counted.index + width - 1, "count": counted.to_numpy()})


def words(detail: Detail, *, dark: bool = False) -> go.Figure:
    """The most frequent words of a text column, and how many rows hold each."""
    frame = detail.words
    if frame.empty:
        return _nothing(dark, detail.name, "No word of three letters or more")
    sample = f"<br>{detail.sample.words}" if detail.sample.words else ""
    hover = [
        f"{plain(word)}: {number_of(count, 'time')}, in {number_of(rows, 'row')}"
        for word, count, rows in zip(frame["word"], frame["count"], frame["rows"], strict=True)
    ]
    title = f"Occurrences of the {number_of(len(frame), 'most frequent word')}{sample}"
    return _ranking(dark, detail.name, title, (distinct(frame["word"], LABEL), frame["count"], hover))


def calendar(detail: Detail, part: str = "year", *, dark: bool = False) -> go.Figure:
    """The rows of each year (a line) or of each month, weekday or hour (bars)."""
    frame = detail.calendar[detail.calendar["part"] == part]
    if frame.empty:
        midnights = part == "hour" and len(detail.calendar)
        return _nothing(dark, detail.name, "All times are midnight" if midnights else f"No {part} to draw")
    drawn = figure(dark, x=f"{PARTS[part]} of {plain(detail.name, LABEL)}", y="Rows", yaxis={"rangemode": "tozero"})
    look: dict[str, Any] = {
        "y": frame["count"],
        "customdata": _counted(frame["label"], frame["count"]),
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    if part == "year":
        drawn.add_scatter(x=frame["value"], mode="lines+markers", line={"color": palette(dark).accent}, **look)
        drawn.update_xaxes(tickformat="d")
    else:
        drawn.add_bar(x=frame["value"], marker={"color": palette(dark).accent}, **look)
        drawn.update_xaxes(
            tickvals=frame["value"], ticktext=[label.removesuffix(":00")[:3] for label in frame["label"]]
        )
    return drawn


def _bars(dark: bool, x: str, y: str, bargap: float) -> go.Figure:
    return figure(dark, x=plain(x), y=y, bargap=bargap, showlegend=False, yaxis={"rangemode": "tozero"})


def _ranking(dark: bool, name: str, title: str, bars: tuple[list[str], pd.Series, list[str]]) -> go.Figure:
    """Horizontal bars, the first on top: labels, lengths and hover texts."""
    labels, counts, hover = bars
    drawn = figure(
        dark,
        x=title,
        y=plain(name, LABEL),
        height=110 + 24 * len(labels),
        showlegend=False,
        yaxis={"autorange": "reversed", "type": "category"},
        xaxis={"rangemode": "tozero"},
    )
    drawn.add_bar(
        x=counts,
        y=labels,
        orientation="h",
        marker={"color": palette(dark).accent},
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    return drawn


def _counted(names: Iterable[str], counts: pd.Series) -> list[str]:
    return [f"{name}: {number_of(count, 'row')}" for name, count in zip(names, counts, strict=True)]


def _ranges(detail: Detail) -> list[str]:
    """Each bin in words; a bin of one whole number is that number."""
    frame = detail.histogram
    low, high = frame["low"].to_numpy(), frame["high"].to_numpy()
    if detail.kind == "datetime":
        ends = [as_text(moment.astype("datetime64[s]")) for moment in (*low, high[-1])]
    elif detail.kind == "integer" and np.all(low % 1 == 0.5):
        return [
            rounded(first) if first == last else f"{rounded(first)} to {rounded(last)}"
            for first, last in zip(low + 0.5, high - 0.5, strict=True)
        ]
    else:
        ends = [rounded(edge) for edge in (*low, high[-1])]
    return [f"{first} to {last}" for first, last in pairwise(ends)]


def _nothing(dark: bool, name: str, message: str) -> go.Figure:
    """A figure that says why it is empty."""
    drawn = figure(dark, x=plain(name), y="")
    drawn.add_annotation(text=message, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    drawn.update_xaxes(showticklabels=False, showgrid=False, zeroline=False)
    drawn.update_yaxes(showticklabels=False, showgrid=False, zeroline=False)
    return drawn

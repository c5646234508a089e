"""Charts of what differs between two parts: how far each column shifted, and one column closely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.template import distinct, figure, palette, plain, translucent
from backends.datasets.wording import number_of
from backends.profiling.shares import percent
from backends.profiling.shift.compare import MATTERS

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from backends.profiling.shift import Shift

SHOWN = 30


def shift_frame(shift: Shift) -> pd.DataFrame:
    """The 30 columns with the largest PSI, with their labels."""
    rows = shift.table[shift.table["psi"].notna()].head(SHOWN)
    return rows.assign(label=distinct(rows["column"])).reset_index(drop=True)


def shift_ranking(shift: Shift, dark: bool = False) -> go.Figure:
    """A dot per column at its PSI; those that shifted are filled, in the warning colour.

    Says how many columns are shown, and how many have levels that are in one part only.
    """
    colours, frame = palette(dark), shift_frame(shift)
    many = f"{len(frame)} of {number_of(len(shift.table), 'column')}, the largest shift first"
    titles = ("Population stability index (PSI)", many, _one_sided_columns(frame), shift.sample.words)
    drawn = figure(
        dark,
        x="<br>".join(filter(None, titles)),
        y="",
        height=140 + 26 * len(frame),
        xaxis={"rangemode": "tozero"},
        yaxis={"autorange": "reversed", "type": "category", "categoryorder": "array", "categoryarray": frame["label"]},
    )
    drawn.add_vline(x=MATTERS, line={"color": colours.muted, "dash": "dot", "width": 1})
    looks = ((frame["shifted"], "shifted", colours.warning), (~frame["shifted"], "not shifted", colours.muted))
    for marked, name, colour in looks:
        rows = frame[marked]
        drawn.add_scatter(
            x=rows["psi"],
            y=rows["label"],
            mode="markers",
            name=name,
            marker={
                "size": 11,
                "color": colour if name == "shifted" else colours.surface,
                "line": {"color": colour, "width": 2},
            },
            customdata=[_words(row) for row in rows.itertuples()],
            hovertemplate="%{customdata}<extra></extra>",
        )
    return drawn


def shift_of_column(frame: pd.DataFrame, column: str, labels: tuple[str, str], dark: bool = False) -> go.Figure:
    """The shares of one column's bins or levels in the two parts, one over the other (frame of `shift_of`)."""
    colours = palette(dark)
    drawn = figure(
        dark,
        x=plain(column),
        y="Share of the rows<br>of the part",
        xaxis={"type": "category"},
        yaxis={"tickformat": ".0%", "rangemode": "tozero"},
        barmode="overlay",
        bargap=0.1,
    )
    looks = (("before", colours.accent, ""), ("after", colours.warning, "/"))
    groups = distinct(frame["label"])
    for (side, colour, pattern), label in zip(looks, labels, strict=True):
        drawn.add_bar(
            x=groups,
            y=frame[side],
            name=plain(label),
            marker={
                "color": translucent(colour, 0.4),
                "line": {"color": colour, "width": 1},
                "pattern": {"shape": pattern, "fgcolor": colour},
            },
            customdata=[
                f"{percent(share)} ({number_of(rows, 'row')})"
                for share, rows in zip(frame[side], frame[f"rows_{side}"], strict=True)
            ],
            hovertemplate=f"%{{x}}: %{{customdata}}<extra>{plain(label)}</extra>",
        )
    return drawn


def _words(row: Any) -> str:
    """One column in words: "age: PSI 0.310, Wasserstein 0.420, Kolmogorov–Smirnov q 0.001, shifted"."""
    measured = "" if np.isnan(row.distance) else f", {row.size} {row.distance:.3f}"
    tested = f", {row.note}" if np.isnan(row.q) else f", {row.test} q {row.q:.2g}"
    known = levels_in_one_part(row.levels_only_before, row.levels_only_after)
    words = f"{plain(row.column)}: PSI {row.psi:.3f}{measured}{tested}, {'shifted' if row.shifted else 'not shifted'}"
    return f"{words}<br>{known}" if known else words


def levels_in_one_part(before: float, after: float) -> str:
    """How many levels are in one part only, in words; empty where none is, and for what has no levels (NaN).

    >>> levels_in_one_part(2.0, 1.0), levels_in_one_part(0.0, 3.0), levels_in_one_part(0.0, float("nan"))
    ('2 levels only in the first, 1 level only in the second', '3 levels only in the second', '')
    """
    counts = {"first": before, "second": after}
    return ", ".join(f"{number_of(int(n), 'level')} only in the {part}" for part, n in counts.items() if n > 0)


def _one_sided_columns(frame: pd.DataFrame) -> str:
    columns = int((frame[["levels_only_before", "levels_only_after"]] > 0).any(axis=1).sum())
    return f"{number_of(columns, 'column')} with levels in one part only" if columns else ""

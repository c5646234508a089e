"""Charts of where a model fails: the error tree, the worst cohorts, and where two models disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.template import distinct, figure, palette, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from backends.explanations.disagreement import Disagreement
    from backends.explanations.slices import ErrorTree, WorstCohorts

SHOWN = 20  # cohorts in one picture
LONGEST = 140  # characters of a cohort's label
POINTS = 5_000


def error_tree(tree: ErrorTree, dark: bool = False) -> go.Figure:
    """The parts of the held-out rows, all of them at the left, the leaves at the right: height is rows, colour errors.

    Parts without a row are left out.
    """
    colours = palette(dark)
    nodes = tree.nodes[tree.nodes["rows"] > 0]
    height = 110 + 44 * max(int(nodes["leaf"].sum()), 3)
    texts = {"minsize": 10, "mode": "hide"}  # what does not fit is in the hover text
    drawn = figure(dark, x="", y="", height=height, margin={"t": 8, "l": 8, "b": 8}, uniformtext=texts)
    drawn.add_icicle(
        ids=nodes["id"].astype(str).tolist(),
        parents=["" if parent < 0 else str(parent) for parent in nodes["parent"]],
        labels=[_label(row) for row in nodes.itertuples()],
        textfont={"color": colours.text},
        values=nodes["rows"].tolist(),
        branchvalues="total",
        sort=False,
        text=[f"{row.error:.1%} of {row.rows:,} wrong" for row in nodes.itertuples()],
        texttemplate="%{label}<br>%{text}",
        customdata=[_node(row, tree.rows) for row in nodes.itertuples()],
        hovertemplate="%{customdata}<extra></extra>",
        marker={
            "colors": nodes["error"].tolist(),
            "colorscale": [
                [0, mixed(colours.muted, colours.surface, 0.15)],
                [1, mixed(colours.warning, colours.surface, 0.5)],
            ],
            "cmin": 0,
            "cmax": max(float(nodes["error"].max()), 0.01) if len(nodes) else 1,
            "line": {"color": colours.surface, "width": 2},
            "colorbar": {"title": "Error rate", "tickformat": ".0%", "thickness": 12, "outlinewidth": 0},
            "showscale": True,
        },
        tiling={"orientation": "h", "pad": 2},
        pathbar={"visible": False},
    )
    return drawn


def cohort_errors_frame(worst: WorstCohorts) -> pd.DataFrame:
    """The first 20 cohorts: label and the columns of `WorstCohorts.frame`."""
    rows = worst.frame.head(SHOWN)
    return rows.assign(label=distinct(rows["words"], LONGEST)).reset_index(drop=True)


def cohort_errors(worst: WorstCohorts, dark: bool = False) -> go.Figure:
    """A dot with its interval per cohort, the surest first, and a line at the mean of all rows."""
    colours, frame = palette(dark), cohort_errors_frame(worst)
    many = f"{len(frame)} of {worst.found} cohorts, the surest first" if worst.found > len(frame) else ""
    name = worst.loss[:1].upper() + worst.loss[1:]
    title = "<br>".join(filter(None, (f"{name} with 95 % interval; dotted: all {worst.rows:,} rows", many)))
    share = {"tickformat": ".0%", "rangemode": "tozero"} if worst.rate else {"rangemode": "tozero"}
    labels = [_wrapped(label) for label in frame["label"]]
    drawn = figure(
        dark,
        x=title,
        y="",
        height=130 + 20 * len(labels) * (1 + max((label.count("<br>") for label in labels), default=0)),
        xaxis=share,
        yaxis={"autorange": "reversed", "type": "category"},
        showlegend=False,
    )
    drawn.add_scatter(
        x=frame["value"],
        y=labels,
        mode="markers",
        marker={"size": 11, "color": colours.warning},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": frame["high"] - frame["value"],
            "arrayminus": frame["value"] - frame["low"],
            "color": colours.warning,
            "thickness": 2,
            "width": 0,
        },
        customdata=[_cohort(row, worst.rate) for row in frame.itertuples()],
        hovertemplate="%{customdata}<extra></extra>",
    )
    if not np.isnan(worst.overall):
        drawn.add_vline(x=worst.overall, line={"color": colours.muted, "dash": "dot", "width": 1.5})
    return drawn


def disagreement_points_frame(compared: Disagreement, seed: int = 0) -> pd.DataFrame:
    """At most 5,000 rows of `Disagreement.points`: first those decided differently, then a seeded sample of others."""
    points = compared.points
    if len(points) <= POINTS:
        return points.reset_index(drop=True)
    random, differ = np.random.default_rng(seed), points["differ"].to_numpy()
    order = np.concatenate([random.permutation(np.flatnonzero(differ)), random.permutation(np.flatnonzero(~differ))])
    return points.iloc[np.sort(order[:POINTS])].reset_index(drop=True)


def disagreement_points(compared: Disagreement, dark: bool = False) -> go.Figure:
    """Each row by its probability in the two models; rows decided differently carry the colour of who is right."""
    colours, frame = palette(dark), disagreement_points_frame(compared)
    first, second = (plain(title, 40) for title in compared.titles)
    whose = plain(compared.classes[1], 30) if len(compared.classes) == 2 else "the true class"
    shown = _shown(frame, compared)
    drawn = figure(
        dark,
        x="<br>".join(filter(None, (f"Probability of {whose}, {first}", shown))),
        y=f"Probability of {whose},<br>{second}",
        height=520,
        xaxis={"range": [-0.02, 1.02]},
        yaxis={"range": [-0.02, 1.02]},
    )
    drawn.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line={"color": colours.muted, "dash": "dot", "width": 1})
    outcome = frame["outcome"].where(frame["differ"], "same decision")
    looks = (
        ("same decision", "same decision", colours.muted, "circle", 0.35),
        ("only the first is right", f"only {first} is right", colours.series[0], "diamond", 0.9),
        ("only the second is right", f"only {second} is right", colours.series[1], "square", 0.9),
        ("both wrong", "different, both wrong", colours.series[3], "x", 0.9),
    )
    for key, name, colour, symbol, opacity in looks:
        rows = frame[outcome == key]
        if len(rows):
            drawn.add_scatter(
                x=rows["first_probability"],
                y=rows["second_probability"],
                mode="markers",
                name=f"{name} ({len(rows):,})",
                marker={"size": 5 if symbol == "circle" else 7, "color": colour, "symbol": symbol, "opacity": opacity},
                customdata=[_point(row, compared.titles) for row in rows.itertuples()],
                hovertemplate="%{customdata}<extra></extra>",
            )
    return drawn


def mixed(colour: str, other: str, share: float) -> str:
    """A share of one colour in another.

    >>> mixed("#FF0000", "#FFFFFF", 0.5)
    '#ff8080'
    """
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(share * one + (1 - share) * two):02x}" for one, two in pairs)


def _shown(frame: pd.DataFrame, compared: Disagreement) -> str:
    """What was left out of the picture, in words."""
    if len(frame) == compared.rows:
        return ""
    differ = int(frame["differ"].sum())
    return (
        f"{differ:,} of {compared.differ:,} rows decided differently and a random sample of "
        f"{len(frame) - differ:,} of {compared.rows - compared.differ:,} others"
    )


def _label(row: Any) -> str:
    """The column on one line, what is asked of it on the next."""
    asked = row.words.removeprefix(row.column).strip()
    return f"{plain(row.column, 30)}<br>{plain(asked, 30)}" if row.column else plain(row.words)


def _node(row: Any, rows: int) -> str:
    share = "" if np.isnan(row.share) else f"<br>{row.share:.0%} of all errors on {row.rows / rows:.0%} of the rows"
    return (
        f"{_wrapped(plain(row.path, 200))}<br>{row.errors:,} of {row.rows:,} rows wrong: {row.error:.1%} "
        f"({row.low:.1%}–{row.high:.1%}){share}"
    )


def _cohort(row: Any, rate: bool) -> str:
    form = ".1%" if rate else ".3g"
    value, low, high, rest, least, most = (
        f"{number:{form}}"
        for number in (row.value, row.low, row.high, row.rest, row.difference_low, row.difference_high)
    )
    return (
        f"{_wrapped(plain(row.words, 200))}<br>{value} ({low}–{high}) on {row.rows:,} rows, "
        f"{rest} on the others<br>worse by {least} to {most}"
    )


def _point(row: Any, titles: tuple[str, str]) -> str:
    first, second = (plain(title, 40) for title in titles)
    return (
        f"held-out row {row.position:,}, truly {plain(row.truth, 30)}<br>"
        f"{first}: {plain(row.first, 30)} ({row.first_probability:.3f})<br>"
        f"{second}: {plain(row.second, 30)} ({row.second_probability:.3f})"
    )


def _wrapped(words: str) -> str:
    """One line per condition."""
    return words.replace(" and ", "<br>and ")

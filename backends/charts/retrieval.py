"""Charts of how well a collection is searched: one configuration, or two of them question by question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.charts.template import distinct, figure, palette, plain
from backends.datasets.wording import number_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from backends.retrieval.evaluation import Evaluation, Paired

SHARE = {"range": [-0.01, 1.01], "tickformat": ".0%"}
QUESTIONS_SHOWN = 400  # bars in one picture; of more, those that differ most
_RANKS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, np.inf))
_OUTCOMES = (("win", "better"), ("loss", "worse"))


def retrieval_measures_frame(evaluations: Sequence[Evaluation]) -> pd.DataFrame:
    """Every measure that is a share: columns configuration, metric, title, value, low, high, questions."""
    titles = distinct([evaluation.title for evaluation in evaluations], length=40)
    parts = []
    for title, evaluation in zip(titles, evaluations, strict=True):
        shares = evaluation.summary[evaluation.summary["unit"] == "share"].reset_index()
        parts.append(shares.assign(configuration=title))
    columns = ["configuration", "metric", "title", "value", "low", "high", "questions"]
    return pd.concat(parts, ignore_index=True)[columns]


def retrieval_measures(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """A dot with its 95 % interval per measure and configuration, those of one measure close together."""
    colours = palette(dark)
    titles = list(dict.fromkeys(frame["title"]))
    configurations = list(dict.fromkeys(frame["configuration"]))
    places = {title: float(place) for place, title in enumerate(titles)}
    drawn = figure(
        dark, x="Share, with its 95 % interval over questions", y="", height=130 + 44 * len(titles), xaxis=SHARE,
        yaxis={"tickvals": list(places.values()), "ticktext": titles, "range": [len(titles) - 0.5, -0.5],
               "zeroline": False},
    )  # fmt: skip
    for number, name in enumerate(configurations):
        rows = frame[frame["configuration"] == name]
        colour = colours.series[number % len(colours.series)]
        aside = 0.3 * (number - (len(configurations) - 1) / 2) / max(1, len(configurations) - 1)
        drawn.add_scatter(
            x=rows["value"], y=[places[title] + aside for title in rows["title"]], mode="markers", name=name,
            marker={"size": 10, "color": colour, "symbol": number % 8},
            error_x={
                "type": "data", "symmetric": False, "array": rows["high"] - rows["value"],
                "arrayminus": rows["value"] - rows["low"], "color": colour, "thickness": 2, "width": 0,
            },
            customdata=[
                f"{title}: {value:.3f} ({low:.3f}–{high:.3f}), {number_of(int(count), 'question')}"
                for title, value, low, high, count in rows[["title", "value", "low", "high", "questions"]].to_numpy()
            ],
            hovertemplate=f"%{{customdata}}<extra>{name}</extra>",
        )  # fmt: skip
    return drawn


def question_differences_frame(paired: Paired, metric: str | None = None) -> pd.DataFrame:
    """The questions by how much the second configuration is better: id, question, a, b, difference, outcome.

    `metric` is that of the paired test's summary, by default its first. Of more than 400 questions those that differ
    most are kept.
    """
    rows = paired.questions[paired.questions["metric"] == (metric or paired.summary.index[0])]
    most = rows.loc[rows["difference"].abs().nlargest(QUESTIONS_SHOWN).index]
    columns = ["id", "question", "a", "b", "difference", "outcome"]
    return most.sort_values(["difference", "id"], ascending=[False, True])[columns].reset_index(drop=True)


def question_differences(
    frame: pd.DataFrame, title: str = "nDCG", names: tuple[str, str] = ("a", "b"), *, dark: bool = False
) -> go.Figure:
    """A bar per question that differs, the largest gain of the second configuration first, the largest loss last.

    `title` is the metric in words, `names` are the two configurations.
    """
    colours, (first, second) = palette(dark), [plain(name, 40) for name in names]
    ties = int((frame["outcome"] == "tie").sum())
    drawn = figure(
        dark, x=f"Questions, the largest gain first ({number_of(ties, 'tie')} without a bar)",
        y=f"{title}: {second}<br>minus {first}", xaxis={"showticklabels": False, "showgrid": False}, bargap=0.1,
    )  # fmt: skip
    looks = dict(zip(("win", "loss"), (colours.accent, colours.warning), strict=True))
    for outcome, word in _OUTCOMES:
        rows = frame[frame["outcome"] == outcome]
        drawn.add_bar(
            x=rows.index, y=rows["difference"], name=f"{word} with {second} ({len(rows):,})",
            marker={"color": looks[outcome], "line": {"width": 0}},
            customdata=[_change(row) for row in rows.itertuples()], hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    if ties == len(frame):
        drawn.add_annotation(text="No question differs", x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    return drawn


def _change(row: Any) -> str:
    return f"{plain(row.question, 90)}<br>{row.a:.3f} → {row.b:.3f} ({row.difference:+.3f})"


def first_relevant_frame(evaluations: Sequence[Evaluation]) -> pd.DataFrame:
    """At which rank the first relevant one is found: columns configuration, rank, questions, share.

    Only questions with something relevant count; "not found" is the last row of each configuration.
    """
    titles = distinct([evaluation.title for evaluation in evaluations], length=40)
    parts = []
    for title, evaluation in zip(titles, evaluations, strict=True):
        ranks = evaluation.questions.loc[evaluation.questions["answerable"], "first_rank"]
        counts = [int(ranks.between(low, high).sum()) for low, high in _RANKS] + [int(ranks.isna().sum())]
        labels = [*(_rank(low, high) for low, high in _RANKS), "not found"]
        part = pd.DataFrame({"configuration": title, "rank": labels, "questions": counts})
        parts.append(part.assign(share=part["questions"] / max(1, len(ranks))))
    return pd.concat(parts, ignore_index=True)


def _rank(low: float, high: float) -> str:
    if low == high:
        return f"{low:.0f}"
    return f"{low:.0f}–{high:.0f}" if np.isfinite(high) else f"over {low - 1:.0f}"


def first_relevant(frame: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """How many questions have their first relevant passage at each rank (frame of `first_relevant_frame`)."""
    colours = palette(dark)
    used = frame.groupby("rank", sort=False)["questions"].sum()
    ranks = [rank for rank in used.index if used[rank] or rank in ("1", "not found")]
    drawn = figure(
        dark, x="Rank of the first relevant one", y="Share of the questions", barmode="group",
        xaxis={"type": "category", "categoryorder": "array", "categoryarray": ranks},
        yaxis={"tickformat": ".0%", "rangemode": "tozero"},
    )  # fmt: skip
    for number, (name, rows) in enumerate(frame[frame["rank"].isin(ranks)].groupby("configuration", sort=False)):
        drawn.add_bar(
            x=rows["rank"], y=rows["share"], name=str(name),
            marker={"color": colours.series[number % len(colours.series)]},
            customdata=[number_of(int(count), "question") for count in rows["questions"]],
            hovertemplate=f"rank %{{x}}: %{{customdata}} (%{{y:.1%}})<extra>{name}</extra>",
        )  # fmt: skip
    return drawn


def abstention(frame: pd.DataFrame, threshold: float | None = None, *, dark: bool = False) -> go.Figure:
    """What is refused against what is lost, over all thresholds (frame of `evaluation.abstention.tradeoff`).

    Up and to the left is better; `threshold` is the one in use, which is marked.
    """
    colours = palette(dark)
    drawn = figure(
        dark, x="Lost: questions with an answer<br>that are not answered",
        y="Refused: questions without an answer<br>that are not answered", xaxis=SHARE, yaxis=SHARE,
    )  # fmt: skip
    drawn.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="guessing", hoverinfo="skip",
        line={"color": colours.muted, "dash": "dot", "width": 1.5},
    )  # fmt: skip
    hover = "under %{customdata}: %{y:.1%} refused, %{x:.1%} lost<extra></extra>"
    drawn.add_scatter(
        x=frame["lost"], y=frame["refused"], mode="lines", name="all thresholds",
        line={"color": colours.accent, "shape": "hv", "width": 2}, customdata=_thresholds(frame), hovertemplate=hover,
    )  # fmt: skip
    if threshold is not None:
        used = frame[frame["threshold"] >= threshold].iloc[:1]
        drawn.add_scatter(
            x=used["lost"], y=used["refused"], mode="markers", name=f"in use: {threshold:.3f}",
            marker={"size": 12, "symbol": "diamond", "color": colours.warning}, customdata=[f"{threshold:.3f}"],
            hovertemplate=hover,
        )  # fmt: skip
    return drawn


def _thresholds(frame: pd.DataFrame) -> list[str]:
    return [f"{value:.3f}" if np.isfinite(value) else "any" for value in frame["threshold"]]

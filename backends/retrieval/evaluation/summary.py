"""The figures of a whole question set, with their intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.datasets.wording import per_cent
from backends.retrieval.evaluation.bootstrap import RESAMPLES, intervals, percentile_intervals
from backends.retrieval.evaluation.metrics import METRICS

FEW = 30  # questions under which the percentile bootstrap is known to give intervals that are too narrow
LATENCY = {"latency_p50": 0.5, "latency_p95": 0.95}
COLUMNS = ("title", "meaning", "unit", "value", "low", "high", "questions", "lower_is_better")


@dataclass(frozen=True)
class Share:
    """A share of some of the questions, besides the metrics of the ranking."""

    key: str
    title: str
    meaning: str
    of: Callable[[pd.DataFrame], pd.Series]
    lower_is_better: bool = False


SHARES: tuple[Share, ...] = (
    Share(
        "refused",
        "Unanswerable refused",
        "Share of the questions without an answer that are not answered",
        lambda frame: frame["refused"].where(~frame["answerable"]),
    ),
    Share(
        "lost",
        "Answerable lost",
        "Share of the questions with an answer that are not answered",
        lambda frame: frame["refused"].where(frame["answerable"]),
        lower_is_better=True,
    ),
    Share(
        "cited",
        "Relevant cited",
        "Share of the questions with an answer whose citations hold something relevant",
        lambda frame: frame["cited"],
    ),
    Share(
        "citation_precision",
        "Citation precision",
        "Share of the citations of an answer that are relevant",
        lambda frame: frame["citation_precision"],
    ),
)


def summary(questions: pd.DataFrame, k: int, resamples: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """The means of a frame of questions with their intervals, and the median and 95th percentile of the milliseconds.

    What nothing is known of has no row. All means share the draws of questions; means over some of the questions
    (such as the answerable ones) draw from these alone.
    """
    told = {metric.name(k): (metric.label(k), metric.meaning, False) for metric in METRICS}
    told |= {one.key: (one.title, one.meaning, one.lower_is_better) for one in SHARES}
    values = questions[[metric.name(k) for metric in METRICS]].assign(**{one.key: one.of(questions) for one in SHARES})
    means = _means(values, resamples, seed)
    rows = {
        key: (title, meaning, "share", *means[key], lower)
        for key, (title, meaning, lower) in told.items()
        if key in means
    }
    times = questions["milliseconds"].to_numpy(dtype=float)
    low, high = percentile_intervals(times, tuple(LATENCY.values()), resamples, seed)
    for place, (key, share) in enumerate(LATENCY.items()):
        ends = (float(np.quantile(times, share)), low[place], high[place], len(times))
        rows[key] = (
            f"Latency p{100 * share:.0f}",
            f"{per_cent(share)} of the searches are as quick",
            "ms",
            *ends,
            True,
        )
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS))
    return table.rename_axis("metric")


def _means(values: pd.DataFrame, resamples: int, seed: int) -> dict[str, tuple[float, float, float, int]]:
    """Mean, low, high and count of each column that has any value; columns of the same questions are drawn at once."""
    together: dict[bytes, list[str]] = {}
    for column in values:
        known = values[column].notna().to_numpy()
        if known.any():
            together.setdefault(known.tobytes(), []).append(str(column))
    means = {}
    for names in together.values():
        numbers = values[names].dropna().to_numpy(dtype=float)
        low, high = intervals(numbers, resamples, seed)
        for place, name in enumerate(names):
            means[name] = (float(numbers[:, place].mean()), float(low[place]), float(high[place]), len(numbers))
    return means


def summary_notes(questions: pd.DataFrame, table: pd.DataFrame, main: str) -> tuple[str, ...]:
    """What the figures cannot say: sentences about too few questions, or none of a kind."""
    answerable = int(questions["answerable"].sum())
    if not answerable:
        return ("No question has a relevant document, so that the ranking cannot be judged.",)
    width = float(table["high"][main] - table["low"][main])
    return few_questions(answerable, str(table["title"][main]), width)


def few_questions(count: int, title: str, width: float) -> tuple[str, ...]:
    """The warning about a small set; `width` is that of the interval of the metric `title`.

    >>> few_questions(5, "nDCG@10", 0.42)[0]
    '5 questions are few: nDCG@10 is known to about ± 0.21 only, and smaller differences cannot be told from chance.'
    >>> few_questions(225, "nDCG@10", 0.05)
    ()
    """
    if count >= FEW:
        return ()
    start = "1 question is" if count == 1 else f"{count} questions are"
    if not width > 0:
        return (f"{start} too few to tell how far {title} would move with others: all have the same value.",)
    known = f"{title} is known to about ± {width / 2:.2f} only"
    return (f"{start} few: {known}, and smaller differences cannot be told from chance.",)

"""What one evaluation found, as frames that can be downloaded, drawn and kept as JSON."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from backends.retrieval.evaluation.metrics import METRICS

FORMAT = 1
_TEXT = {"id", "question", "title", "document", "metric", "meaning", "unit", "outcome"}
_YES_NO = {"answerable", "lower_is_better", "significant"}


@dataclass(frozen=True)
class Evaluation:
    """One configuration, judged on one question set.

    `questions` has a row per question: id, question, answerable, relevant (how much is known to be), found (how much
    of it is in the first k), first_rank (of the first relevant one, NaN where none was found), milliseconds,
    confidence, refused and cited (NaN where that was not asked for), and every metric by its name (NaN for questions
    without anything relevant). `summary`, indexed by metric, has title, meaning, unit ("share" or "ms"), value, low
    and high (95 % bootstrap interval), questions (how many count) and lower_is_better. `places` has the judged
    ranking: id, rank, document, chunk, start, end, grade (-1 was never judged).
    """

    title: str
    k: int
    questions: pd.DataFrame
    summary: pd.DataFrame
    places: pd.DataFrame
    threshold: float | None = None  # confidence under which a question was refused
    notes: tuple[str, ...] = ()

    @property
    def main(self) -> str:
        """The metric that configurations are ranked by: nDCG at k."""
        return METRICS[0].name(self.k)

    @property
    def metrics(self) -> list[str]:
        """The names of the metrics of the ranking, in the order of the table."""
        return [metric.name(self.k) for metric in METRICS]

    def value(self, metric: str) -> float:
        """One value of the summary, NaN where it could not be measured."""
        return float(self.summary["value"].get(metric, np.nan))

    def to_json(self) -> dict[str, Any]:
        """Everything, ready for `json.dumps`: frames as columns and rows, NaN as null."""
        return {"format": FORMAT, **_plain(self)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Evaluation:
        """What `to_json` gave."""
        return cls(**_built(cls, stored))


@dataclass(frozen=True)
class Paired:
    """Two configurations, question by question, over the questions that have something relevant.

    `summary`, indexed by metric, has title, a, b, difference (b − a), low and high (95 % bootstrap interval of the
    difference), p (randomisation test), p_adjusted (Holm, over the metrics), significant (p_adjusted ≤ 0.05), wins,
    ties and losses of b, questions, and detectable (the true difference that would be found four times in five, NaN
    where the questions do not differ). `questions` has a row per question and metric: id, question, metric, a, b,
    difference, outcome ("win", "tie" or "loss" of b). `moves` has the documents that changed rank within the first k:
    id, document, grade, rank_a and rank_b (NaN where it is not among them).
    """

    title_a: str
    title_b: str
    k: int
    summary: pd.DataFrame
    questions: pd.DataFrame
    moves: pd.DataFrame
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Everything, ready for `json.dumps`."""
        return {"format": FORMAT, **_plain(self)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Paired:
        """What `to_json` gave."""
        return cls(**_built(cls, stored))


def _plain(result: Evaluation | Paired) -> dict[str, Any]:
    values = {field.name: getattr(result, field.name) for field in fields(result)}
    return {name: _rows(value) if isinstance(value, pd.DataFrame) else value for name, value in values.items()}


def _rows(frame: pd.DataFrame) -> dict[str, Any]:
    whole = frame.reset_index() if frame.index.name else frame
    objects = whole.astype(object).where(whole.notna(), None)
    return {"columns": list(whole.columns), "rows": objects.to_numpy().tolist(), "index": frame.index.name}


def _built(kind: type, stored: dict[str, Any]) -> dict[str, Any]:
    values = {field.name: stored[field.name] for field in fields(kind)}
    built = {name: _frame(value) if isinstance(value, dict) else value for name, value in values.items()}
    return {**built, "notes": tuple(stored["notes"])}


def _frame(stored: dict[str, Any]) -> pd.DataFrame:
    """A stored frame, with the types that its columns have however few rows there are."""
    frame = pd.DataFrame(stored["rows"], columns=stored["columns"])
    for column in frame:
        kind: type[Any] = str if column in _TEXT else bool if column in _YES_NO else float
        if kind is not float or frame[column].isna().any() or frame.empty:
            frame[column] = frame[column].astype(kind)
    return frame.set_index(stored["index"]) if stored["index"] else frame

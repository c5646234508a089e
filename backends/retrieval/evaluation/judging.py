"""Asking every question of a set, and judging what is found."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.retrieval.answering.answer import Answer
from backends.retrieval.evaluation.bootstrap import RESAMPLES
from backends.retrieval.evaluation.metrics import METRICS, measured
from backends.retrieval.evaluation.questions import Question, QuestionSet
from backends.retrieval.evaluation.relevance import Name, Placed, document_name, grades, judged, placed
from backends.retrieval.evaluation.result import Evaluation
from backends.retrieval.evaluation.summary import summary, summary_notes
from backends.retrieval.search.hit import Found

Progress = Callable[[int, int], None]  # questions done, of how many
_PLACES = ("id", "rank", "document", "chunk", "start", "end", "grade")


@dataclass(frozen=True)
class Judging:
    """How to judge. `k` is where rankings are cut; ask for more hits than that, for MAP and for ranks beyond it.

    `reader` is the search as a reader has it, with fewer hits than the one that is judged: it is timed, and what it
    finds is answered. Without it the one search serves for all. With `confidence` and `threshold`, abstaining is
    judged: a question is refused where its confidence is below. With `answer`, so are the citations, and whether it
    abstained is taken from the answer.
    """

    title: str = ""
    k: int = 10
    name: Name = document_name
    reader: Callable[[str], Found] | None = None
    confidence: Callable[[Found], float] | None = None
    threshold: float | None = None
    answer: Callable[[Found], Answer] | None = None
    seed: int = 0
    resamples: int = RESAMPLES


def evaluate(
    search: Callable[[str], Found],
    asked: QuestionSet,
    judging: Judging | None = None,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """Ask every question of the set with `search`, and judge what it finds.

    The metrics are means over the questions with something relevant; a question whose search finds nothing counts 0
    (``-c`` of trec_eval). The questions without are for abstaining alone. Milliseconds are those of one search, as the
    clock on the wall says. When it is cancelled, the questions so far are judged, and a note says so. Raises
    WorkbenchError when there is no question to judge.
    """
    judging = judging or Judging()
    if judging.k < 1:
        raise WorkbenchError(f"k is {judging.k}; nothing can be judged.", hint="Choose 1 or more.")
    rows: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    noted: dict[str, int] = {}
    for number, question in enumerate(asked.questions):
        if cancelled():
            break
        row, ranking, found = _asked(search, question, judging)
        rows.append(row)
        places.extend({"id": question.id, **asdict(place)} for place in ranking)
        for note in found.notes:
            noted[note] = noted.get(note, 0) + 1
        if on_progress:
            on_progress(number + 1, len(asked))
    return _result(asked, judging, rows, places, noted)


def _asked(
    search: Callable[[str], Found], question: Question, judging: Judging
) -> tuple[dict[str, Any], tuple[Placed, ...], Found]:
    """One question: its row, its judged ranking and what was found."""
    start = time.perf_counter()
    read = (judging.reader or search)(question.text)
    milliseconds = 1000 * (time.perf_counter() - start)
    found = search(question.text) if judging.reader else read
    ranking = placed(found.hits, question, judging.name)
    ranked, known = grades(ranking), judged(question)
    first = np.flatnonzero(ranked > 0)
    row: dict[str, Any] = {
        "id": question.id,
        "question": question.text,
        "answerable": question.answerable,
        "relevant": int(np.sum(known > 0)),
        "found": int(np.sum(ranked[: judging.k] > 0)),
        "first_rank": 1.0 + first[0] if len(first) else np.nan,
        "milliseconds": milliseconds,
        **_answered(read, question, judging),
    }
    values = measured(ranked, known, judging.k)
    return {**row, **(values if question.answerable else dict.fromkeys(values, np.nan))}, ranking, found


def _answered(found: Found, question: Question, judging: Judging) -> dict[str, float]:
    """How sure the answer was, whether it was refused, and how its citations are."""
    if judging.answer is not None:
        answer = judging.answer(replace(found, hits=found.hits[: judging.k]))  # as a reader would get it
        return {
            "confidence": answer.confidence,
            "refused": float(answer.abstained),
            **citations(answer, question, judging.name),
        }
    confidence = judging.confidence(found) if judging.confidence else np.nan
    refused = float(confidence < judging.threshold) if judging.threshold is not None else np.nan
    refused = refused if np.isfinite(confidence) else np.nan
    return {"confidence": confidence, "refused": refused, "cited": np.nan, "citation_precision": np.nan}


def citations(answer: Answer, question: Question, name: Name = document_name) -> dict[str, float]:
    """Whether any citation is of something relevant ("cited"), and the share that is ("citation_precision").

    A citation is of a judged passage where the two share any character: it names single sentences. An answer without
    citations has cited 0 and no precision; a question without anything relevant has neither.
    """
    if not question.answerable:
        return {"cited": np.nan, "citation_precision": np.nan}
    names = {hit.document.id: name(hit.document) for hit in answer.found}
    given = [
        any(
            judgement.grade > 0 and judgement.document == names.get(citation.document, citation.name)
            and (judgement.start is None or judgement.end is None
                 or (citation.start < judgement.end and judgement.start < citation.end))
            for judgement in question.relevant
        )
        for sentence in answer.sentences
        for citation in sentence.citations
    ]  # fmt: skip
    return {"cited": float(any(given)), "citation_precision": float(np.mean(given)) if given else np.nan}


def _result(
    asked: QuestionSet,
    judging: Judging,
    rows: list[dict[str, Any]],
    places: list[dict[str, Any]],
    noted: dict[str, int],
) -> Evaluation:
    if not rows:
        raise WorkbenchError("No question was asked, so that nothing can be judged.", hint="Give a question.")
    frame = pd.DataFrame(rows)
    table = summary(frame, judging.k, judging.resamples, judging.seed)
    stopped = f"Cancelled after {len(rows):,} of {len(asked):,} questions; the figures are of these."
    notes = (
        *asked.notes,
        *([stopped] if len(rows) < len(asked) else []),
        *summary_notes(frame, table, METRICS[0].name(judging.k)),
        *(f"{note} ({count:,} of {len(rows):,} questions)" for note, count in noted.items()),
    )
    return Evaluation(
        judging.title or asked.name,
        judging.k,
        frame,
        table,
        pd.DataFrame(places, columns=list(_PLACES)),
        judging.threshold,
        notes,
    )

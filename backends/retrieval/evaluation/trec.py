"""Judgements and runs in the formats of TREC.

Judgements (qrels) are lines ``question iteration document grade``; BEIR's three columns ``question document grade``
with or without a heading line are read too. A run is lines ``question Q0 document rank score tag``, of which the rank
is not used: documents are ranked by score, and those of the same score by their name, both falling, as trec_eval does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from backends.errors import WorkbenchError
from backends.retrieval.evaluation.metrics import UNJUDGED, measured
from backends.retrieval.evaluation.questions import MOST_JUDGEMENTS

Judgements = dict[str, dict[str, int]]  # question id → document → grade
Run = dict[str, dict[str, float]]  # question id → document → score


def read_qrels(text: str) -> Judgements:
    """Judgements, in order. Raises WorkbenchError with the line for anything that is not one.

    >>> read_qrels("1 0 184 3\\n1\\tfile two.txt\\t0\\n")
    {'1': {'184': 3, 'file two.txt': 0}}
    """
    judgements: Judgements = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if number > MOST_JUDGEMENTS:
            raise WorkbenchError(f"There are more than {MOST_JUDGEMENTS:,} judgements.", hint="Give fewer questions.")
        columns = _columns(line)
        if not columns or (number == 1 and not _whole(columns[-1])):
            continue  # an empty line, or the names of the columns
        if len(columns) not in (3, 4) or not _whole(columns[-1]):
            raise _wrong_line(number, line)
        question, document, grade = columns[0], columns[-2], int(columns[-1])
        if judgements.setdefault(question, {}).setdefault(document, grade) != grade:
            raise WorkbenchError(
                f"Line {number} of the judgements grades {document!r} for question {question!r} a second time, "
                "differently.",
                hint="Keep one grade for each document.",
            )
    return judgements


def read_run(text: str) -> Run:
    """What a search found, from a run file."""
    run: Run = {}
    for number, line in enumerate(text.splitlines(), start=1):
        columns = line.split()
        if not columns:
            continue
        if len(columns) != 6 or not _number(columns[4]):
            raise WorkbenchError(
                f"Line {number} of the run is not a result: {line[:80]!r}.",
                hint="Write question, Q0, document, rank, score and tag, between spaces.",
            )
        run.setdefault(columns[0], {})[columns[2]] = float(columns[4])
    return run


def ranked_grades(scores: Mapping[str, float], judgements: Mapping[str, int]) -> np.ndarray:
    """The grades of one question's documents in trec_eval's order: integers (documents,).

    >>> ranked_grades({"a": 1.0, "b": 2.0, "c": 1.0}, {"b": 0, "c": 2})
    array([ 0,  2, -1])
    """
    order = sorted(scores, key=lambda document: (scores[document], document), reverse=True)
    return np.array([max(judgements.get(document, UNJUDGED), UNJUDGED) for document in order], dtype=np.int64)


def evaluate_run(run: Run, judgements: Judgements, k: int = 10, *, complete: bool = False) -> dict[str, float]:
    """The mean of every metric over the questions that are in both, as trec_eval gives them.

    `complete` is its ``-c``: judged questions that the run does not have count 0. Raises WorkbenchError when there is
    no question to take the mean of.
    """
    questions = [question for question in judgements if complete or question in run]
    if not questions:
        raise WorkbenchError("No question of the run was judged.", hint="Check the ids of the questions.")
    rows = [_question(run.get(question, {}), judgements[question], k) for question in questions]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def _question(scores: Mapping[str, float], judgements: Mapping[str, int], k: int) -> dict[str, float]:
    judged = np.array(list(judgements.values()), dtype=np.int64)
    return measured(ranked_grades(scores, judgements), judged, k)


def _columns(line: str) -> list[str]:
    """The fields of a line: between tabs where there are any, so that names may hold spaces."""
    if "\t" in line:
        return [field.strip() for field in line.strip().split("\t")]
    return line.split()


def _whole(text: str) -> bool:
    return text.lstrip("+-").isdecimal()


def _number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _wrong_line(number: int, line: str) -> WorkbenchError:
    return WorkbenchError(
        f"Line {number} of the judgements is not a judgement: {line[:80]!r}.",
        hint="Write question, 0, document and a whole number, between spaces or tabs.",
    )

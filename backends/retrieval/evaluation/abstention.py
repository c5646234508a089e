"""What every threshold of the confidence would refuse, and what it would lose."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError

COLUMNS = ("threshold", "refused", "lost", "refused_questions", "lost_questions")


def tradeoff(questions: pd.DataFrame) -> pd.DataFrame:
    """One row per threshold that makes a difference, rising: what is refused when the confidence is below it.

    `questions` is `Evaluation.questions`. `refused` is the share of the questions without an answer that are refused
    (more is better), `lost` that of the questions with one (less is better); beside them how many questions these
    are. The first threshold refuses nothing, the last one, infinity, everything. Raises WorkbenchError where questions
    of one kind are missing, or no confidence was asked for.

    >>> frame = pd.DataFrame({"confidence": [0.2, 0.6, 0.9], "answerable": [False, False, True]})
    >>> tradeoff(frame)[["threshold", "refused", "lost"]].to_numpy().tolist()
    [[0.2, 0.0, 0.0], [0.6, 0.5, 0.0], [0.9, 1.0, 0.0], [inf, 1.0, 1.0]]
    """
    known = questions[questions["confidence"].notna()]
    answerable, others = (np.sort(known["confidence"][known["answerable"] == kind]) for kind in (True, False))
    if not len(answerable) or not len(others):
        raise WorkbenchError(
            f"Abstaining cannot be judged on {len(answerable):,} questions with an answer and {len(others):,} without.",
            hint="Add questions of both kinds; one without a document counts as not answered by the documents.",
        )
    thresholds = np.append(np.unique(known["confidence"]), np.inf)
    refused = np.searchsorted(others, thresholds, side="left")
    lost = np.searchsorted(answerable, thresholds, side="left")
    table = (thresholds, refused / len(others), lost / len(answerable), refused, lost)
    return pd.DataFrame(dict(zip(COLUMNS, table, strict=True)))

"""Two configurations on the same questions: how far apart they are, and whether that may be chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.retrieval.evaluation.bootstrap import RESAMPLES, holm, intervals, randomisation_test
from backends.retrieval.evaluation.metrics import METRICS
from backends.retrieval.evaluation.result import Evaluation, Paired

SIGNIFICANT = 0.05
SAME = 1e-9  # values of one question that differ by less are a tie: sums in another order
_POWER = 1.959964 + 0.841621  # standard errors: two-sided test at 5 %, found in 80 % of the cases
_OUTCOMES = {-1: "loss", 0: "tie", 1: "win"}


def compare(a: Evaluation, b: Evaluation, *, resamples: int = RESAMPLES, seed: int = 0) -> Paired:
    """Whether `b` is better or worse than `a`, by every metric of the ranking.

    Only questions with something relevant count. Raises WorkbenchError when the two were not asked the same
    questions, were cut at another k or judged by other judgements, or when no question can be compared.
    """
    left, right = _answerable(a), _answerable(b)
    _check(a, b, left, right)
    metrics = {metric.name(a.k): metric.label(a.k) for metric in METRICS}
    names = list(metrics)
    differences = (right[names] - left[names]).to_numpy(dtype=float)
    differences = np.where(np.abs(differences) < SAME, 0.0, differences)
    low, high = intervals(differences, resamples, seed)
    p_values = np.array([randomisation_test(column, seed=seed) for column in differences.T])
    table = pd.DataFrame(
        {
            "title": list(metrics.values()),
            "a": left[names].mean().to_numpy(),
            "b": right[names].mean().to_numpy(),
            "difference": differences.mean(axis=0),
            "low": low,
            "high": high,
            "p": p_values,
            "p_adjusted": holm(p_values),
            "wins": (differences > 0).sum(axis=0),
            "ties": (differences == 0).sum(axis=0),
            "losses": (differences < 0).sum(axis=0),
            "questions": len(left),
            "detectable": _detectable(differences),
        },
        index=pd.Index(names, name="metric"),
    )
    table.insert(8, "significant", table["p_adjusted"] <= SIGNIFICANT)
    return Paired(
        a.title, b.title, a.k, table, _by_question(left, right, names, differences), _moves(a, b), _notes(differences)
    )


def _answerable(evaluation: Evaluation) -> pd.DataFrame:
    frame = evaluation.questions
    return frame[frame["answerable"]].set_index("id")


def _check(a: Evaluation, b: Evaluation, left: pd.DataFrame, right: pd.DataFrame) -> None:
    same = list(left.index) == list(right.index) and list(left["question"]) == list(right["question"])
    if not same or list(left["relevant"]) != list(right["relevant"]):
        raise WorkbenchError(
            f"{a.title!r} and {b.title!r} were not judged on the same questions ({len(left):,} and {len(right):,}).",
            hint="Evaluate both with one question set.",
        )
    if a.k != b.k:
        raise WorkbenchError(f"{a.title!r} is cut at {a.k} and {b.title!r} at {b.k}.", hint="Choose one k for both.")
    if left.empty:
        raise WorkbenchError("No question has a relevant document to compare by.", hint="Add judgements.")


def _detectable(differences: np.ndarray) -> np.ndarray:
    """The true difference of each column that this many questions would show in 80 % of the cases."""
    if len(differences) < 2:
        return np.full(differences.shape[1], np.nan)
    errors = differences.std(axis=0, ddof=1) / np.sqrt(len(differences))
    return np.where(errors > 0, _POWER * errors, np.nan)


def _by_question(left: pd.DataFrame, right: pd.DataFrame, names: list[str], differences: np.ndarray) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "id": left.index,
                "question": left["question"].to_numpy(),
                "metric": name,
                "a": left[name].to_numpy(),
                "b": right[name].to_numpy(),
                "difference": column,
                "outcome": [_OUTCOMES[int(sign)] for sign in np.sign(column)],
            }
        )
        for name, column in zip(names, differences.T, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _moves(a: Evaluation, b: Evaluation) -> pd.DataFrame:
    """The documents whose best place among the first k is not the same, those of a question by their new rank."""
    both = _best_places(a).add_suffix("_a").join(_best_places(b).add_suffix("_b"), how="outer")
    grade = both[["grade_a", "grade_b"]].max(axis=1).astype(int)
    both = both.assign(grade=grade)[["grade", "rank_a", "rank_b"]]
    moved = both[both["rank_a"].fillna(0) != both["rank_b"].fillna(0)].reset_index()
    order = {identity: place for place, identity in enumerate(a.questions["id"])}
    keys = moved.assign(order=moved["id"].map(order)).sort_values(["order", "rank_b", "rank_a"], kind="stable")
    return keys.drop(columns="order").reset_index(drop=True)


def _best_places(evaluation: Evaluation) -> pd.DataFrame:
    within = evaluation.places[evaluation.places["rank"] <= evaluation.k]
    return within.groupby(["id", "document"], sort=False).agg(grade=("grade", "max"), rank=("rank", "min"))


def _notes(differences: np.ndarray) -> tuple[str, ...]:
    """What the test cannot say with so few questions."""
    asked, moved = len(differences), int((differences != 0).any(axis=1).sum())
    if not moved:
        return ("Both give every question the same values.",)
    smallest = 2.0 / 2**moved
    if smallest <= SIGNIFICANT:
        return ()
    start = "Only 1 question differs" if moved == 1 else f"Only {moved} of {asked} questions differ"
    return (f"{start}: even if all agreed, p would be {smallest:.2g}, so that nothing can be told from chance.",)

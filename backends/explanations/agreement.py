"""Where two measures of importance disagree, and what that means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

SHARE, MUCH = 0.05, 0.1  # of all importance: enough to speak of, and much
LEAST_RANKS = 3
RANKS = 0.25  # of the columns: ranks further apart are clearly different

FREE = "moves predictions, but shuffling it costs nothing"
COSTLY = "moves predictions little, but shuffling it costs much"
CHEAP = "moves predictions much, but shuffling it costs little"
SENTENCES = {
    FREE: (
        "{} moves predictions, but shuffling it costs nothing",
        "{} move predictions, but shuffling any of them costs nothing",
        "another column tells the model the same, or the model learnt chance that the held-out rows do not repeat",
    ),
    COSTLY: (
        "{} moves predictions little, but shuffling it costs much",
        "{} move predictions little, but shuffling any of them costs much",
        "the few rows that are moved count much for the metric",
    ),
    CHEAP: (
        "{} moves predictions much, but shuffling it costs little",
        "{} move predictions much, but shuffling any of them costs little",
        "another column tells the model much of the same, or most rows that are moved stay in their order",
    ),
}


@dataclass(frozen=True)
class Agreement:
    """Both measures side by side and, in `sentence`, what to make of it.

    `frame`: column, shap (mean |value|), loss, low, high (of the shuffling), shap_rank, loss_rank, verdict ("" where
    the two agree).
    """

    sentence: str
    frame: pd.DataFrame

    @property
    def disagree(self) -> pd.DataFrame:
        """The columns that the two measures see differently."""
        return self.frame[self.frame["verdict"] != ""]


def agreement(shap: pd.DataFrame, shuffled: pd.DataFrame) -> Agreement:
    """Compare `global_importance(…)` with the frame of `permutation_importance(…)`, over the columns that both have.

    A column with a share of the SHAP values whose loss cannot be told from nothing (its interval reaches 0) disagrees,
    and so does one that is clearly lost but ranks far lower or higher by the other measure.
    """
    frame = shap[["column", "importance"]].rename(columns={"importance": "shap"})
    losses = shuffled[["column", "importance", "low", "high"]].rename(columns={"importance": "loss"})
    frame = frame.merge(losses, on="column").dropna(subset=["shap", "loss"]).reset_index(drop=True)
    frame["shap_rank"] = frame["shap"].rank(ascending=False, method="min").astype(int)
    frame["loss_rank"] = frame["loss"].rank(ascending=False, method="min").astype(int)
    frame["verdict"] = _verdicts(frame)
    return Agreement(_sentence(frame), frame)


def _verdicts(frame: pd.DataFrame) -> np.ndarray:
    far = max(LEAST_RANKS, int(np.ceil(RANKS * len(frame))))
    moved = frame["shap"] / max(float(frame["shap"].sum()), np.finfo(float).tiny)
    lost = frame["loss"].clip(lower=0)
    lost = lost / max(float(lost.sum()), np.finfo(float).tiny)
    felt, later = frame["low"] > 0, frame["loss_rank"] - frame["shap_rank"]
    rules = {
        FREE: (moved >= SHARE) & ~felt,
        COSTLY: felt & (lost >= MUCH) & (later <= -far),
        CHEAP: felt & (moved >= MUCH) & (later >= far),
    }
    return np.select([rule.to_numpy() for rule in rules.values()], list(rules), default="")


def _sentence(frame: pd.DataFrame) -> str:
    if frame.empty:
        return "There is no column that both measures have."
    told = []
    for verdict, (one, several, meaning) in SENTENCES.items():
        names = frame.loc[frame["verdict"] == verdict, "column"].tolist()
        if names:
            told.append(f"{(one if len(names) == 1 else several).format(_listed(names))}: {meaning}.")
    if told:
        return "SHAP and shuffling disagree. " + " ".join(told)
    return f"SHAP and shuffling agree on which of the {len(frame):,} columns matter."


def _listed(names: list[str], most: int = 3) -> str:
    """The first names in words.

    >>> _listed(["a", "b"]), _listed(["a", "b", "c", "d", "e"])
    ("'a' and 'b'", "'a', 'b', 'c' and 2 more")
    """
    quoted = [f"{name!r}" for name in names]
    if len(names) > most:
        quoted = [*quoted[:most], f"{len(names) - most} more"]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))

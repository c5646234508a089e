"""The confidence under which nothing is answered, chosen on questions whose answers are known to be there or not.

The threshold is the one at which the share of answered answerable questions and the share of refused unanswerable ones
add up to most, among those that lose at most `MOST_LOST` of the answerable. Shares measured on the questions that chose
the threshold flatter it, so they are measured crosswise: the threshold of one half of the questions on the other half.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from backends.errors import WorkbenchError
from backends.retrieval.answering.confidence import confidence
from backends.retrieval.answering.once import Encoder
from backends.retrieval.search.hit import Found

MOST_LOST = 0.1  # share of the answerable questions
FEWEST = 5  # questions of each kind that a threshold can be chosen on
FEW = 30  # fewer of a kind than this make wide intervals
_Z = 1.959964  # 97.5 % quantile of the normal distribution
_LIST = Path(__file__).with_name("unanswerable.txt")


@dataclass(frozen=True)
class Share:
    """A share of questions, with its 95 % interval (Wilson's)."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """0 … 1; NaN of no question."""
        return self.count / self.of if self.of else math.nan

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self._ends[0]

    @property
    def high(self) -> float:
        """The upper end of the interval.

        >>> share = Share(9, 10)
        >>> round(share.low, 3), round(share.high, 3)
        (0.596, 0.982)
        """
        return self._ends[1]

    @property
    def _ends(self) -> tuple[float, float]:
        if not self.of:
            return math.nan, math.nan
        squared = _Z**2 / self.of
        centre = (self.value + squared / 2) / (1 + squared)
        half = math.sqrt(self.value * (1 - self.value) * squared + squared**2 / 4) / (1 + squared)
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class Calibration:
    """A threshold and what it does to questions that it was not chosen on."""

    threshold: float
    kept: Share  # of the answerable questions
    refused: Share  # of the unanswerable ones
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether at most `MOST_LOST` of the answerable are lost and as few of the others are answered."""
        return self.kept.value >= 1 - MOST_LOST and self.refused.value >= 1 - MOST_LOST


@lru_cache(maxsize=1)
def unanswerable_questions() -> tuple[str, ...]:
    """Questions on everyday and technical subjects, for question sets that have no unanswerable ones.

    Nobody can know that given documents do not answer them: a collection about kitchens answers some.
    """
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def calibrate(
    answerable: Sequence[Found],
    unanswerable: Sequence[Found],
    embedder: Encoder | None = None,
    language: str = "english",
) -> Calibration:
    """The threshold for questions such as these, each searched for in the collection.

    It holds for answers that are judged in the same way: give the `embedder` that answers are made with, and the
    `language` of the collection. Raises WorkbenchError for fewer than `FEWEST` questions of a kind.
    """
    for verb, found in (("answer", answerable), ("do not answer", unanswerable)):
        if len(found) < FEWEST:
            raise WorkbenchError(
                f"There are {len(found)} questions that the documents {verb}; a threshold needs {FEWEST} or more.",
                hint="Add questions to the set.",
            )
    kept = np.array([confidence(found, embedder, language) for found in answerable])
    refused = np.array([confidence(found, embedder, language) for found in unanswerable])
    halves = [(_best(kept[1 - side :: 2], refused[1 - side :: 2]), side) for side in (0, 1)]
    return Calibration(
        threshold=round(_best(kept, refused), 4),
        kept=Share(sum(int((kept[side::2] >= best).sum()) for best, side in halves), len(kept)),
        refused=Share(sum(int((refused[side::2] < best).sum()) for best, side in halves), len(refused)),
        notes=_notes(kept, refused),
    )


def calibrate_on(
    search: Callable[[str], Found],
    answerable: Sequence[str],
    unanswerable: Sequence[str] = (),
    embedder: Encoder | None = None,
    language: str = "english",
) -> Calibration:
    """`calibrate` from the questions themselves; without unanswerable ones the built-in list serves, as a note says."""
    asked = tuple(unanswerable) or unanswerable_questions()
    found = [[search(question) for question in questions] for questions in (answerable, asked)]
    made = calibrate(found[0], found[1], embedder, language)
    if unanswerable:
        return made
    note = (
        f"The set has no unanswerable questions, so {len(asked)} built-in ones on other subjects served. That your "
        "documents answer none of them cannot be checked, and questions close to your subject are harder to refuse."
    )
    return Calibration(made.threshold, made.kept, made.refused, (note, *made.notes))


def _best(kept: np.ndarray, refused: np.ndarray) -> float:
    """The middle of the widest range of thresholds that are equally good."""
    values = np.unique(np.concatenate([[0.0], kept, refused, [1.0]]))
    middles = (values[1:] + values[:-1]) / 2
    answered = (kept[:, None] >= middles).mean(axis=0)
    good = answered + (refused[:, None] < middles).mean(axis=0)
    good[answered < 1 - MOST_LOST - 1e-9] = -1.0
    widths = np.where(np.isclose(good, good.max()), values[1:] - values[:-1], 0.0)
    return float(middles[int(np.argmax(widths))])


def _notes(kept: np.ndarray, refused: np.ndarray) -> tuple[str, ...]:
    notes = []
    for kind, values in (("answerable", kept), ("unanswerable", refused)):
        if len(values) < FEW:
            notes.append(f"{len(values)} {kind} questions: the interval is wide.")
    if np.median(kept) <= np.median(refused):
        notes.append("Answerable questions are no surer than unanswerable ones: no threshold can tell them apart.")
    return tuple(notes)

"""What is judged: the truth, the decision and the probability of one outcome, one entry per row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backends.errors import WorkbenchError
from backends.training.results import TrainedModel


@dataclass(frozen=True)
class Decided:
    """Truth and decision (rows,) as 0 and 1, and the outcome's probability (rows,) where there is one."""

    y: np.ndarray
    decisions: np.ndarray
    scores: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.y)

    @classmethod
    def of(cls, y: np.ndarray, decisions: np.ndarray, probabilities: np.ndarray | None = None) -> Decided:
        """Check arrays that come from outside. Raises WorkbenchError for other values and unequal lengths."""
        truth, decided = _zeros_and_ones("truth", y), _zeros_and_ones("decision", decisions)
        scores = None if probabilities is None else _probabilities(probabilities)
        lengths = sorted({len(array) for array in (truth, decided, scores) if array is not None})
        if len(lengths) > 1:
            raise WorkbenchError(
                f"Truth, decisions and probabilities have different lengths: {', '.join(map(str, lengths))}.",
                hint="Give one entry per row.",
            )
        return cls(truth, decided, scores)

    @classmethod
    def by(cls, model: TrainedModel, code: int, decisions: np.ndarray | None = None) -> Decided:
        """What `model` says of its held-out rows, for the outcome with this class code told from all others.

        `decisions` (rows,) are class codes instead of the model's own. A model without probabilities has no scores.
        Raises WorkbenchError for probabilities that are no numbers.
        """
        rows = model.held_out
        if not hasattr(model.pipeline, "predict_proba"):
            chosen = model.pipeline.predict(model.holdout) if decisions is None else decisions
            return cls.of(model.holdout_codes == code, _codes(chosen, model) == code)
        chosen = model.decide(rows) if decisions is None else decisions
        scores = model.probabilities(rows)[:, code]
        return cls.of(model.holdout_codes == code, _codes(chosen, model) == code, scores)


def outcome(model: TrainedModel, positive: str | None) -> int:
    """The class code of the outcome that is spoken of: the positive one of two classes, the most frequent of more.

    Raises WorkbenchError for a name that is no class of the model.
    """
    if positive is None:
        return 1 if model.binary else int(np.bincount(model.holdout_codes, minlength=len(model.classes)).argmax())
    if positive not in model.classes:
        known = ", ".join(model.classes[:20])
        raise WorkbenchError(f"The model knows no outcome {positive!r}.", hint=f"It tells apart {known}.")
    return model.classes.index(positive)


def _codes(decisions: np.ndarray, model: TrainedModel) -> np.ndarray:
    codes = np.asarray(decisions)
    if codes.shape != model.holdout_codes.shape:
        raise WorkbenchError(
            f"There are {codes.size:,} decisions for {len(model.holdout_codes):,} held-out rows.",
            hint="Give one class code per held-out row.",
        )
    wrong = ~np.isin(codes, np.arange(len(model.classes)))
    if wrong.any():
        raise WorkbenchError(
            f"The decision {codes[wrong][0]!r} is no class code.",
            hint=f"Give codes from 0 to {len(model.classes) - 1}: {', '.join(model.classes[:20])}.",
        )
    return codes


def _zeros_and_ones(name: str, values: np.ndarray) -> np.ndarray:
    array = np.asarray(values)
    wrong = ~np.isin(array, (0, 1))
    if wrong.any():
        raise WorkbenchError(f"The {name} {array[wrong].tolist()[0]!r} is neither 0 nor 1.", hint="Give 1 for yes.")
    if not array.size:
        raise WorkbenchError("There are no rows to judge.", hint="Hold out a share of the rows.")
    return array.astype(np.intp)


def _probabilities(values: np.ndarray) -> np.ndarray:
    array = np.asarray(values, dtype=np.float64)
    wrong = ~((array >= 0) & (array <= 1))
    if wrong.any():
        raise WorkbenchError(
            f"{int(wrong.sum()):,} of {array.size:,} probabilities are none, the first is {array[wrong][0]:g}.",
            hint="Choose another model, or look for infinite values in the features.",
        )
    return array

"""Asking a trained model and its ONNX graph the same rows, so that their answers can be laid side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.onnx_export.feeds import Feeds
from backends.onnx_export.runtime import Runtime
from backends.training.formulas import predicted_codes
from backends.training.policy import least
from backends.training.results import TrainedModel

BLOCK = 1_000  # rows asked at once: k-nearest neighbours hold a number for each of them and each training row
MOST_REFUSED = 200  # rows found to be refused one by one; the rest of such a block is not looked into

Ask = Callable[[pd.DataFrame], tuple[np.ndarray, np.ndarray]]  # codes (rows,) and probabilities (rows, classes)


@dataclass(frozen=True)
class Answers:
    """What one side says of some rows: class codes (rows,), -1 where it refuses, and probabilities (rows, classes).

    The probabilities of a refused row are NaN; `refused` says why, by the row's position.
    """

    codes: np.ndarray
    probabilities: np.ndarray
    refused: dict[int, str] = field(default_factory=dict)

    @property
    def given(self) -> np.ndarray:
        """Which rows have an answer, bool (rows,)."""
        return self.codes >= 0


def original(model: TrainedModel) -> Ask:
    """The trained model: its probabilities, and the decision that `TrainedModel.decide` makes of them."""

    def ask(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # adding up numbers near the largest, to see if all are finite
            found = model.probabilities(frame)
        codes = model.policy.decide(found[:, 1], frame) if model.binary else predicted_codes(found)
        return codes, found

    return ask


def exported(runtime: Runtime, feeds: Feeds) -> Ask:
    """The graph behind its declared input step. What ONNX Runtime cannot run becomes a WorkbenchError."""
    from onnxruntime.capi import onnxruntime_pybind11_state as errors

    wrong = (errors.Fail, errors.InvalidArgument, errors.RuntimeException, errors.NotImplemented)
    classes = len(runtime.signature.classes)

    def ask(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        try:
            outputs = runtime.run(feeds.of_frame(frame))
        except wrong as error:
            raise WorkbenchError(f"The ONNX graph fails: {error}", hint="Export the model again.") from error
        except KeyError as error:
            raise WorkbenchError(f"The ONNX graph answers {error}, which is no class.") from error
        if outputs.probabilities.shape != (len(frame), classes):
            raise WorkbenchError(f"The ONNX graph gives probabilities of the shape {outputs.probabilities.shape}.")
        return outputs.codes, outputs.probabilities

    return ask


def answers(ask: Ask, frame: pd.DataFrame, classes: int) -> Answers:
    """The answers for all rows of a frame. A row that is refused (a WorkbenchError) does not lose the others."""
    found = Answers(np.full(len(frame), -1, dtype=np.intp), np.full((len(frame), classes), np.nan))
    for start in range(0, len(frame), BLOCK):
        _fill(found, ask, frame, (start, min(start + BLOCK, len(frame))))
    nameless = found.given & ~np.isfinite(found.probabilities).all(axis=1)
    found.refused.update(dict.fromkeys(np.flatnonzero(nameless).tolist(), "The probabilities are not numbers."))
    found.codes[nameless] = -1
    return found


def margins(model: TrainedModel, given: Answers, frame: pd.DataFrame) -> np.ndarray:
    """How far each row is from another decision, (rows,); NaN where the model refuses the row.

    For two classes the distance of the positive class's probability from the smallest one that is a yes
    (`policy.least`); for more, half the gap between the two highest probabilities.
    """
    if model.binary:
        return np.abs(given.probabilities[:, 1] - least(model.policy.thresholds_of(frame)))
    best = np.sort(given.probabilities, axis=1)[:, -2:]
    return (best[:, 1] - best[:, 0]) / 2


def _fill(into: Answers, ask: Ask, frame: pd.DataFrame, span: tuple[int, int]) -> None:
    """Ask the rows of a span at once, and where that is refused its two halves."""
    start, stop = span
    try:
        codes, probabilities = ask(frame.iloc[start:stop])
    except WorkbenchError as error:
        if stop - start == 1 or len(into.refused) >= MOST_REFUSED:
            into.refused.update(dict.fromkeys(range(start, stop), str(error)))
            return
        middle = (start + stop) // 2
        _fill(into, ask, frame, (start, middle))
        _fill(into, ask, frame, (middle, stop))
        return
    into.codes[start:stop], into.probabilities[start:stop] = codes, probabilities

"""Probe rows next to the decision: held-out rows moved along a number until the label changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backends.onnx_export.answers import Answers, answers, margins, original
from backends.onnx_export.probes import Change, Material, Probes, changed
from backends.training.inputs import role_of
from backends.training.policy import TIE
from backends.training.results import TrainedModel

ROWS = 20  # held-out rows that are moved, those nearest to another decision
COLUMNS = 6  # along each of so many columns at most
PLACES = 9  # values of a column that are tried: quantiles of the held-out rows, its ends among them
HALVINGS = 24  # of the interval in which the label changes
MOST_PAIRS = 60  # intervals that are halved
NAMED = (
    "decision",
    "Next to the decision",
    "Held-out rows with one number moved, in halved steps from both sides, to where the model's label changes.",
)


@dataclass(frozen=True)
class _Way:
    """A held-out row, a column of it, and two values between which the label changes from the one of `low`."""

    row: int
    column: str
    low: float
    high: float
    code: int

    def halved(self, code: int) -> _Way:
        """The half in which the label changes, when it is `code` in the middle."""
        low, high = (self.middle, self.high) if code == self.code else (self.low, self.middle)
        return _Way(self.row, self.column, low, high, self.code)

    @property
    def middle(self) -> float:
        """Between the two, without a sum that could overflow."""
        return self.low / 2 + self.high / 2


def beside_decisions(material: Material, model: TrainedModel) -> Iterator[Probes]:
    """The family, or nothing where no number of any of the rows that were tried changes the label.

    All values on the way are kept, not the last ones alone: a threshold that is wrong by little lies between them.
    Ties, on which the two sides may part, are left out.
    """
    ways = _ways(material, model)
    kept = [Change(way.row, way.column, value) for way in ways for value in (way.low, way.high)]
    for _ in range(HALVINGS):
        moving = [way for way in ways if way.low < way.middle < way.high]
        if not moving:
            break
        changes = [Change(way.row, way.column, way.middle) for way in moving]
        codes = _asked(model, changed(material, NAMED, changes)).codes
        kept += changes
        ways = [way.halved(code) for way, code in zip(moving, codes.tolist(), strict=True) if code >= 0]
    if clear := _clear(material, model, kept):
        yield changed(material, NAMED, clear)


def _clear(material: Material, model: TrainedModel, changes: list[Change]) -> list[Change]:
    """The changes that are no tie."""
    if not changes:
        return []
    rows = changed(material, NAMED, changes)
    far = margins(model, _asked(model, rows), rows.frame) > TIE
    return [change for change, clear in zip(changes, far.tolist(), strict=True) if clear]


def _ways(material: Material, model: TrainedModel) -> list[_Way]:
    """Where the label changes between two neighbouring values that were tried, of at most `MOST_PAIRS` ways."""
    numbers = [c.name for c in material.signature.columns if c.kind != "datetime" and role_of(c) == "number"]
    places = {name: values for name in numbers if len(values := _places(material, name)) > 1}
    chosen = np.random.default_rng(material.seed).permutation(list(places))[:COLUMNS].tolist()
    tried = [
        Change(row, name, value)
        for row in material.nearest[:ROWS].tolist()
        for name in chosen
        for value in places[name].tolist()
    ]
    if not tried:
        return []
    codes = _asked(model, changed(material, NAMED, tried)).codes
    pairs = zip(tried, tried[1:], codes.tolist(), codes[1:].tolist(), strict=False)
    found = [
        _Way(one.row, one.column, float(one.value), float(two.value), here)
        for one, two, here, there in pairs
        if (one.row, one.column) == (two.row, two.column) and here != there and min(here, there) >= 0
    ]
    return found[:MOST_PAIRS]


def _places(material: Material, name: str) -> np.ndarray:
    """Distinct finite values of a column in the held-out rows, in rising order, at most `PLACES`."""
    values = material.held_out[name].to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.unique(values[np.isfinite(values)])
    return values[np.linspace(0, len(values) - 1, min(PLACES, len(values))).round().astype(int)]


def _asked(model: TrainedModel, rows: Probes) -> Answers:
    return answers(original(model), rows.frame, len(model.classes))

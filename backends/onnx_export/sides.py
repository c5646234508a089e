"""Two sides' answers for the same rows, laid side by side: differences, label flips and their margins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backends.onnx_export.answers import Answers
from backends.onnx_export.parity import MOST_FLIPS, Compared, Flip
from backends.training.policy import TIE

SHOWN = 80  # characters of a text that a flipped row shows


@dataclass(frozen=True)
class Sides:
    """The answers of the original and the graph for the same rows, and the original's margins (rows,)."""

    original: Answers
    graph: Answers
    margins: np.ndarray

    @property
    def flipped(self) -> np.ndarray:
        """Positions of the rows on which they part; where both refuse, they agree."""
        return np.flatnonzero(self.original.codes != self.graph.codes)

    def compared(self, name: str, title: str, about: str, note: str = "") -> Compared:
        """The figures."""
        both = self.original.given & self.graph.given
        apart = np.abs(self.original.probabilities[both] - self.graph.probabilities[both])
        largest = apart.max(axis=1) if both.any() else np.empty(0)
        margins = self.margins[self.flipped]
        known = margins[np.isfinite(margins)]
        return Compared(
            name=name,
            title=title,
            about=about,
            rows=len(both),
            flips=len(margins),
            clear_flips=int((~(margins <= TIE)).sum()),  # NaN is no tie
            max_difference=float(largest.max()) if len(largest) else None,
            p99_difference=float(np.quantile(largest, 0.99)) if len(largest) else None,
            worst_margin=float(known.max()) if len(known) else None,
            note=note,
        )

    def flip(self, at: int, classes: tuple[str, ...], frame: pd.DataFrame) -> dict[str, Any]:
        """What a `Flip` says of the row at a position of `frame`."""
        margin = float(self.margins[at])
        labels = [classes[side.codes[at]] if side.given[at] else "" for side in (self.original, self.graph)]
        return {
            "values": {str(name): plain(value) for name, value in frame.iloc[at].items()},
            "original": labels[0],
            "graph": labels[1],
            "original_probabilities": _probabilities(self.original, at),
            "graph_probabilities": _probabilities(self.graph, at),
            "margin": margin if np.isfinite(margin) else None,
            "refusal": self.original.refused.get(at) or self.graph.refused.get(at, ""),
        }


def reasons(held_out: Compared, probes: Sequence[Compared], flipped: Sequence[Flip]) -> tuple[str, ...]:
    """Why two sides are not the same model: a sentence per set of rows, with its first row at fault."""
    if not held_out.rows:
        return ("There are no held-out rows to compare.",)
    found = []
    if held_out.flips:
        own = [flip for flip in flipped if flip.source == held_out.name]
        found.append(f"{held_out.flips:,} of {held_out.rows:,} held-out rows get another label: {_first(own)}.")
    for one in probes:
        if one.clear_flips:
            clear = [f for f in flipped if f.source == one.name and (f.margin is None or f.margin > TIE)]
            rows = f"{one.clear_flips:,} of {one.rows:,} rows"
            found.append(f"{one.title}: {rows} get another label with a margin over {TIE:g}: {_first(clear)}.")
    return tuple(found)


def _first(flips: Sequence[Flip]) -> str:
    """The first of them in words."""
    if not flips:
        return f"none of them among the first {MOST_FLIPS} rows at fault, which are listed"
    flip = flips[0]
    named = f"row {flip.row:,}" + (f" with {flip.probe}" if flip.probe else "")
    if flip.refusal:
        return (
            f"{named} is refused by the {'graph' if flip.original else 'original'} alone ({flip.refusal.rstrip('.')})"
        )
    margin = "" if flip.margin is None else f", margin {flip.margin:.2g}"
    return f"{named} goes from {flip.original!r} to {flip.graph!r}{margin}"


def plain(value: Any) -> str | float | int | bool | None:
    """A value of a table as JSON holds it: no NaN, infinities in words, dates as ISO 8601, long texts cut.

    >>> plain(float("nan")), plain(np.float64("-inf")), plain(np.int64(3)), plain(pd.Timestamp("2024-02-29"))
    (None, '-inf', 3, '2024-02-29T00:00:00')
    """
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text):,} characters)"


def _probabilities(side: Answers, at: int) -> tuple[float, ...]:
    return tuple(side.probabilities[at].tolist()) if side.given[at] else ()

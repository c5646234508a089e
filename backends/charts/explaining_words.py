"""The words that charts of an explanation share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from backends.charts.template import plain
from backends.explanations.explanation import Explanation


def unit(explanation: Explanation) -> str:
    """What the values are in, in words: "probability of 'yes'", "log-odds of the predicted class"."""
    whose = f"{plain(explanation.classes[0], 30)!r}" if len(explanation.classes) == 1 else "the predicted class"
    return f"{explanation.space} of {whose}"


def signed(value: float) -> str:
    """A contribution with its sign.

    >>> signed(0.12345), signed(-2.0)
    ('+0.123', '−2')
    """
    return f"{'−' if value < 0 else '+'}{abs(value):.3g}"


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows with their columns as attributes."""
    return frame.itertuples()

"""The words that charts of an explanation share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from backends.charts.template import plain
from backends.explanations.explanation import Explanation
from backends.profiling.wording import rounded


def unit(explanation: Explanation, output: int | None = None) -> str:
    """What the values are in, in words: "probability of 'yes'", "log-odds of the predicted class".

    `output` is the position of the class that the values speak of, None for the one each row is predicted to be.
    """
    if len(explanation.classes) == 1:
        output = 0
    if output is None:
        return f"{explanation.space} of the predicted class"
    return f"{explanation.space} of '{plain(explanation.classes[output], 30)}'"


def signed(value: float) -> str:
    """A contribution with its sign.

    >>> signed(0.12345), signed(-2.0)
    ('+0.123', '−2')
    """
    return f"{'−' if value < 0 else '+'}{abs(value):.3g}"


def number(value: float) -> str:
    """A figure for people, with the sign of mathematics.

    >>> number(-3.7821), number(0.25)
    ('−3.782', '0.25')
    """
    return rounded(value).replace("-", "−") if value < 0 else rounded(value)


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows with their columns as attributes."""
    return frame.itertuples()

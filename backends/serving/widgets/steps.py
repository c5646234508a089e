"""How far apart the positions of a slider are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

POSITIONS = 20_000  # more cannot be told apart on any screen, and make the number beside the slider long
ENOUGH = 500  # positions where the values themselves are too fine


def step_of(values: Sequence[float]) -> float:
    """The step at which every one of `values` can be set: the last decimal that any has.

    Where that would be more than `POSITIONS` steps over their range, a round one (1, 2 or 5 times a power of ten)
    that leaves at least `ENOUGH`; finer values can then be written beside the slider.

    >>> step_of([18.25, 118.75, 30.5]), step_of([0, 4]), step_of([0.0, 0.123456789012, 1.0])
    (0.01, 1.0, 0.002)
    """
    low, high = min(values), max(values)
    finest = float(Decimal(1).scaleb(min((_exponent(value) for value in values), default=0)))
    if (high - low) / finest <= POSITIONS:
        return min(finest, _round((high - low) / 2))  # at least a position between both ends
    return _round((high - low) / ENOUGH)


def _exponent(value: float) -> int:
    """The place of the last decimal of a number as it is written, at most 0.

    >>> _exponent(0.25), _exponent(300.0)
    (-2, 0)
    """
    return min(int(Decimal(repr(float(value))).normalize().as_tuple().exponent), 0)


def _round(width: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is no larger than `width`.

    >>> _round(0.03), _round(7.0), _round(1.0)
    (0.02, 5.0, 1.0)
    """
    power = math.floor(math.log10(width))
    return next(found for factor in (5, 2, 1) if (found := float(Decimal(factor).scaleb(power))) <= width * (1 + 1e-12))

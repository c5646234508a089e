"""A share as people read it in a sentence."""

from __future__ import annotations

import math


def percent(share: float) -> str:
    """A share (0 to 1) in per cent with one decimal; 0 and 100 are said only where they are exact.

    >>> [percent(share) for share in (0.0, 0.00001, 0.0731, 0.99999, 1.0, float("nan"))]
    ['0 %', 'under 0.1 %', '7.3 %', 'over 99.9 %', '100 %', '–']
    """
    if math.isnan(share):
        return "–"
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    if share < 0.001 or share > 0.999:
        return "under 0.1 %" if share < 0.5 else "over 99.9 %"
    return f"{100 * share:.1f} %"

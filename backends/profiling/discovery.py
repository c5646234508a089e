"""Many tests at once: how small a p-value has to be when there were many chances to find one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def benjamini_hochberg(p: ArrayLike) -> np.ndarray:
    """The q-value of each p-value: calling all with q ≤ 0.05 significant leaves 5 % false discoveries or fewer.

    For p(1) ≤ … ≤ p(m), q(i) is the least of p(j)·m/j over all j ≥ i (Benjamini & Hochberg, 1995). The bound is
    on the expected share, for tests that are independent or positively dependent. NaN means "not tested": such
    entries stay NaN and do not count among the m tests.

    >>> benjamini_hochberg([0.01, 0.04, float("nan"), 0.03]).round(3).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    chances = np.asarray(p, dtype=np.float64)
    adjusted = np.full(chances.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(chances))
    order = tested[np.argsort(chances[tested], kind="stable")]
    scaled = chances[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1.0)
    return adjusted

"""Two groups of rows compared: how far apart their rates or means are, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backends.profiling.intervals import wilson


@dataclass(frozen=True)
class Moments:
    """Rows, sum and sum of squares of a loss in each of several groups, (groups,) each."""

    rows: np.ndarray
    total: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, masks: np.ndarray, loss: np.ndarray) -> Moments:
        """The moments of `loss` (rows,) in each of the groups `masks` (groups, rows) bool."""
        inside = np.asarray(masks, dtype=np.float64)
        return cls(inside.sum(axis=1), inside @ loss, inside @ loss**2)

    @classmethod
    def whole(cls, loss: np.ndarray) -> Moments:
        """The moments of all rows as one group."""
        return cls(np.array([float(len(loss))]), np.array([loss.sum()]), np.array([(loss**2).sum()]))

    @property
    def mean(self) -> np.ndarray:
        """Mean loss; NaN of no row."""
        return self.total / np.where(self.rows > 0, self.rows, np.nan)

    @property
    def variance(self) -> np.ndarray:
        """Variance with n − 1; NaN below two rows."""
        free = np.where(self.rows > 1, self.rows - 1, np.nan)
        return np.maximum(self.squares - self.rows * np.nan_to_num(self.mean) ** 2, 0.0) / free

    def __sub__(self, other: Moments) -> Moments:
        """What is left when the rows of `other`, a part of these, are taken out."""
        return Moments(self.rows - other.rows, self.total - other.total, self.squares - other.squares)


@dataclass(frozen=True)
class Differences:
    """Each group against the rest, (groups,) each: means with 95 % intervals, difference, p-value and effect size."""

    low: np.ndarray  # of the group's own mean
    high: np.ndarray
    difference: np.ndarray
    difference_low: np.ndarray
    difference_high: np.ndarray
    p: np.ndarray  # of being no worse than the rest, one-sided
    effect: np.ndarray


def rates_against(part: Moments, rest: Moments) -> Differences:
    """Shares against shares; a share is of 0 and 1, so `total` counts the ones.

    The interval of the difference is Newcombe's (1998, method 10), made of the two Wilson intervals. p is Fisher's
    exact test that the share is not higher (the upper tail of the hypergeometric distribution). The effect is
    Cohen's h: 2·asin√share − 2·asin√share of the rest (1988; 0.2 is small, 0.5 medium, 0.8 large).

    >>> found = rates_against(Moments(*3 * [np.array([10.0])]), Moments(np.array([10.0]), *2 * [np.array([0.0])]))
    >>> [round(float(end[0]), 3) for end in (found.difference_low, found.difference, found.difference_high)]
    [0.608, 1.0, 1.0]
    """
    from scipy.stats import hypergeom

    low, high = wilson(part.total, part.rows)
    rest_low, rest_high = wilson(rest.total, rest.rows)
    share, other = part.mean, rest.mean
    p = hypergeom.sf(part.total - 1, part.rows + rest.rows, part.total + rest.total, part.rows)
    return Differences(
        low=low,
        high=high,
        difference=share - other,
        difference_low=share - other - np.hypot(share - low, rest_high - other),
        difference_high=share - other + np.hypot(high - share, other - rest_low),
        p=np.where((part.rows > 0) & (rest.rows > 0), p, np.nan),
        effect=2 * np.arcsin(np.sqrt(share)) - 2 * np.arcsin(np.sqrt(other)),
    )


def means_against(part: Moments, rest: Moments) -> Differences:
    """Means against means: Welch's test (1947) and interval; the effect is the difference in standard deviations.

    The effect divides by the root of the mean of the two variances (Chung et al., 2019: √2·Δ/√(σ₁² + σ₂²)). NaN where
    a group has under two rows or neither has any spread.
    """
    from scipy.special import stdtr, stdtrit

    free_own, free_other = (np.where(group.rows > 1, group.rows - 1, np.nan) for group in (part, rest))
    own, other = part.variance / (free_own + 1), rest.variance / (free_other + 1)
    spread = np.where(own + other > 0, own + other, np.nan)
    free = spread**2 / (own**2 / free_own + other**2 / free_other)
    difference, error = part.mean - rest.mean, np.sqrt(spread)
    half, own_half = stdtrit(free, 0.975) * error, stdtrit(free_own, 0.975) * np.sqrt(own)
    return Differences(
        low=part.mean - own_half,
        high=part.mean + own_half,
        difference=difference,
        difference_low=difference - half,
        difference_high=difference + half,
        p=stdtr(free, -difference / error),
        effect=difference / np.where(spread > 0, np.sqrt((part.variance + rest.variance) / 2), np.nan),
    )


def binomial_share(hits: int, rows: int) -> tuple[float, float, float]:
    """A share with its Wilson interval; NaN of no row.

    >>> [round(end, 3) for end in binomial_share(5, 10)]
    [0.5, 0.237, 0.763]
    """
    low, high = wilson(np.array(float(hits)), np.array(float(rows)))
    return (hits / rows if rows else np.nan), float(low), float(high)

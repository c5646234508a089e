"""The search: every single condition, every pair of them, and the worst pairs with a third (Chung et al., 2019).

All sums are made from counts per bin: a matrix with the rows of each pair of bins, made once, gives the rows and
losses of every pair of intervals by two more products, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backends.explanations.cohorts.comparing import Moments
from backends.explanations.slices.bins import Bins
from backends.explanations.slices.literals import Literals, Slice, combinable, gain, singles

ADDS = 3.0  # standard errors by which a condition has to make a slice worse than without it
WORSE = 2.0  # standard errors by which a slice has to be worse than the rest to be of interest
BEAM = 200  # pairs that a third condition is added to
VARIANTS = 10  # slices on the same columns that are kept
BEAM_VARIANTS = 3  # pairs on the same columns that a third condition is added to
PAIRS = 1_500  # pairs that are kept


@dataclass(frozen=True)
class Search:
    """Slices that are worse than the rest, worst first; how many were looked at, and what was left out, in words."""

    slices: tuple[Slice, ...]
    tested: int
    notes: tuple[str, ...] = ()


def search(bins: Sequence[Bins], loss: np.ndarray, least: int, depth: int) -> Search:
    """Slices of up to `depth` conditions and at least `least` of the rows that `loss` (rows,) is worse on."""
    whole = Moments.whole(loss)
    literals = singles(bins, loss, whole, least)
    found = [
        literals.slice(i, score=float(literals.scores[i])) for i in np.flatnonzero(literals.scores >= WORSE).tolist()
    ]
    tested, notes = len(literals.parts), []
    if depth > 1 and len(literals.parts) > 1:
        kept = combinable(literals)
        if len(kept.parts) < len(literals.parts):
            notes.append(
                f"Of {tested:,} single conditions the {len(kept.parts):,} worst were combined with each other."
            )
        pairs = _Pairs.of(bins, kept, loss, whole, least)
        tested += pairs.tested
        found += list(pairs.slices())
        if depth > 2:
            more, looked = _triples(pairs, bins, loss, least)
            tested, found = tested + looked, found + more
    found.sort(key=lambda entry: (-entry.score, len(entry.parts), entry.parts))
    return Search(tuple(found), tested, tuple(notes))


@dataclass(frozen=True)
class _Pairs:
    """All pairs of literals: arrays (literals, literals); those not `valid` are too small or on one column."""

    literals: Literals
    moments: Moments
    scores: np.ndarray
    valid: np.ndarray
    adding: np.ndarray  # each condition makes the other one's slice worse
    bin_of: np.ndarray  # (literals, bins of all columns) 0 or 1: which bins a literal covers
    onehot: np.ndarray  # (bins of all columns, rows)

    @classmethod
    def of(cls, bins: Sequence[Bins], literals: Literals, loss: np.ndarray, whole: Moments, least: int) -> _Pairs:
        """Sums of every pair from the sums of every pair of bins."""
        places = np.unique(literals.parts[:, 0])
        offsets = dict(zip(places.tolist(), np.cumsum([0, *(bins[p].count for p in places)]).tolist(), strict=False))
        onehot = np.concatenate([np.arange(bins[p].count)[:, None] == bins[p].codes for p in places])
        onehot = onehot.astype(np.float32)
        bin_of = np.zeros((len(literals.parts), len(onehot)), dtype=np.float32)
        for row, (place, start, stop) in enumerate(literals.parts.tolist()):
            bin_of[row, offsets[place] + start : offsets[place] + stop] = 1
        moments = _products(bin_of, onehot, onehot, loss, bin_of)
        place = literals.parts[:, 0]
        valid = np.triu(place[:, None] != place, 1) & (moments.rows >= least) & (len(loss) - moments.rows >= least)
        adding = np.logical_and(*(_adds(moments, _across(literals.moments, axis), least) for axis in (1, 0)))
        return cls(literals, moments, gain(moments, whole), valid, adding, bin_of, onehot)

    @property
    def tested(self) -> int:
        """How many pairs have enough rows."""
        return int(self.valid.sum())

    def slices(self) -> Iterator[Slice]:
        """The pairs of which each condition adds something, the worst ones on each two columns."""
        for i, j in self.worst(self.valid & self.adding & (self.scores >= WORSE), PAIRS, VARIANTS):
            yield self.literals.slice(i, j, score=float(self.scores[i, j]))

    def worst(self, where: np.ndarray, most: int, variants: int) -> np.ndarray:
        """(pairs, 2): the worst pairs, a few of each two columns at most."""
        first, second = np.nonzero(where)
        order = np.argsort(-self.scores[first, second], kind="stable")
        first, second = first[order], second[order]
        place = self.literals.parts[:, 0]
        few = _first_of_each(place[first] * (place.max() + 1) + place[second], variants)
        return np.column_stack([first[few], second[few]])[:most]


def _triples(pairs: _Pairs, bins: Sequence[Bins], loss: np.ndarray, least: int) -> tuple[list[Slice], int]:
    """The worst pairs with every third condition; a condition stays where it adds something to the other two."""
    beam = pairs.worst(pairs.valid, BEAM, BEAM_VARIANTS)
    if not len(beam):
        return [], 0
    parts, literals = pairs.literals.parts, pairs.literals
    first, second = beam.T
    masks = np.stack([literals.slice(i, j, score=0.0).mask(bins) for i, j in beam]).astype(np.float32)
    moments = _products(None, masks, pairs.onehot, loss, pairs.bin_of)
    scores = gain(moments, Moments.whole(loss))
    place = parts[:, 0]
    valid = (place != place[first][:, None]) & (place != place[second][:, None])
    valid &= (moments.rows >= least) & (len(loss) - moments.rows >= least)
    parents = (_row(pairs.moments, first, second), _rows(pairs.moments, first), _rows(pairs.moments, second))
    adding = np.all([_adds(moments, parent, least) for parent in parents], axis=0)
    rows, thirds = np.nonzero(valid & adding & (scores >= WORSE))
    order = np.argsort(-scores[rows, thirds], kind="stable")
    rows, thirds = rows[order], thirds[order]
    columns = np.sort(np.stack([place[first[rows]], place[second[rows]], place[thirds]], axis=1), axis=1)
    few = _first_of_each(np.unique(columns, axis=0, return_inverse=True)[1].ravel(), VARIANTS)
    found = [
        literals.slice(*beam[rows[k]], thirds[k], score=float(scores[rows[k], thirds[k]])) for k in np.flatnonzero(few)
    ]
    return found, int(valid.sum())


def _adds(part: Moments, parent: Moments, least: int) -> np.ndarray:
    """Whether the condition that makes the part of its parent leaves out enough rows, and better ones."""
    return (parent.rows - part.rows >= least) & (gain(part, parent) >= ADDS)


def _products(
    left: np.ndarray | None, rows: np.ndarray, columns: np.ndarray, loss: np.ndarray, right: np.ndarray
) -> Moments:
    """Moments of each row mask of `rows` together with each of `columns`, summed over bins by `left` and `right`."""
    found = []
    for weights in (None, loss) if np.array_equal(loss, loss**2) else (None, loss, loss**2):
        weighted = rows if weights is None else rows * weights.astype(np.float32)
        product = weighted @ columns.T
        product = product if left is None else left @ product
        found.append((product @ right.T).astype(np.float64))
    return Moments(found[0], found[1], found[-1])


def _across(each: Moments, axis: int) -> Moments:
    """The moments of a literal as a column (axis 1) or as a row (axis 0) of the pairs."""
    return Moments(*(np.expand_dims(values, axis) for values in (each.rows, each.total, each.squares)))


def _row(pairs: Moments, first: np.ndarray, second: np.ndarray) -> Moments:
    return Moments(*(values[first, second][:, None] for values in (pairs.rows, pairs.total, pairs.squares)))


def _rows(pairs: Moments, first: np.ndarray) -> Moments:
    return Moments(*(values[first] for values in (pairs.rows, pairs.total, pairs.squares)))


def _first_of_each(keys: np.ndarray, most: int) -> np.ndarray:
    """Which entries are among the first `most` with their key, (entries,) bool.

    >>> _first_of_each(np.array([7, 7, 3, 7, 3]), 2).tolist()
    [True, True, True, False, True]
    """
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(keys) else np.empty(0, dtype=np.intp)
    within = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys))))
    found = np.empty(len(keys), dtype=bool)
    found[order] = within < most
    return found

"""How counterfactuals are found: real rows of the other decision and proposals, brought as near as they go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backends.explanations.coding import changed, unique_rows
from backends.explanations.counterfactuals.judge import Judge, OutOfTime
from backends.explanations.counterfactuals.nearer import shrink, sparsify
from backends.explanations.counterfactuals.room import Room

BLOCK = 256  # real rows scored at a time, the nearest first
REAL = 40  # real rows that are worked on
BEST = 40  # single changes that are combined in pairs, and pairs in triples
POLISHED = 60  # candidates that are brought nearer
ALIKE = 3  # of them with changes in the same columns
CELLS = 4_000_000  # of the rows made at a time
SINGLE_CELLS = 40_000_000  # of all single changes


@dataclass
class Search:
    """A search in a room. `found` holds every row that the decision flips for, also when the time runs out midway."""

    room: Room
    judge: Judge
    pool: np.ndarray  # real rows, coded
    found: list[np.ndarray]

    @classmethod
    def of(cls, room: Room, judge: Judge, pool: np.ndarray) -> Search:
        """A search that has found nothing yet."""
        return cls(room, judge, pool, [])

    def explore(self, first_only: bool = False) -> bool:
        """Look for rows that flip the decision, from the simplest to the most changed. Whether any was found."""
        try:
            for rows in self._stages():
                self.found.append(rows)
                if first_only and len(rows):
                    break
        except OutOfTime:
            pass
        return any(len(rows) for rows in self.found)

    def nearest(self, count: int) -> np.ndarray:
        """The rows found, polished; none where there are none."""
        return self.polish(count) if self.explore() else self._all()

    def polish(self, count: int) -> np.ndarray:
        """The rows found with every needless change undone and every other made as small as its steps allow.

        The nearest come first: by the number of changed columns, then by Gower's distance.
        """
        rows = self._nearest(self._all(), POLISHED, ALIKE)
        try:
            sparsify(rows, self.room, self.judge)
            rows = self._nearest(rows, 4 * count, ALIKE)
            shrink(rows, self.room, self.judge)
        except OutOfTime:
            pass  # each round leaves rows that flip the decision
        return self._nearest(rows, POLISHED, POLISHED)

    def _stages(self) -> Iterator[np.ndarray]:
        """Rows that flip the decision; ever more changes at a time, the later stages only where they are needed."""
        base = self.room.base[None, :]
        yield base[self.judge.leads(base) > 0]
        singles = _Singles.of(self.room)
        leads = self._leads(singles, self.room.base)
        yield singles.on(self.room.base, np.flatnonzero(leads > 0))
        yield self._real()
        promising = singles.on(self.room.base, _leading(leads))
        pairs = _combined(promising, self.room.base)
        paired = self.judge.leads(pairs)
        yield pairs[paired > 0]
        if sum(map(len, self.found)) >= BEST:
            return
        triples = _extended(pairs[_leading(paired)], promising, self.room.base)
        tripled = self.judge.leads(triples)
        yield triples[tripled > 0]
        if not any(len(rows) for rows in self.found):
            rows = np.concatenate([promising, pairs, triples])
            yield self._climbed(singles, rows, self.judge.leads(rows))

    def _leads(self, singles: _Singles, row: np.ndarray) -> np.ndarray:
        """How far each single change of `row` leads; the rows are made a block at a time."""
        step = max(1, CELLS // max(len(row), 1))
        blocks = (np.arange(start, min(start + step, len(singles))) for start in range(0, len(singles), step))
        return np.concatenate([*(self.judge.leads(singles.on(row, block)) for block in blocks), np.empty(0)])

    def _real(self) -> np.ndarray:
        """The nearest real rows, brought into the room, that the decision flips for."""
        rows = unique_rows(self.room.inside(self.pool))
        rows = rows[np.argsort(self.room.distances(rows), kind="stable")]
        hits: list[np.ndarray] = []
        for start in range(0, len(rows), BLOCK):
            part = rows[start : start + BLOCK]
            hits.append(part[self.judge.leads(part) > 0])
            if sum(map(len, hits)) >= REAL:
                break
        return np.concatenate(hits)[:REAL] if hits else rows

    def _climbed(self, singles: _Singles, rows: np.ndarray, leads: np.ndarray) -> np.ndarray:
        """From the best row so far, one further column at a time, as long as that leads nearer to the target."""
        if not len(rows):
            return rows
        best, lead = rows[leads.argmax()], leads.max()
        while lead <= 0:
            found = self._leads(singles, best)
            if found.max() <= lead:
                return rows[:0]
            best, lead = singles.on(best, np.array([found.argmax()]))[0], found.max()
        return best[None, :]

    def _all(self) -> np.ndarray:
        return np.concatenate([*self.found, np.empty((0, len(self.room.base)))])

    def _nearest(self, rows: np.ndarray, most: int, alike: int) -> np.ndarray:
        """The first `most` rows by changed columns and distance, at most `alike` with changes in the same columns."""
        rows = unique_rows(rows)
        where = self.room.changes(rows)
        order = np.lexsort([self.room.distances(rows), where.sum(axis=1)])
        seen: dict[bytes, int] = {}
        kept = []
        for place in order.tolist():
            key = where[place].tobytes()
            seen[key] = seen.get(key, 0) + 1
            if seen[key] <= alike:
                kept.append(place)
            if len(kept) == most:
                break
        return rows[kept]


@dataclass(frozen=True)
class _Singles:
    """Changes of one column each: `values[i]` in column `columns[i]`."""

    columns: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, room: Room) -> _Singles:
        """Each free column's values worth trying; fewer of each, and of fewer columns, in a table of very many."""
        most = max(100, SINGLE_CELLS // max(len(room.options), 1))
        each = max(2, most // max(int(room.free.sum()), 1))
        thinned = [values[_spread(len(values), each)] for values in room.options]
        columns = np.repeat(np.arange(len(thinned)), [len(values) for values in thinned])
        values = np.concatenate([*thinned, np.empty(0)])
        kept = np.random.default_rng(0).permutation(len(columns))[:most] if len(columns) > most else slice(None)
        return cls(columns[kept], values[kept])

    def __len__(self) -> int:
        return len(self.columns)

    def on(self, row: np.ndarray, which: np.ndarray) -> np.ndarray:
        """The row with each of the changes, one row per change."""
        rows = np.tile(row, (len(which), 1))
        rows[np.arange(len(which)), self.columns[which]] = self.values[which]
        return rows


def _spread(count: int, most: int) -> np.ndarray:
    """At most so many of `count` places, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(most, count)).round().astype(int))


def _leading(leads: np.ndarray) -> np.ndarray:
    """Which lead nearest to the target without reaching it."""
    short = np.flatnonzero(leads <= 0)
    return short[np.argsort(-leads[short], kind="stable")[:BEST]]


def _combined(rows: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Every two of the rows in one."""
    first, second = np.triu_indices(len(rows), 1)
    return unique_rows(np.where(changed(rows[first], base), rows[first], rows[second]))


def _extended(rows: np.ndarray, singles: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Each row with each single change on top."""
    below, above = np.repeat(rows, min(len(singles), 15), axis=0), np.tile(singles[:15], (len(rows), 1))
    return unique_rows(np.where(changed(above, base), above, below))

"""The vectors of a collection in memory: exact products for a few, an approximate index and exact scores for many."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from backends.retrieval.index.changes import Changes
from backends.retrieval.index.faiss_file import Approximate, build, read, write

if TYPE_CHECKING:
    from backends.retrieval.index.store import Store

log = logging.getLogger(__name__)

FLAT_UP_TO = 50_000  # vectors that are all compared: about 10 ms for 384 numbers each
OVERSAMPLED = 4  # candidates of the approximate index for each hit that is wanted
STALE_SHARE = 0.1  # of the vectors that changed since the approximate index was built: then it is built anew
_SPARE = 1.3  # room for new vectors, so that one more does not copy all


@dataclass(frozen=True)
class _State:
    """What a search sees; a change makes another one, and leaves this one good.

    The arrays have room at the end: the rows in use are the first `count`, and only rows behind them are written.
    """

    identity: str
    generation: int
    count: int
    ids: np.ndarray  # int64
    born: np.ndarray  # int64, generation of each vector
    vectors: np.ndarray  # float32 (rows, dimension)
    alive: np.ndarray  # bool (count,)
    order: np.ndarray  # rows that are alive, by id
    approximate: Approximate | None = None

    def rows_of(self, ids: np.ndarray) -> np.ndarray:
        """Rows of the ids that are here."""
        if len(self.order) == 0:
            return np.empty(0, np.int64)
        known = self.ids[self.order]
        at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
        rows: np.ndarray = self.order[at[known[at] == ids]]
        return rows

    def fresh(self) -> np.ndarray:
        """Rows that the approximate index does not hold."""
        bound = self.approximate.generation if self.approximate else 0
        return np.flatnonzero(self.alive & (self.born[: self.count] > bound))


class MemoryEngine:
    """Vectors of one store in this process. Safe from any thread: a search works on what was there when it began."""

    def __init__(self, folder: Path, flat_up_to: int = FLAT_UP_TO) -> None:
        self._folder = folder
        self._flat_up_to = flat_up_to
        self._lock = threading.Lock()  # of refresh
        self._state: _State | None = None
        self._builder: threading.Thread | None = None
        self._closed = False

    def refresh(self, store: Store, identity: str) -> None:
        """Take in what changed in the store; one number is read where nothing did."""
        state = self._state
        if state is not None and (state.identity, state.generation) == (identity, store.generation()):
            return
        with self._lock:
            old = self._state if self._state is not None and self._state.identity == identity else None
            changes = store.vectors_since(old.generation if old else 0, identity)
            if old is not None and not changes.complete:
                state = _changed(old, changes)
            else:
                state = _first(changes, identity)
                kept = read(self._folder, identity) if state.count > self._flat_up_to else None
                state = replace(state, approximate=kept if kept and kept.generation <= state.generation else None)
            self._state = state
            self._build_where_stale(state)

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """See `VectorEngine.search`. Scores are exact; with many vectors a near one may rarely be missed."""
        state = self._state
        if state is None or len(state.order) == 0 or k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        query = np.ascontiguousarray(query, np.float32)
        if allowed is not None:
            rows = state.rows_of(np.asarray(allowed, np.int64))
        elif state.approximate is None:
            rows = state.order
        else:
            near = state.rows_of(np.sort(state.approximate.nearest(query, OVERSAMPLED * k)))
            rows = np.union1d(near, state.fresh())
        return _best(state, query, rows, k)

    def wait(self) -> None:
        """Wait until no index is being built."""
        builder = self._builder
        if builder is not None:
            builder.join()

    def close(self) -> None:
        """Let go of the vectors, after what is being built."""
        self._closed = True
        self.wait()
        self._state = None

    def _build_where_stale(self, state: _State) -> None:
        """Begin to build the approximate index where there are many vectors and it lacks too many of them."""
        if len(state.order) <= self._flat_up_to or self._closed:
            return
        held = state.approximate.count if state.approximate else 0
        lacking = len(state.fresh()) if state.approximate else len(state.order)
        needless = held - (len(state.order) - lacking)
        if lacking + needless <= STALE_SHARE * len(state.order) or (self._builder and self._builder.is_alive()):
            return
        self._builder = threading.Thread(target=self._build, args=(state,), name="vector index", daemon=True)
        self._builder.start()

    def _build(self, state: _State) -> None:
        try:
            made = build(state.vectors[state.order], state.ids[state.order], state.identity, state.generation)
            with self._lock:
                if self._state is not None and self._state.identity == state.identity:
                    self._state = replace(self._state, approximate=made)
            if self._folder.is_dir():  # the collection was not deleted meanwhile
                write(self._folder, made)
        except Exception:  # a search is exact without it
            log.exception("the approximate index of %s could not be built", self._folder)


def _first(changes: Changes, identity: str) -> _State:
    count = len(changes.ids)
    return _State(
        identity=identity,
        generation=changes.generation,
        count=count,
        ids=changes.ids,
        born=changes.born,
        vectors=changes.vectors,
        alive=np.ones(count, bool),
        order=np.argsort(changes.ids, kind="stable"),
    )


def _changed(state: _State, changes: Changes) -> _State:
    """The state with the changes; what others still search in is left as it is."""
    if len(changes.ids) == 0 and len(changes.gone) == 0:
        return replace(state, generation=changes.generation)
    alive = state.alive & ~np.isin(state.ids[: state.count], np.concatenate([changes.gone, changes.ids]))
    if len(changes.ids) and (state.count == 0 or state.count + len(changes.ids) > len(state.ids)):
        state, alive = _with_room(state, alive, changes)
    count = state.count + len(changes.ids)
    if len(changes.ids):
        state.ids[state.count : count] = changes.ids
        state.born[state.count : count] = changes.born
        state.vectors[state.count : count] = changes.vectors
    alive = np.concatenate([alive, np.ones(len(changes.ids), bool)])
    rows = np.flatnonzero(alive)
    order = rows[np.argsort(state.ids[rows], kind="stable")]
    return replace(state, generation=changes.generation, count=count, alive=alive, order=order)


def _with_room(state: _State, alive: np.ndarray, changes: Changes) -> tuple[_State, np.ndarray]:
    """Copies of the rows that are alive, with room for the new ones and some more."""
    rows = np.flatnonzero(alive)
    size = int(_SPARE * (len(rows) + len(changes.ids))) + 1
    ids, born = np.empty(size, np.int64), np.empty(size, np.int64)
    vectors = np.empty((size, changes.vectors.shape[1]), np.float32)
    for new, old in ((ids, state.ids), (born, state.born)):
        new[: len(rows)] = old[rows]
    if len(rows):
        vectors[: len(rows)] = state.vectors[rows]
    return replace(state, count=len(rows), ids=ids, born=born, vectors=vectors), np.ones(len(rows), bool)


def _best(state: _State, query: np.ndarray, rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The `k` rows with the greatest products, ties in order of the ids."""
    if len(rows) == 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    many = 4 * len(rows) > state.count  # then reading all in order is faster than picking
    scores = (state.vectors[: state.count] @ query)[rows] if many else state.vectors[rows] @ query
    if k < len(rows):
        bound = np.partition(scores, len(rows) - k)[len(rows) - k]
        kept = np.flatnonzero(scores >= bound)
        rows, scores = rows[kept], scores[kept]
    ids = state.ids[rows]
    best = np.lexsort((ids, -scores))[:k]
    return ids[best], scores[best].astype(np.float32)

"""The vectors of a collection in Milvus, so that this process holds their ids alone.

The store remains the record of what is true; Milvus is told of every change and compared with it, row by row, when
an engine is opened: what is missing or outdated is written again, what is too much is deleted. Each model's vectors
are in a Milvus collection of their own, named after a random number that is kept beside the store.
"""

from __future__ import annotations

import hashlib
import heapq
import re
import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from backends.errors import WorkbenchError, in_folder
from backends.retrieval.index.changes import Changes
from backends.retrieval.index.milvus_server import MOST_HITS, Milvus, one_of
from backends.settings import Settings

if TYPE_CHECKING:
    from backends.retrieval.index.store import Store

TOKEN_FILE = "milvus.id"  # noqa: S105 - a name, not a secret
MOST_IDS = 10_000  # in one condition
SPARE = 16  # hits that are asked for beyond those wanted, for rows that another process has changed meanwhile


def _no_ids() -> np.ndarray:
    return np.empty(0, np.int64)


@dataclass(frozen=True)
class _State:
    """What Milvus holds, as far as this engine knows."""

    identity: str
    generation: int = 0
    name: str = ""  # of the Milvus collection; "" until there are vectors
    ids: np.ndarray = field(default_factory=_no_ids)  # ascending
    born: np.ndarray = field(default_factory=_no_ids)

    def holds(self, ids: np.ndarray, born: np.ndarray) -> np.ndarray:
        """Which of these rows are here, of this generation: bool (n,)."""
        if len(self.ids) == 0:
            return np.zeros(len(ids), bool)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        held: np.ndarray = (self.ids[at] == ids) & (self.born[at] == born)
        return held


class MilvusEngine:
    """Vectors of one store in Milvus: see `VectorEngine`. How exact a search is, is up to the index of the server."""

    def __init__(self, settings: Settings, folder: Path, milvus: Milvus | None = None) -> None:
        """Connect, or use a connection. Raises WorkbenchError where Milvus does not answer or pymilvus is absent."""
        self._milvus = milvus or Milvus(settings)
        self._prefix = f"workbench_{_token(folder)}_"
        self._lock = threading.Lock()  # of refresh
        self._state = _State("")

    def refresh(self, store: Store, identity: str) -> None:
        """Tell Milvus what changed in the store; what fails is tried again the next time."""
        state = self._state
        if (state.identity, state.generation) == (identity, store.generation()):
            return
        with self._lock:
            state = self._state if self._state.identity == identity else _State(identity)
            changes = store.vectors_since(state.generation, identity)
            state = self._compared(state, changes) if changes.complete else self._told(state, changes)
            if state.name and self._milvus.count(state.name) != len(state.ids):
                state = self._compared(state, store.vectors_since(0, identity))  # another process wrote meanwhile
            self._state = state

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """See `VectorEngine.search`."""
        state = self._state
        found: dict[int, float] = {}
        if state.name and k > 0:
            for condition in _conditions(state.ids, allowed):
                rows = self._milvus.nearest(state.name, query, min(k + SPARE, MOST_HITS), condition)
                ids, born = (np.array([row[n] for row in rows], np.int64) for n in (1, 2))
                held = state.holds(ids, born)
                found |= {row[1]: row[0] for row, kept in zip(rows, held, strict=True) if kept}
        best = heapq.nsmallest(k, ((-score, id_) for id_, score in found.items()))
        return np.array([id_ for _, id_ in best], np.int64), np.array([-score for score, _ in best], np.float32)

    def forget(self) -> None:
        """Delete everything of this store in Milvus: before its folder is deleted."""
        with self._lock:
            for name in self._milvus.collections(self._prefix):
                self._milvus.drop(name)
            self._state = _State("")

    def close(self) -> None:
        """End the connection."""
        self._milvus.close()

    def _compared(self, state: _State, changes: Changes) -> _State:
        """Make Milvus hold the rows of `changes` and no others."""
        if len(changes.ids) == 0 and not state.name:
            return _State(state.identity, changes.generation)
        name = state.name or self._opened(state.identity, changes.vectors.shape[1])
        present = _State(state.identity, 0, name, *self._milvus.listed(name))
        self._milvus.remove(name, np.setdiff1d(present.ids, changes.ids))
        lacking = ~present.holds(changes.ids, changes.born)
        self._milvus.write(name, changes.ids[lacking], changes.born[lacking], changes.vectors[lacking])
        return _State(state.identity, changes.generation, name, changes.ids, changes.born)

    def _told(self, state: _State, changes: Changes) -> _State:
        """Pass on what is gone and what is new."""
        name = state.name or (self._opened(state.identity, changes.vectors.shape[1]) if len(changes.ids) else "")
        gone = np.intersect1d(changes.gone, state.ids)
        if name:
            self._milvus.remove(name, gone)
            self._milvus.write(name, changes.ids, changes.born, changes.vectors)
        kept = ~np.isin(state.ids, np.concatenate([gone, changes.ids]))
        ids = np.concatenate([state.ids[kept], changes.ids])
        born = np.concatenate([state.born[kept], changes.born])
        order = np.argsort(ids, kind="stable")
        return _State(state.identity, changes.generation, name, ids[order], born[order])

    def _opened(self, identity: str, dimension: int) -> str:
        """The name of the model's collection, made where there is none; those of other models are deleted."""
        digest = hashlib.sha256(f"{identity} {dimension}".encode()).hexdigest()[:16]
        name = self._prefix + digest
        present = self._milvus.collections(self._prefix)
        for other in present:
            if other != name:
                self._milvus.drop(other)
        if name not in present:
            self._milvus.create(name, dimension)
        return name


def _conditions(known: np.ndarray, allowed: np.ndarray | None) -> list[str]:
    """Conditions that together let through exactly the allowed ids, each with few ids in it."""
    if allowed is None:
        return [""]
    inside = np.intersect1d(known, allowed)
    outside = np.setdiff1d(known, inside)
    if len(outside) == 0:
        return [""]
    if len(outside) <= min(MOST_IDS, len(inside)):
        return [one_of(outside.tolist(), inside=False)]
    return [one_of(inside[at : at + MOST_IDS].tolist()) for at in range(0, len(inside), MOST_IDS)]


def _token(folder: Path) -> str:
    """The random number after which the store in this folder is known in Milvus, drawn once."""
    path = folder / TOKEN_FILE
    part = path.with_name(f"{TOKEN_FILE}.{secrets.token_hex(4)}")
    if not path.exists():
        part.write_text(secrets.token_hex(12), encoding="ascii")
        with suppress(FileExistsError):  # another process was first
            path.hardlink_to(part)  # whole at once
        part.unlink()
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-9a-f]{24}", text):
        raise WorkbenchError(f"{in_folder(path)} is damaged.", hint="Delete that file; Milvus is then filled anew.")
    return text

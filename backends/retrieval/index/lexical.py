"""BM25 over the full-text index.

The score of a passage for a question is, as in Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009),

    Σ over the terms  idf(t) · tf · (K1 + 1) / (tf + K1 · (1 − B + B · length / mean length))
    idf(t) = ln(1 + (N − df + ½) / (df + ½))

with `tf` the times that a passage (and its headings) holds the term, `df` the passages that do, of `N`, and lengths in
tokens of the embedding model. The sum is FTS5's own ``bm25()`` with an idf that never is negative. It is not left to
FTS5 because that looks up and scores each row that has any of the words, which takes 0.2 s over 100,000 passages; here
the rows of a term are read once, and kept until the collection changes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

K1, B = 1.2, 0.75  # the usual values, and those of FTS5
MOST_POSTINGS = 8_000_000  # that are kept, of 8 bytes each; the terms used longest ago go first
_VOCABULARY = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurrences USING fts5vocab(main, fts, instance)"
_OCCURRENCES = "SELECT group_concat(doc, ' ') FROM temp.occurrences WHERE term = ?"  # in order of the passages' ids


@dataclass(frozen=True)
class Postings:
    """The passages that hold a term, and what it adds to the score of each."""

    ids: np.ndarray  # int32, ascending
    scores: np.ndarray  # float32
    idf: float


@dataclass
class _Kept:
    """What was read of one generation of a collection."""

    generation: int
    passages: int  # enabled or not
    norms: np.ndarray  # float32 by chunk id: the length's part of the formula; inf where nothing may be found
    terms: OrderedDict[str, Postings] = field(default_factory=OrderedDict)
    size: int = 0


class Lexical:
    """The full-text index of one open collection, for searching. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: _Kept | None = None

    def search(
        self,
        connection: sqlite3.Connection,
        generation: int,
        stems: Sequence[str],
        limit: int,
        allowed: np.ndarray | None = None,
    ) -> list[tuple[int, float]]:
        """The best passages that hold any of the terms, as chunk id and score, the best first, equals by id.

        `generation` is that of what the connection sees. Only ids in `allowed` are given, where it is not None, and
        never a passage that is switched off.
        """
        postings = [one for one in self._postings(connection, generation, stems).values() if len(one.ids)]
        if not postings or limit < 1:
            return []
        ids = np.concatenate([one.ids for one in postings])
        scores = np.bincount(ids, np.concatenate([one.scores for one in postings]))
        if allowed is not None:
            scores = _only(scores, allowed)
        return best(scores, limit)

    def idf(self, connection: sqlite3.Connection, generation: int, stems: Sequence[str]) -> dict[str, float]:
        """How much each term tells: the inverse document frequency of the formula; the highest for unknown words."""
        return {stem: one.idf for stem, one in self._postings(connection, generation, stems).items()}

    def _postings(self, connection: sqlite3.Connection, generation: int, stems: Sequence[str]) -> dict[str, Postings]:
        kept = self._kept
        if kept is None or kept.generation != generation:
            kept = _read(connection, generation)
            self._kept = kept
        _prepare(connection)
        return {stem: self._one(connection, kept, stem) for stem in dict.fromkeys(stems)}

    def _one(self, connection: sqlite3.Connection, kept: _Kept, stem: str) -> Postings:
        with self._lock:
            if stem in kept.terms:
                kept.terms.move_to_end(stem)
                return kept.terms[stem]
        found = _postings(connection, kept, stem)
        with self._lock:
            if stem not in kept.terms:
                kept.terms[stem] = found
                kept.size += len(found.ids)
            while kept.size > MOST_POSTINGS:
                kept.size -= len(kept.terms.popitem(last=False)[1].ids)
        return found


def best(scores: np.ndarray, limit: int) -> list[tuple[int, float]]:
    """Positions and values of the highest scores above zero, the highest first, equals by position.

    >>> best(np.array([0.0, 1.0, 3.0, 1.0]), 2)
    [(2, 3.0), (1, 1.0)]
    """
    found = np.flatnonzero(scores > 0)
    if len(found) > limit:
        least = np.partition(scores[found], len(found) - limit)[len(found) - limit]
        found = found[scores[found] >= least]
    order = found[np.lexsort((found, -scores[found]))][:limit]
    return [(int(position), float(scores[position])) for position in order]


def _only(scores: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    kept = np.zeros_like(scores)
    inside = allowed[allowed < len(scores)]
    kept[inside] = scores[inside]
    return kept


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the index's vocabulary readable: a view of this connection, that nothing is written for."""
    if connection.execute("SELECT 1 FROM temp.sqlite_master WHERE name = 'occurrences'").fetchone():
        return
    (read_only,) = connection.execute("PRAGMA query_only").fetchone()
    connection.execute("PRAGMA query_only = OFF")  # it forbids views as well
    try:
        connection.execute(_VOCABULARY)
    finally:
        connection.execute(f"PRAGMA query_only = {int(read_only)}")


def _read(connection: sqlite3.Connection, generation: int) -> _Kept:
    """The lengths of all passages, by id."""
    rows = connection.execute("SELECT id, tokens, enabled FROM chunks").fetchall()
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    ids, lengths = table[:, 0], table[:, 1].astype(np.float32)
    norms = np.full(int(ids.max(initial=0)) + 1, np.inf, dtype=np.float32)
    norms[ids] = K1 * (1 - B + B * lengths / max(1.0, float(lengths.mean()) if len(lengths) else 1.0))
    norms[ids[table[:, 2] == 0]] = np.inf
    return _Kept(generation, len(ids), norms)


def _postings(connection: sqlite3.Connection, kept: _Kept, stem: str) -> Postings:
    """All occurrences of a term, counted by passage."""
    (listed,) = connection.execute(_OCCURRENCES, (stem,)).fetchone()
    occurrences = np.fromstring(listed, dtype=np.int64, sep=" ") if listed else np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.diff(occurrences, prepend=-1))
    ids, tf = occurrences[starts], np.diff(starts, append=len(occurrences)).astype(np.float32)
    idf = float(np.log1p((kept.passages - len(ids) + 0.5) / (len(ids) + 0.5)))
    scores = (idf * tf * (K1 + 1) / (tf + kept.norms[ids])).astype(np.float32)
    return Postings(ids[scores > 0].astype(np.int32), scores[scores > 0], idf)

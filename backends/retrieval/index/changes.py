"""What a vector engine has to be told: the vectors that are new, and the passages that are gone."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import numpy as np

from backends.errors import WorkbenchError
from backends.retrieval.index.writing import meta_number

_AT_ONCE = 4_096  # rows that are held as Python objects
_ON = "v.chunk NOT IN (SELECT id FROM chunks WHERE enabled = 0)"
_ALL = f"FROM vectors v WHERE +v.identity = ? AND +v.generation > ? AND {_ON}"  # + passes over the index: all is read
_NEW = f"FROM vectors v WHERE v.identity = ? AND v.generation > ? AND {_ON}"


@dataclass(frozen=True)
class Changes:
    """From one generation to another: first forget `gone`, then take in `ids` with their vectors."""

    generation: int  # up to which this is told
    ids: np.ndarray  # int64 (n,), chunks
    born: np.ndarray  # int64 (n,), the generation of each vector
    vectors: np.ndarray  # float32 (n, dimension)
    gone: np.ndarray  # int64 (m,), chunks that are deleted or switched off
    complete: bool  # whether `ids` are all there are: what was known before is to be forgotten


def read_changes(connection: sqlite3.Connection, generation: int, identity: str) -> Changes:
    """All that changed after `generation` for vectors of the model `identity`; 0 reads everything."""
    now = meta_number(connection, "generation")
    complete = not meta_number(connection, "forgotten") <= generation <= now or generation == 0
    since = 0 if complete else generation
    ids, born, vectors = _vectors(connection, identity, since)
    rows = () if complete else connection.execute("SELECT chunk FROM gone WHERE generation > ?", (since,))
    gone = np.fromiter((row[0] for row in rows), np.int64)
    return Changes(now, ids, born, vectors, gone, complete)


def _vectors(connection: sqlite3.Connection, identity: str, since: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids, generations and vectors, in order of the ids, without holding them twice."""
    (count,) = connection.execute(f"SELECT COUNT(*) {_NEW}", (identity, since)).fetchone()
    rows = connection.execute(f"SELECT v.chunk, v.generation, v.vector {_NEW} ORDER BY v.chunk", (identity, since))
    ids, born = np.empty(count, np.int64), np.empty(count, np.int64)
    vectors = np.empty((0, 0), np.float32)
    at = 0
    while some := rows.fetchmany(_AT_ONCE):
        if at == 0:
            vectors = np.empty((count, len(some[0][2]) // 4), np.float32)
        upto = at + len(some)
        ids[at:upto] = [row[0] for row in some]
        born[at:upto] = [row[1] for row in some]
        vectors[at:upto] = _matrix([row[2] for row in some], vectors.shape[1])
        at = upto
    return ids, born, vectors


def _matrix(blobs: list[bytes], dimension: int) -> np.ndarray:
    if any(len(blob) != 4 * dimension for blob in blobs):
        raise WorkbenchError(
            "Some vectors of the collection have another length than the others.", hint="Delete and add the documents."
        )
    return np.frombuffer(b"".join(blobs), "<f4").reshape(len(blobs), dimension)

"""The statements that read a collection, each on a connection that its caller holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from backends.errors import WorkbenchError
from backends.retrieval.index.records import Status, StoredChunk, StoredDocument
from backends.retrieval.index.rows import CHUNKS, DOCUMENTS, marks, stored_chunk, stored_documents, together

if TYPE_CHECKING:
    from backends.retrieval.search.hit import Filter

Unembedded = tuple[int, str, tuple[str, ...], str]  # chunk, title of its document, headings, text


def key_of(connection: sqlite3.Connection, document: str) -> int:
    """The key of a document by its id. Raises WorkbenchError where there is none."""
    row = connection.execute("SELECT key FROM documents WHERE id = ?", (document,)).fetchone()
    if row is None:
        raise WorkbenchError(f"There is no document {document!r} in this collection.", hint="Load the list again.")
    return int(row[0])


def restriction(wanted: Filter | None) -> tuple[str, list[Any]]:
    """The condition of a filter on the table ``documents d`` and its parameters; ("", []) where there is none."""
    if wanted is None:
        return "", []
    clauses = [("d.key IN (SELECT document FROM tags WHERE tag = ?)", tag) for tag in wanted.tags]
    if wanted.since is not None:
        clauses.append(("d.date >= ?", wanted.since.isoformat()))
    if wanted.until is not None:
        clauses.append(("d.date <= ?", wanted.until.isoformat()))
    if wanted.documents:
        clauses.append(("d.id IN (SELECT value FROM json_each(?))", json.dumps(wanted.documents)))
    return " AND ".join(clause for clause, _ in clauses), [value for _, value in clauses]


def documents(connection: sqlite3.Connection, wanted: Filter | None = None) -> tuple[StoredDocument, ...]:
    """The documents that a filter lets through, in order of their names."""
    condition, given = restriction(wanted)
    where = f"WHERE {condition}" if condition else ""
    rows = connection.execute(f"{DOCUMENTS} {where} ORDER BY d.name COLLATE NOCASE, d.name", given)
    return stored_documents(connection, rows)


def documents_by(connection: sqlite3.Connection, column: str, values: Sequence[str]) -> tuple[StoredDocument, ...]:
    """Documents by their "id", "name" or "digest"; those that are not there are left out."""
    if column not in ("id", "name", "digest"):
        raise ValueError(column)
    found: list[StoredDocument] = []
    for some in together(list(values)):
        rows = connection.execute(f"{DOCUMENTS} WHERE d.{column} IN ({marks(some)})", some)
        found.extend(stored_documents(connection, rows))
    return tuple(found)


def chunks(connection: sqlite3.Connection, ids: Sequence[int], identity: str) -> tuple[StoredChunk, ...]:
    """Passages in the order of `ids`; those that are not there any more are left out."""
    found: dict[int, StoredChunk] = {}
    for some in together([int(one) for one in ids]):
        rows = connection.execute(f"{CHUNKS} WHERE c.id IN ({marks(some)})", (identity, *some))
        found.update((row[0], stored_chunk(row)) for row in rows)
    return tuple(found[int(one)] for one in ids if int(one) in found)


def chunks_of(connection: sqlite3.Connection, document: str, identity: str) -> tuple[StoredChunk, ...]:
    """The passages of a document, in order. Raises WorkbenchError for an unknown one."""
    key = key_of(connection, document)
    rows = connection.execute(f"{CHUNKS} WHERE c.document = ?2 ORDER BY c.position", (identity, key))
    return tuple(stored_chunk(row) for row in rows)


def version_row(connection: sqlite3.Connection, document: str, version: int | None) -> tuple[str, str]:
    """Text and structure of a version, None for the present one. Raises WorkbenchError for one that is not kept."""
    key = key_of(connection, document)
    row = connection.execute(
        """SELECT v.text, v.structure FROM versions v JOIN documents d ON d.key = v.document
        WHERE d.key = ? AND v.version = COALESCE(?, d.version)""",
        (key, version),
    ).fetchone()
    if row is None:
        raise WorkbenchError(
            f"Version {version} of this document is not kept.", hint="Choose one of the versions that are listed."
        )
    return row[0], row[1]


def allowed(connection: sqlite3.Connection, wanted: Filter | None) -> np.ndarray | None:
    """Ids of the passages that a filter lets through, ascending; None where it lets all through."""
    condition, given = restriction(wanted)
    if not condition:
        return None
    rows = connection.execute(
        f"""SELECT c.id FROM documents d JOIN chunks c ON c.document = d.key
        WHERE {condition} AND c.enabled = 1""",  # noqa: S608 - conditions of `restriction`
        given,
    )
    return np.sort(np.fromiter((row[0] for row in rows), np.int64))


def vectors(connection: sqlite3.Connection, ids: Sequence[int], identity: str) -> dict[int, np.ndarray]:
    """Vectors of the model by passage; those that have none are left out."""
    found: dict[int, np.ndarray] = {}
    for some in together([int(one) for one in ids]):
        sql = f"SELECT chunk, vector FROM vectors WHERE chunk IN ({marks(some)}) AND identity = ?"  # noqa: S608
        found.update((chunk, np.frombuffer(blob, "<f4")) for chunk, blob in connection.execute(sql, (*some, identity)))
    return found


def known_vectors(connection: sqlite3.Connection, hashes: Sequence[bytes], identity: str) -> dict[bytes, np.ndarray]:
    """Vectors of the model that are there already, by the hash of the embedded text."""
    found: dict[bytes, np.ndarray] = {}
    for some in together(list(dict.fromkeys(hashes))):
        rows = connection.execute(
            f"""SELECT c.hash, v.vector FROM chunks c JOIN vectors v ON v.chunk = c.id
            WHERE c.hash IN ({marks(some)}) AND v.identity = ?""",  # noqa: S608
            (*some, identity),
        )
        found.update((row[0], np.frombuffer(row[1], "<f4")) for row in rows)
    return found


def unembedded(connection: sqlite3.Connection, identity: str, after: int, limit: int) -> list[Unembedded]:
    """Passages without a vector of the model, whose id is above `after`, in order of their ids."""
    rows = connection.execute(
        """SELECT c.id, d.title, c.headings, c.text FROM chunks c JOIN documents d ON d.key = c.document
        WHERE c.id > ?2 AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.chunk = c.id AND v.identity = ?1)
        ORDER BY c.id LIMIT ?3""",
        (identity, after, limit),
    )
    return [(row[0], row[1], tuple(json.loads(row[2])), row[3]) for row in rows]


def untouched(connection: sqlite3.Connection) -> bool:
    """Whether there are no documents, and no options were ever kept."""
    rows = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM documents) OR EXISTS (SELECT 1 FROM meta WHERE key = 'options')"
    )
    return not rows.fetchone()[0]


def status(connection: sqlite3.Connection, identity: str, layout: str) -> Status:
    """How far the collection is with one model and one layout ("" asks after neither), but for what is waiting."""
    count = {
        "documents": ("SELECT COUNT(*) FROM documents", ()),
        "passages": ("SELECT COUNT(*) FROM chunks", ()),
        "embedded": ("SELECT COUNT(*) FROM vectors WHERE identity = ?1 OR ?1 = ''", (identity,)),
        "disabled": ("SELECT COUNT(*) FROM chunks WHERE enabled = 0", ()),
        "outdated": ("SELECT COUNT(*) FROM documents WHERE layout <> ?1 AND ?1 <> ''", (layout,)),
    }
    numbers: dict[str, Any] = {
        name: connection.execute(sql, given).fetchone()[0] for name, (sql, given) in count.items()
    }
    return Status(**numbers)

"""The statements that change a collection, each inside a transaction that its caller holds."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from backends.retrieval.documents.document import Document
from backends.retrieval.index.passages import Changed, Facts, Passage, checked_tags, switched_off
from backends.retrieval.index.rows import structure

KEPT_VERSIONS = 50  # of a document's text, and the one that came from the file
MERGED_FROM = 4  # segments of one level of the full-text index, as FTS5 has it unless told otherwise
KEPT_GONE = 200_000  # ids of deleted passages that engines can be told of; an older engine reads all anew
_OF = "SELECT id FROM chunks WHERE document = ?"


def next_generation(connection: sqlite3.Connection) -> int:
    """Raise the collection's generation; every transaction that changes what can be found does so once."""
    connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")
    return meta_number(connection, "generation")


def meta_number(connection: sqlite3.Connection, key: str) -> int:
    """A number among the collection's facts, 0 where it is not there."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return int(row[0]) if row else 0


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Keep a fact of the collection."""
    connection.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
    )


def put(
    connection: sqlite3.Connection,
    document: Document,
    passages: Sequence[Passage],
    blobs: Sequence[bytes | None],
    facts: Facts,
) -> str:
    """Add the document, or make it the next version of the one of the same name. Returns its id."""
    generation = next_generation(connection)
    old = connection.execute("SELECT key, id, version FROM documents WHERE name = ?", (document.name,)).fetchone()
    if facts.expected is not None and (old is None or old[2] != facts.expected):
        raise Changed(document.name)
    off = _off(connection, old, passages, facts)
    if old is not None:
        drop_chunks(connection, old[0], generation)
    key, id_, version = _write_document(connection, document, passages, facts, old)
    _write_version(connection, key, version, document, facts)
    if facts.tags is not None:
        write_tags(connection, key, facts.tags)
    _write_chunks(connection, key, passages, off)
    _write_words(connection, key, [passage for position, passage in enumerate(passages) if position not in off])
    _write_blobs(connection, key, blobs, facts.identity, generation)
    return id_


def delete(connection: sqlite3.Connection, key: int) -> None:
    """Take out a document with everything of it, its old versions too."""
    drop_chunks(connection, key, next_generation(connection))
    connection.execute("DELETE FROM documents WHERE key = ?", (key,))  # tags and versions follow


def drop_chunks(connection: sqlite3.Connection, key: int, generation: int) -> None:
    """Take out the passages of a document, their vectors and their words."""
    _merge(connection, 0)  # the next document that is written merges what this leaves
    connection.execute(f"INSERT INTO gone (chunk, generation) SELECT id, ? FROM ({_OF})", (generation, key))  # noqa: S608
    connection.execute(f"DELETE FROM fts WHERE rowid IN ({_OF} AND enabled = 1)", (key,))  # noqa: S608
    connection.execute(f"DELETE FROM vectors WHERE chunk IN ({_OF})", (key,))  # noqa: S608
    _merge(connection, MERGED_FROM)
    connection.execute("DELETE FROM chunks WHERE document = ?", (key,))
    _forget_gone(connection)


def enable(connection: sqlite3.Connection, chunk: int, passage: Passage | None) -> None:
    """Let a passage be found again (`passage` holds its words) or, with None, not any more."""
    generation = next_generation(connection)
    connection.execute("UPDATE chunks SET enabled = ? WHERE id = ?", (passage is not None, chunk))
    if passage is None:
        connection.execute("DELETE FROM fts WHERE rowid = ?", (chunk,))
        connection.execute("INSERT INTO gone (chunk, generation) VALUES (?, ?)", (chunk, generation))
    else:
        connection.execute("INSERT INTO fts (rowid, head, body) VALUES (?, ?, ?)", (chunk, passage.head, passage.body))
        connection.execute("UPDATE vectors SET generation = ? WHERE chunk = ?", (generation, chunk))


def write_vectors(connection: sqlite3.Connection, identity: str, vectors: Sequence[tuple[int, bytes]]) -> None:
    """Give passages that still exist their vectors of a model, in place of those of another one."""
    generation = next_generation(connection)
    connection.executemany(
        """INSERT INTO vectors (chunk, identity, generation, vector)
        SELECT id, ?2, ?3, ?4 FROM chunks WHERE id = ?1
        ON CONFLICT (chunk) DO UPDATE SET
        identity = excluded.identity, generation = excluded.generation, vector = excluded.vector""",
        [(chunk, identity, generation, blob) for chunk, blob in vectors],
    )


def write_tags(connection: sqlite3.Connection, key: int, tags: Sequence[str]) -> None:
    """Give a document these tags and no others."""
    connection.execute("DELETE FROM tags WHERE document = ?", (key,))
    connection.executemany("INSERT INTO tags VALUES (?, ?)", [(key, tag) for tag in checked_tags(tags)])


def _off(connection: sqlite3.Connection, old: Any, passages: Sequence[Passage], facts: Facts) -> set[int]:
    """Positions of passages that stay switched off."""
    if facts.off is not None:
        return switched_off(facts.off, [passage.chunk for passage in passages])
    if old is None:
        return set()
    rows = connection.execute("SELECT hash FROM chunks WHERE document = ? AND enabled = 0", (old[0],))
    hashes = {row[0] for row in rows}
    return {position for position, passage in enumerate(passages) if passage.hash in hashes}


def _write_document(
    connection: sqlite3.Connection, document: Document, passages: Sequence[Passage], facts: Facts, old: Any
) -> tuple[int, str, int]:
    """Write what is listed of a document. Returns its key, id and version."""
    row = {
        "name": document.name,
        "digest": facts.digest,
        "format": document.format,
        "title": document.title,
        "date": facts.date.isoformat() if facts.date else None,
        "characters": len(document.text),
        "passages": len(passages),
        "pages": len(document.pages),
        "notes": json.dumps(document.notes, ensure_ascii=False),
        "layout": facts.layout,
        "now": now(),
    }
    if old is None:
        row["id"] = secrets.token_hex(8)
        made = connection.execute(
            """INSERT INTO documents
            (id, name, digest, format, title, added, date, characters, passages, pages, version, notes, layout)
            VALUES (:id, :name, :digest, :format, :title, :now, :date, :characters, :passages, :pages, 1, :notes,
            :layout)""",
            row,
        )
        return int(made.lastrowid or 0), str(row["id"]), 1
    raised = facts.origin != "layout"
    connection.execute(
        """UPDATE documents SET digest = :digest, format = :format, title = :title,
        added = CASE WHEN :fresh THEN :now ELSE added END, date = COALESCE(:date, date), characters = :characters,
        passages = :passages, pages = :pages, version = version + :raised, notes = :notes, layout = :layout
        WHERE key = :key""",
        {**row, "key": old[0], "raised": int(raised), "fresh": facts.origin == "file"},
    )
    return old[0], old[1], old[2] + raised


def _write_version(connection: sqlite3.Connection, key: int, version: int, document: Document, facts: Facts) -> None:
    if facts.origin == "layout":
        return  # the text is as it was
    connection.execute(
        "INSERT INTO versions (document, version, made, origin, structure, text) VALUES (?, ?, ?, ?, ?, ?)",
        (key, version, now(), facts.origin, structure(document), document.text),
    )
    connection.execute(
        "DELETE FROM versions WHERE document = ? AND version > 1 AND version <= ?", (key, version - KEPT_VERSIONS)
    )


def _write_chunks(connection: sqlite3.Connection, key: int, passages: Sequence[Passage], off: set[int]) -> None:
    connection.executemany(
        """INSERT INTO chunks (document, position, start, end, page, tokens, headings, enabled, hash, text)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                key,
                position,
                passage.chunk.start,
                passage.chunk.end,
                passage.chunk.page,
                passage.chunk.tokens,
                json.dumps(passage.chunk.headings, ensure_ascii=False),
                position not in off,
                passage.hash,
                passage.text,
            )
            for position, passage in enumerate(passages)
        ],
    )


def _write_words(connection: sqlite3.Connection, key: int, passages: Sequence[Passage]) -> None:
    ids = [row[0] for row in connection.execute(f"{_OF} AND enabled = 1 ORDER BY position", (key,))]
    connection.executemany(
        "INSERT INTO fts (rowid, head, body) VALUES (?, ?, ?)",
        [(chunk, passage.head, passage.body) for chunk, passage in zip(ids, passages, strict=True)],
    )


def _write_blobs(
    connection: sqlite3.Connection, key: int, blobs: Sequence[bytes | None], identity: str, generation: int
) -> None:
    ids = [row[0] for row in connection.execute(f"{_OF} ORDER BY position", (key,))]
    connection.executemany(
        "INSERT INTO vectors (chunk, identity, generation, vector) VALUES (?, ?, ?, ?)",
        [(chunk, identity, generation, blob) for chunk, blob in zip(ids, blobs, strict=True) if blob is not None],
    )


def _merge(connection: sqlite3.Connection, segments: int) -> None:
    """Let the full-text index merge its segments, while it is written, when a level has so many; 0 for not at all."""
    connection.execute("INSERT INTO fts (fts, rank) VALUES ('automerge', ?)", (segments,))


def _forget_gone(connection: sqlite3.Connection) -> None:
    """Keep the list of deleted passages bounded, and remember up to where it is not complete."""
    first, last = connection.execute("SELECT MIN(row), MAX(row) FROM gone").fetchone()
    if last is None or last - first < KEPT_GONE:
        return
    bound = last - KEPT_GONE // 2
    (upto,) = connection.execute("SELECT MAX(generation) FROM gone WHERE row <= ?", (bound,)).fetchone()
    connection.execute("DELETE FROM gone WHERE row <= ?", (bound,))
    set_meta(connection, "forgotten", str(upto))


def now() -> str:
    """This moment, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")

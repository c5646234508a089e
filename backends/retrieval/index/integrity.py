"""Whether all parts of a collection say the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

_MOST = 20  # sentences
_NONE_EXPECTED = {  # a sentence: rows that must not be there
    "Vectors without a passage": "SELECT chunk FROM vectors WHERE chunk NOT IN (SELECT id FROM chunks)",
    "Words without a passage": "SELECT rowid FROM fts WHERE rowid NOT IN (SELECT id FROM chunks WHERE enabled = 1)",
    "Passages without words": "SELECT id FROM chunks WHERE enabled = 1 AND id NOT IN (SELECT rowid FROM fts)",
    "Passages without a document": "SELECT id FROM chunks WHERE document NOT IN (SELECT key FROM documents)",
    "Vectors of another length than others of their model": """SELECT chunk FROM vectors v WHERE length(vector) <>
        (SELECT length(w.vector) FROM vectors w WHERE w.identity = v.identity LIMIT 1)""",
}


def problems(connection: sqlite3.Connection) -> tuple[str, ...]:
    """What does not agree, as sentences, the first few; () where all is well."""
    found: list[str] = []
    for sentence in _each(connection):
        found.append(sentence)
        if len(found) == _MOST:
            break
    return tuple(found)


def _each(connection: sqlite3.Connection) -> Iterator[str]:
    for (line,) in connection.execute("PRAGMA integrity_check(5)"):
        if line != "ok":
            yield f"The file is damaged: {line}."
    try:
        connection.execute("INSERT INTO fts (fts) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as error:
        yield f"The full-text index is damaged: {error}."
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"Row {row} of {table} belongs to a row of {parent} that is not there."
    for sentence, sql in _NONE_EXPECTED.items():
        ids = [row[0] for row in connection.execute(f"{sql} LIMIT 5")]
        if ids:
            yield f"{sentence}: {ids}."
    for row in connection.execute("SELECT key, name, version, characters, passages FROM documents").fetchall():
        yield from _document(connection, *row)


def _document(
    connection: sqlite3.Connection, key: int, name: str, version: int, characters: int, passages: int
) -> Iterator[str]:
    """Conservation: every character is in a passage, and every passage is the slice that it says."""
    kept = connection.execute("SELECT text FROM versions WHERE document = ? AND version = ?", (key, version)).fetchone()
    if kept is None:
        yield f"The text of {name!r}, version {version}, is not there."
        return
    text: str = kept[0]
    chunks = connection.execute(
        "SELECT position, start, end, text FROM chunks WHERE document = ? ORDER BY position", (key,)
    ).fetchall()
    if (len(text), len(chunks)) != (characters, passages):
        yield f"{name!r} has {len(text)} characters and {len(chunks)} passages, not {characters} and {passages}."
    if [chunk[0] for chunk in chunks] != list(range(len(chunks))):
        yield f"The passages of {name!r} are not numbered from 0 without gaps."
    wrong = [chunk[0] for chunk in chunks if text[chunk[1] : chunk[2]] != chunk[3]]
    if wrong:
        yield f"Passages of {name!r} are not slices of its text: {wrong[:5]}."
    if (gap := _gap(chunks, len(text))) is not None:
        yield f"The character at {gap} of {name!r} is in no passage."


def _gap(chunks: list[tuple[Any, ...]], length: int) -> int | None:
    """The first position that no chunk covers."""
    upto = 0
    for _, start, end, _ in sorted(chunks, key=lambda chunk: chunk[1]):
        if start > upto:
            return upto
        upto = max(upto, end)
    return upto if upto < length else None

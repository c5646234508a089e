"""The tables of a collection. One file holds all that cannot be made again.

Chunk ids are never used again, and a chunk never changes but for `enabled`: what is edited gets new chunks. So whoever
has read the vectors up to one generation needs only what is newer, and the ids in `gone`.
"""

from __future__ import annotations

import string

SCHEMA = 2  # kept in the file's user_version
APPLICATION = 0x44574B43  # "DWKC", kept in the file's application_id
FILE = "collection.sqlite"

# Terms come analysed, with a space between them: nothing but white space ends one.
_WHOLE = string.punctuation.replace("'", "''").replace('"', '""')

TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE documents (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE,
        digest TEXT NOT NULL,
        format TEXT NOT NULL,
        title TEXT NOT NULL,
        added TEXT NOT NULL,
        date TEXT,
        characters INTEGER NOT NULL,
        passages INTEGER NOT NULL,
        pages INTEGER NOT NULL,
        version INTEGER NOT NULL,
        notes TEXT NOT NULL,
        layout TEXT NOT NULL
    )""",
    "CREATE INDEX documents_by_digest ON documents (digest)",
    """CREATE TABLE tags (
        document INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
        tag TEXT NOT NULL,
        PRIMARY KEY (document, tag)
    ) WITHOUT ROWID""",
    """CREATE TABLE versions (
        document INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
        version INTEGER NOT NULL,
        made TEXT NOT NULL,
        origin TEXT NOT NULL,
        structure TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (document, version)
    )""",
    """CREATE TABLE chunks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        page INTEGER,
        tokens INTEGER NOT NULL,
        headings TEXT NOT NULL,
        enabled INTEGER NOT NULL,
        hash BLOB NOT NULL,
        text TEXT NOT NULL
    )""",
    "CREATE INDEX chunks_by_place ON chunks (document, position, enabled)",
    "CREATE INDEX chunks_by_hash ON chunks (hash)",
    "CREATE INDEX chunks_by_length ON chunks (enabled, tokens)",  # what BM25 reads of all of them
    """CREATE TABLE vectors (
        chunk INTEGER PRIMARY KEY REFERENCES chunks (id) ON DELETE CASCADE,
        identity TEXT NOT NULL,
        generation INTEGER NOT NULL,
        vector BLOB NOT NULL
    )""",
    "CREATE INDEX vectors_by_generation ON vectors (identity, generation)",
    "CREATE TABLE gone (row INTEGER PRIMARY KEY AUTOINCREMENT, chunk INTEGER NOT NULL, generation INTEGER NOT NULL)",
    """CREATE TABLE waiting (
        name TEXT NOT NULL,
        process INTEGER NOT NULL,
        started REAL NOT NULL,
        ticket TEXT NOT NULL DEFAULT ''
    )""",
    f"CREATE VIRTUAL TABLE fts USING fts5 (head, body, tokenize = \"ascii tokenchars '{_WHOLE}'\")",
    "INSERT INTO meta VALUES ('generation', '0')",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {SCHEMA}",
)

UPGRADES = {  # from that version of the file to the next one
    1: ("ALTER TABLE waiting ADD COLUMN ticket TEXT NOT NULL DEFAULT ''", "PRAGMA user_version = 2"),
}

"""Rows of the tables as records, and records as rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from backends.retrieval.chunking.chunk import ChunkSize
from backends.retrieval.documents.document import Block, Document, Page
from backends.retrieval.index.records import CollectionOptions, StoredChunk, StoredDocument, StoredVersion

TOGETHER = 500  # ids in one statement
_DOCUMENT = "key, id, name, digest, format, title, added, date, characters, passages, pages, version, notes"
DOCUMENTS = f"SELECT {_DOCUMENT} FROM documents d"  # noqa: S608 - names above
CHUNKS = """SELECT c.id, d.id, c.position, c.start, c.end, c.text, c.tokens, c.page, c.headings, c.enabled,
    EXISTS (SELECT 1 FROM vectors v WHERE v.chunk = c.id AND (v.identity = ?1 OR ?1 = ''))
    FROM chunks c JOIN documents d ON d.key = c.document"""


def together(items: Sequence[Any], count: int = TOGETHER) -> Iterable[Sequence[Any]]:
    """The items in pieces of at most `count`.

    >>> list(together([1, 2, 3], 2))
    [[1, 2], [3]]
    """
    return (items[at : at + count] for at in range(0, len(items), count))


def marks(items: Sequence[Any]) -> str:
    """As many parameters as there are items.

    >>> marks("abc")
    '?,?,?'
    """
    return ",".join("?" * len(items))


def stored_documents(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> tuple[StoredDocument, ...]:
    """Rows of `DOCUMENTS` as records, with their tags."""
    kept = list(rows)
    tags: dict[int, list[str]] = {}
    for some in together([row[0] for row in kept]):
        sql = f"SELECT document, tag FROM tags WHERE document IN ({marks(some)}) ORDER BY tag"  # noqa: S608
        for key, tag in connection.execute(sql, some):
            tags.setdefault(key, []).append(tag)
    return tuple(_stored_document(row, tuple(tags.get(row[0], ()))) for row in kept)


def _stored_document(row: tuple[Any, ...], tags: tuple[str, ...]) -> StoredDocument:
    _, id_, name, digest, kind, title, added, day, characters, passages, pages, version, notes = row
    return StoredDocument(
        id=id_,
        name=name,
        digest=digest,
        format=kind,
        title=title,
        added=datetime.fromisoformat(added),
        date=date.fromisoformat(day) if day else None,
        tags=tags,
        characters=characters,
        passages=passages,
        pages=pages,
        version=version,
        notes=tuple(json.loads(notes)),
    )


def stored_chunk(row: tuple[Any, ...]) -> StoredChunk:
    """A row of `CHUNKS` as a record."""
    id_, document, position, start, end, text, tokens, page, headings, enabled, embedded = row
    return StoredChunk(
        id=id_,
        document=document,
        position=position,
        start=start,
        end=end,
        text=text,
        tokens=tokens,
        page=page,
        headings=tuple(json.loads(headings)),
        enabled=bool(enabled),
        embedded=bool(embedded),
    )


def stored_version(row: tuple[Any, ...]) -> StoredVersion:
    """Version, time, origin and length of a version as a record."""
    version, made, origin, characters = row
    return StoredVersion(version, datetime.fromisoformat(made), origin, characters)


def structure(document: Document) -> str:
    """All of a document but its text, as JSON."""
    return json.dumps(
        {
            "name": document.name,
            "format": document.format,
            "title": document.title,
            "notes": document.notes,
            "pages": [(page.number, page.start, page.end) for page in document.pages],
            "blocks": [(block.kind, block.start, block.end, block.level) for block in document.blocks],
        },
        ensure_ascii=False,
    )


def as_document(text: str, kept: str) -> Document:
    """The document again, of its text and `structure`."""
    parts = json.loads(kept)
    return Document(
        name=parts["name"],
        format=parts["format"],
        text=text,
        title=parts["title"],
        pages=tuple(Page(*page) for page in parts["pages"]),
        blocks=tuple(Block(*block) for block in parts["blocks"]),
        notes=tuple(parts["notes"]),
    )


def options_text(options: CollectionOptions) -> str:
    """The options as JSON."""
    return json.dumps(asdict(options), ensure_ascii=False)


def as_options(text: str | None) -> CollectionOptions:
    """The options again; those of a new collection for None."""
    if text is None:
        return CollectionOptions()
    parts = json.loads(text)
    return CollectionOptions(**{**parts, "size": ChunkSize(**parts["size"])})

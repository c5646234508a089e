"""Found passages, made from a few words."""

from __future__ import annotations

from datetime import UTC, datetime

from backends.retrieval.index.records import Status, StoredChunk, StoredDocument
from backends.retrieval.search.hit import Found, Hit, SearchOptions

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ICE = "Frost is cold. Ice melts at 273 kelvin under normal pressure. Snow is white."
WATER = "Kettles whistle. Water boils at 373 kelvin at sea level. Steam is hot."


def hit_of(rank: int, text: str, name: str = "", start: int = 1_000, page: int | None = None) -> Hit:
    """A hit whose passage begins at `start` of its document."""
    document = StoredDocument(
        f"d{rank}", name or f"file {rank}.txt", "0" * 64, "txt", "", NOW, None, (), start + len(text), 1, 0, version=3
    )
    chunk = StoredChunk(rank, document.id, 0, start, start + len(text), text, tokens=len(text.split()), page=page)
    return Hit(rank, 1.0 / rank, chunk, document)


def found_of(*texts: str, question: str = "When does ice melt?") -> Found:
    hits = tuple(hit_of(rank, text) for rank, text in enumerate(texts, start=1))
    return Found(question, SearchOptions(), hits, Status(len(texts), len(texts), len(texts), 0))

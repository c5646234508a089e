"""A passage of a document that is found and cited as one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ChunkSize:
    """How long chunks are, in tokens of the embedding model, and how many of them two neighbours share."""

    tokens: int = 240
    overlap: int = 30


@dataclass(frozen=True)
class Chunk:
    """`text[start:end]` of a document, within one page of it."""

    start: int
    end: int
    tokens: int
    page: int | None = None
    headings: tuple[str, ...] = ()  # the headings that it stands under, the highest first

"""What is told of a model that runs, whatever runs it: all of it stands in the record of its conversion."""

from __future__ import annotations

from backends.retrieval.embedding.record import Record


class Recorded:
    """A model with a record."""

    def __init__(self, record: Record) -> None:
        self._record = record

    @property
    def name(self) -> str:
        """The model's name, for people."""
        return self._record.name

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing about it, as sentences; empty where all is as it should be."""
        return (self._record.reason,) if self._record.reason else ()


class RecordedEmbedder(Recorded):
    """An embedding model with a record."""

    @property
    def identity(self) -> str:
        """Digest of weights, tokenizer and settings, and the arithmetic."""
        return self._record.identity

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._record.width

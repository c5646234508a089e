"""What a collection stores, as the rest of the workbench sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from backends.retrieval.chunking.chunk import ChunkSize


@dataclass(frozen=True)
class StoredDocument:
    """One document of a collection, without its text."""

    id: str  # never used again after a deletion
    name: str  # unique in the collection: adding the same name replaces
    digest: str  # SHA-256 of the file's bytes
    format: str
    title: str
    added: datetime  # UTC
    date: date | None  # that the user gave it, to filter by
    tags: tuple[str, ...]
    characters: int
    passages: int
    pages: int  # 0 for formats without pages
    version: int  # 1, and one more with each edit
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredVersion:
    """One version of a document's text. Old ones can be read and restored."""

    version: int
    made: datetime  # UTC
    origin: str  # "file", "edit" or "restored"
    characters: int


@dataclass(frozen=True)
class StoredChunk:
    """One passage: `text` is the slice ``[start:end]`` of the present text of its document."""

    id: int  # never used again
    document: str  # id
    position: int  # 0, 1, … in its document
    start: int
    end: int
    text: str
    tokens: int
    page: int | None = None
    headings: tuple[str, ...] = ()
    enabled: bool = True  # what is switched off is not found
    embedded: bool = True  # its vector of the present model is there


@dataclass(frozen=True)
class CollectionOptions:
    """What can be changed about a collection; kept in it."""

    size: ChunkSize = field(default_factory=ChunkSize)
    language: str = "english"  # whose word endings are taken off for lexical search; "none" takes off none
    language_from: str = ""  # in words, such as "guessed from a.txt"; "" is the shipped one
    mode: str = "hybrid"  # what search uses when it is not told
    dense_weight: float = 1.0  # of the ranks in the fusion
    lexical_weight: float = 1.0
    feedback_weight: float = 1.0  # of the ranks by the meaning of the best passages found
    k: int = 10
    threshold: float | None = None  # confidence under which "Not in your documents" is said; None is the shipped one
    threshold_from: str = ""  # in words, what it was calibrated on


@dataclass(frozen=True)
class Status:
    """How far a collection is."""

    documents: int
    passages: int
    embedded: int  # passages with a vector of the present model
    disabled: int  # passages switched off
    waiting: tuple[str, ...] = ()  # names of files that are being read
    model: str = ""  # the embedding model's name
    embedder_ready: bool = True  # False while it is converted in the background: search is lexical until then
    outdated: int = 0  # documents whose passages were cut with other options: found, and cut anew by a rebuild
    notes: tuple[str, ...] = ()  # on the models at work, as sentences: why one is slower, or cannot be used

    @property
    def complete(self) -> bool:
        """Whether everything that was given is found."""
        return not self.waiting and self.embedded == self.passages and self.embedder_ready

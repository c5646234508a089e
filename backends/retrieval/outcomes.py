"""Files that are given to a collection, and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from backends.retrieval.index.records import StoredDocument

Progress = Callable[[str, float], None]  # what is being done, and the share of all that is done (0 … 1)
Cancelled = Callable[[], bool]
Result = Literal["added", "replaced", "already there", "refused", "stopped"]


@dataclass(frozen=True)
class File:
    """One file: its name, and its bytes or where they are."""

    name: str
    data: bytes | Path = field(repr=False)
    password: str | None = field(default=None, repr=False)
    tags: tuple[str, ...] | None = None  # None keeps those of the document that is replaced
    date: date | None = None

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.data.stat().st_size if isinstance(self.data, Path) else len(self.data)


@dataclass(frozen=True)
class Added:
    """A document that is in the collection now."""

    document: StoredDocument
    replaced: bool  # a document of this name was there, with other bytes
    unchanged: bool = False  # a document of this name was there with the same bytes, and nothing was done
    notes: tuple[str, ...] = ()  # sentences, such as which document has the same bytes

    @property
    def result(self) -> Result:
        """In a word."""
        return "already there" if self.unchanged else "replaced" if self.replaced else "added"


@dataclass(frozen=True)
class Outcome:
    """What became of one file: a document, or the reason why not."""

    name: str
    document: StoredDocument | None
    reason: str = ""  # a sentence with the way out, empty where there is a document
    characters: int = 0
    passages: int = 0
    notes: tuple[str, ...] = ()
    result: Result = "refused"
    kind: str = ""  # of a refusal, for programs, as `documents.Reason`: "encrypted" asks for the password

    @classmethod
    def of(cls, name: str, added: Added) -> Outcome:
        """That of a file that became a document."""
        document = added.document
        notes = (*document.notes, *added.notes)
        return cls(name, document, "", document.characters, document.passages, notes, added.result)


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did."""

    cut: int  # documents whose passages were made anew
    embedded: int  # passages, besides those of these documents, that got a vector
    complete: bool  # False where it was stopped: calling it again goes on
    refused: tuple[str, ...] = ()  # sentences: documents that cannot be cut so, and are found as they were


def silent(words: str, share: float) -> None:
    """The `Progress` of what nobody watches."""


def never() -> bool:
    """The `Cancelled` of what nobody stops."""
    return False

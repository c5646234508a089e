"""From files to stored documents: read, cut, embedded together, and committed one by one."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from backends.errors import WorkbenchError
from backends.retrieval.desk import Desk, Ready, Stopped
from backends.retrieval.documents.document import Document
from backends.retrieval.index.records import StoredDocument
from backends.retrieval.index.store import Store
from backends.retrieval.outcomes import Added, Cancelled, File, Outcome, Progress, never, silent

log = logging.getLogger(__name__)

T = TypeVar("T")

TOGETHER = 256  # passages that are embedded at once, over several documents


def add_one(desk: Desk, file: File) -> Added:
    """Add one file. Raises WorkbenchError, with nothing changed, where it cannot be."""
    ready = read_file(desk, file)
    if isinstance(ready, Added):
        return ready
    (ready,) = desk.in_language([ready])
    (vectors,) = desk.vectors([ready], silent, never)
    return commit(desk, ready, vectors)


def add_files(desk: Desk, files: Sequence[File], on_progress: Progress, cancelled: Cancelled) -> list[Outcome]:
    """Add files; an outcome for each, in order. What is committed when it is cancelled stays."""
    batch = _Batch(desk, len(files), on_progress, cancelled, lambda name: desk.store.wait_no_more([name]))
    names = [file_name(file.name) for file in files]
    desk.store.wait_for(names)
    try:
        for position, (name, file) in enumerate(zip(names, files, strict=True)):
            batch.tell(f"Reading {name} ({position + 1} of {len(files)})")
            if cancelled():
                raise Stopped
            if name in batch.names:
                batch.settle()
            batch.take(position, name, _tried(partial(read_file, desk, file), name))
        batch.settle()
    except Stopped:
        log.info("%s of %s files were added when it was stopped", len(batch.outcomes), len(files))
    finally:
        desk.store.wait_no_more([name for position, name in enumerate(names) if position not in batch.outcomes])
    return [batch.outcomes.get(position) or _stopped(name) for position, name in enumerate(names)]


def add_read(desk: Desk, documents: Iterable[Document]) -> list[Outcome]:
    """Add documents that were read elsewhere; an outcome for each, in order."""
    batch = _Batch(desk, 1, silent, never, lambda name: None)
    for position, document in enumerate(documents):
        if document.name in batch.names:
            batch.settle()
        batch.take(position, document.name, _tried(partial(ready_document, desk, document), document.name))
    batch.settle()
    return [batch.outcomes[position] for position in sorted(batch.outcomes)]


@dataclass
class _Batch:
    """Documents that are read and wait to be embedded together, and what became of those before them."""

    desk: Desk
    total: int
    on_progress: Progress
    cancelled: Cancelled
    on_close: Callable[[str], None]  # with the name of each file that is done with
    pending: dict[int, Ready] = field(default_factory=dict)  # by position among the files
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """Of the documents that wait."""
        return {ready.document.name for ready in self.pending.values()}

    def tell(self, words: str, more: float = 0.0) -> None:
        """Report what is done, with the share of what follows next that is done already."""
        self.on_progress(words, (len(self.outcomes) + more) / self.total)

    def take(self, position: int, name: str, read: Ready | Added | Outcome) -> None:
        """Keep what became of reading a file; where much waits, embed it."""
        if not isinstance(read, Ready):
            self.close(position, name, read)
            return
        self.pending[position] = read
        if sum(len(one.chunks) for one in self.pending.values()) >= TOGETHER:
            self.settle()

    def settle(self) -> None:
        """Embed and commit what waits. Raises Stopped where it is cancelled; what is not committed then is lost."""
        waiting, self.pending = self.pending, {}
        told = _tried(partial(self.desk.in_language, list(waiting.values())), "")
        ready = waiting.values() if isinstance(told, Outcome) else told  # committing them says what is wrong
        for position, one, vectors in self._embedded(list(zip(waiting, ready, strict=True))):
            name = one.document.name
            if isinstance(vectors, Outcome):
                self.close(position, name, vectors)
            else:
                self.close(position, name, _tried(partial(commit, self.desk, one, vectors), name))

    def close(self, position: int, name: str, result: Added | Outcome) -> None:
        """Keep the outcome of a file."""
        self.outcomes[position] = result if isinstance(result, Outcome) else Outcome.of(name, result)
        self.on_close(name)

    def _embedded(self, group: list[tuple[int, Ready]]) -> Iterable[tuple[int, Ready, np.ndarray | Outcome]]:
        """Documents with their vectors; where a group fails, one by one, so that the others are not lost with it."""
        ready = [one for _, one in group]

        def ticked(words: str, share: float) -> None:
            self.tell(words, share * len(group))

        encode = partial(self.desk.vectors, ready, ticked, self.cancelled)
        if len(group) < 2:
            made = [_tried(lambda: encode()[0], one.document.name) for one in ready]
            return [(position, one, vectors) for (position, one), vectors in zip(group, made, strict=True)]
        try:
            together = encode()
        except Stopped:
            raise
        except Exception:
            log.exception("embedding %s documents together failed; they are tried one by one", len(group))
            return (found for one in group for found in self._embedded([one]))
        return [(position, one, vectors) for (position, one), vectors in zip(group, together, strict=True)]


def read_file(desk: Desk, file: File) -> Ready | Added:
    """Read and cut a file; `Added` where the same bytes are there under the same name."""
    from backends.retrieval.documents import read

    name = file_name(file.name)
    digest = _digest(file.data)
    there = desk.store.documents_by("name", [name])
    if digest and there and there[0].digest == digest:
        return _already(desk.store, there[0], file)
    document = replace((desk.read or read)(file.data, name, file.password, desk.settings), name=name)
    return Ready(document, desk.cut(document), desk.facts(digest, file.tags, file.date))


def commit(desk: Desk, ready: Ready, vectors: np.ndarray) -> Added:
    """Write one document, and say which others have the same bytes."""
    name, digest = ready.document.name, ready.facts.digest
    replaced = bool(desk.store.documents_by("name", [name]))
    twins = [one.name for one in desk.store.documents_by("digest", [digest]) if one.name != name]
    stored = desk.store.put(ready.document, ready.chunks, vectors, ready.facts)
    notes = tuple(f"It has the same content as {twin!r}, which is in the collection too." for twin in twins[:1])
    return Added(stored, replaced, notes=notes)


def ready_document(desk: Desk, document: Document) -> Ready:
    """A document that was read elsewhere, cut; its digest is that of its text."""
    digest = hashlib.sha256(document.text.encode("utf-8", "replace")).hexdigest()
    return Ready(document, desk.cut(document), desk.facts(digest))


def file_name(name: str) -> str:
    """The name that a file goes by: without folders and control characters, at most 255 characters.

    >>> file_name("C:\\\\reports\\\\2026.pdf")
    '2026.pdf'
    """
    from backends.retrieval.documents.cleaning import clean

    return clean(name.replace("\\", "/").rsplit("/", 1)[-1]).strip()[:255] or "unnamed"


def _tried(work: Callable[[], T], name: str) -> T | Outcome:
    """What `work` gives, or why this file is refused."""
    try:
        return work()
    except Stopped:
        raise
    except WorkbenchError as error:
        return Outcome(name, None, str(error), kind=str(getattr(error, "reason", "")))
    except Exception as error:  # one bad file never stops the rest
        log.exception("a document could not be added")
        what = f"Something went wrong inside the workbench ({type(error).__name__}); its log has the details."
        return Outcome(name, None, what)


def _already(store: Store, there: StoredDocument, file: File) -> Added:
    """The document that is there; tags and date are taken over where they are given."""
    if file.tags is not None and set(file.tags) != set(there.tags):
        store.set_tags(there.id, file.tags)
    if file.date is not None and file.date != there.date:
        store.set_date(there.id, file.date)
    notes = ["Already there: nothing was done."]
    if store.versions(there.id)[-1].origin == "edit":
        notes.append("It was edited since it was read from the file; an older version can be restored.")
    return Added(store.document(there.id), replaced=False, unchanged=True, notes=tuple(notes))


def _stopped(name: str) -> Outcome:
    return Outcome(name, None, "It was not read, as the work was stopped before. Add it again.", result="stopped")


def _digest(data: bytes | Path) -> str:
    """SHA-256 of a file's bytes, "" where it cannot be opened: reading it says why."""
    if not isinstance(data, Path):
        return hashlib.sha256(data).hexdigest()
    try:
        with data.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""

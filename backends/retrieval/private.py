"""Collections of documents that one visitor alone sees, for as long as they are about."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Collection as Several
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from backends.errors import WorkbenchError
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.library import Library
from backends.settings import MEGABYTE, Settings

log = logging.getLogger(__name__)

FOLDER = "visitors"
MOST_COLLECTIONS = 8
MOST_BYTES = 500 * MEGABYTE  # of the files of one visitor's collections, with those that are to be read
MOST_BYTES_OF_ALL = 20 * MOST_BYTES  # a browser is a new visitor as soon as it forgets its cookie


class PrivateLibraries:
    """A library for each visitor, in ``settings.home/visitors``. Safe from any thread.

    A visitor's folder is named by the digest of the visitor's own secret name, so that a list of the folders opens
    nothing; its time of change is that of the last visit, by which a later process knows what is over.
    """

    def __init__(self, settings: Settings | None = None, embedder: Embedder | None = None) -> None:
        self._settings = settings or Settings.from_environment()
        self._embedder = embedder
        self._turn = threading.Condition()
        self._open: dict[str, Library] = {}
        self._leaving: set[str] = set()  # whose folders are being deleted

    @property
    def folder(self) -> Path:
        """Where the visitors' folders are."""
        return self._settings.home_folder / FOLDER

    def of(self, visitor: str) -> Library:
        """The library of that visitor; there is no folder yet before they create a collection.

        While what they had is being deleted, they wait; nobody else does.
        """
        key = _key(visitor)
        with self._turn:
            self._turn.wait_for(lambda: key not in self._leaving)
            if key not in self._open:
                settings = replace(self._settings, home=str(self.folder / key))
                self._open[key] = Library(settings, self._embedder, MOST_COLLECTIONS)
            return self._open[key]

    def names(self, visitor: str) -> tuple[str, ...]:
        """The names of that visitor's collections; nothing is made or opened where there is none."""
        return self.of(visitor).names() if self._has(visitor) else ()

    def seen(self, visitor: str) -> None:
        """Note that this visitor is here."""
        with suppress(FileNotFoundError):
            os.utime(self.folder / _key(visitor))

    def check_room(self, visitor: str, more: int) -> None:
        """Raise WorkbenchError where `more` bytes of files are too many beside what the visitor keeps."""
        used = _bytes_in(self.folder / _key(visitor))
        if used + more > MOST_BYTES:
            raise WorkbenchError(
                f"Your collections take {used / MEGABYTE:,.0f} MB, and these files {more / MEGABYTE:,.0f} MB more; "
                f"a visitor may keep {MOST_BYTES // MEGABYTE:,} MB.",
                hint="Delete a collection of yours first, or give fewer files.",
            )
        if (all_used := _bytes_in(self.folder)) + more > MOST_BYTES_OF_ALL:
            raise WorkbenchError(
                f"All visitors' own collections take {all_used / MEGABYTE:,.0f} MB; "
                f"{MOST_BYTES_OF_ALL // MEGABYTE:,} MB may be kept here.",
                hint="Try again when others' have been let go, or give fewer files.",
            )

    def drop(self, visitor: str) -> tuple[str, ...]:
        """Delete all collections of that visitor; their names."""
        names = self.names(visitor)
        self._drop(_key(visitor))
        return names

    def sweep(self, seconds: float, here: Several[str], now: float | None = None) -> None:
        """Delete what belongs to nobody of `here` and was last visited more than `seconds` ago, by the wall clock.

        So what a former process left behind goes too.
        """
        if not self.folder.is_dir():
            return
        kept = {_key(visitor) for visitor in here}
        for folder in sorted(self.folder.iterdir()):
            if folder.name not in kept and (time.time() if now is None else now) - _changed(folder) > seconds:
                self._drop(folder.name)

    def close(self) -> None:
        """Close every library; what is kept stays. Closing twice is harmless."""
        with self._turn:
            for library in self._open.values():
                library.close()
            self._open.clear()

    def _has(self, visitor: str) -> bool:
        return (self.folder / _key(visitor)).is_dir()

    def _drop(self, key: str) -> None:
        folder = self.folder / key
        with self._taken(key) as library:
            if library is None and self._settings.milvus_uri and folder.is_dir():  # its vectors are elsewhere
                library = Library(replace(self._settings, home=str(folder)), self._embedder)
            if library is not None:
                if self._settings.milvus_uri:
                    _empty(library)
                library.close()
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _taken(self, key: str) -> Iterator[Library | None]:
        """The library of that folder where it is open, not to be had by its visitor any more; others are not held up.

        Deleting is slow, above all on a server.
        """
        with self._turn:
            self._turn.wait_for(lambda: key not in self._leaving)
            self._leaving.add(key)
            library = self._open.pop(key, None)
        try:
            yield library
        finally:
            with self._turn:
                self._leaving.discard(key)
                self._turn.notify_all()


def _empty(library: Library) -> None:
    for name in library.names():
        try:
            library.delete(name)
        except WorkbenchError as error:  # the folder goes all the same; what Milvus keeps can be deleted there
            log.warning("the vectors of a visitor's collection stay in Milvus: %s", error.message)


def _key(visitor: str) -> str:
    return hashlib.sha256(visitor.encode()).hexdigest()[:32]


def _bytes_in(folder: Path) -> int:
    """The size of all files below a folder. Others write there: what goes while it is looked at counts nothing."""
    found = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                found += Path(parent, name).lstat().st_size
    return found


def _changed(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return time.time()

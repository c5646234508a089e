"""The collections of one workbench."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backends.errors import WorkbenchError
from backends.retrieval.collection import Collection
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.index.records import Status
from backends.retrieval.index.schema import FILE
from backends.retrieval.naming import FOLDER, checked_name, folder_of, name_in, write_name
from backends.settings import Settings

MOST_COLLECTIONS = 200
_REMOVED = ".removed-"


@dataclass(frozen=True)
class Summary:
    """A collection in a list. One that cannot be opened is listed too, with the reason in `trouble`."""

    name: str
    status: Status | None
    trouble: str = ""


class Library:
    """The collections in ``settings.home``; each is opened once and kept open. Safe from any thread."""

    def __init__(self, settings: Settings | None = None, embedder: Embedder | None = None) -> None:
        self.settings = settings or Settings.from_environment()
        self._embedder = embedder
        self._lock = threading.RLock()
        self._open: dict[Path, tuple[Collection, int]] = {}  # with the inode of its file
        self._closed = False

    @property
    def folder(self) -> Path:
        """Where the collections are."""
        return self.settings.home_folder / FOLDER

    def folder_of(self, name: str) -> Path:
        """Where the collection of that name is, or would be."""
        return folder_of(self.settings.home_folder, name)

    def names(self) -> tuple[str, ...]:
        """The names of all collections, as they were typed, in order of the alphabet."""
        return tuple(sorted((name_in(folder) for folder in self._folders()), key=str.casefold))

    def summaries(self) -> tuple[Summary, ...]:
        """All collections with how far they are, in order of their names."""
        return tuple(self._summary(name) for name in self.names())

    def create(self, name: str) -> Collection:
        """A new, empty collection. Raises WorkbenchError where there is one of that name, or there are too many."""
        with self._lock:
            folder = self.folder_of(name)
            if folder.exists():
                raise WorkbenchError(f"There is a collection {name_in(folder)!r}.", hint="Choose another name.")
            if len(self._folders()) >= MOST_COLLECTIONS:
                raise WorkbenchError(
                    f"There are {MOST_COLLECTIONS} collections, and no more can be kept.", hint="Delete one first."
                )
            write_name(folder, name)
            return self.open(name)

    def open(self, name: str) -> Collection:
        """The collection of that name. Raises WorkbenchError where there is none."""
        with self._lock:
            if self._closed:
                raise WorkbenchError("The collections are closed, because the workbench stops.")
            folder = self.folder_of(name)
            kept = self._open.get(folder)
            if kept is not None and _inode(folder) == kept[1]:
                return kept[0]
            self._forget(folder)  # another process has deleted it, and perhaps made another one
            if not folder.is_dir():
                raise WorkbenchError(
                    f"There is no collection {checked_name(name)!r}.", hint="Create it, or choose another name."
                )
            opened = Collection(folder, self.settings, self._embedder)
            self._open[folder] = (opened, _inode(folder))
            return opened

    def delete(self, name: str) -> None:
        """Delete a collection with all its documents, damaged or not."""
        with self._lock:
            folder = self.folder_of(name)
            if not folder.is_dir():
                raise WorkbenchError(f"There is no collection {checked_name(name)!r}.", hint="Load the list again.")
            self._forget(folder)
            away = folder.with_name(f"{_REMOVED}{secrets.token_hex(8)}")
            folder.rename(away)  # from here on it is not there any more, whatever happens to the files
        shutil.rmtree(away, ignore_errors=True)

    def close(self) -> None:
        """Close all collections. Closing twice is harmless."""
        with self._lock:
            self._closed = True
            for folder in list(self._open):
                self._forget(folder)

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        for left in self.folder.glob(f"{_REMOVED}*"):  # of a process that was killed while it deleted
            shutil.rmtree(left, ignore_errors=True)
        return [path for path in sorted(self.folder.iterdir()) if path.is_dir()]

    def _summary(self, name: str) -> Summary:
        try:
            return Summary(name, self.open(name).status())
        except WorkbenchError as error:
            return Summary(name, None, str(error))

    def _forget(self, folder: Path) -> None:
        kept = self._open.pop(folder, None)
        if kept is not None:
            kept[0].close()


def _inode(folder: Path) -> int:
    try:
        return (folder / FILE).stat().st_ino
    except FileNotFoundError:
        return 0


_lock = threading.Lock()
_library: Library | None = None


def library(make: Callable[[], Library] = Library) -> Library:
    """The library of this process, made by the first who asks."""
    global _library
    with _lock:
        if _library is None:
            _library = make()
        return _library


def close_library() -> None:
    """Close the library of this process; the next who asks gets a new one."""
    global _library
    with _lock:
        if _library is not None:
            _library.close()
        _library = None

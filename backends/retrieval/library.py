"""The collections of one workbench."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from backends.errors import WorkbenchError
from backends.retrieval import folders
from backends.retrieval.collection import Collection
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.index.engine import forget_vectors
from backends.retrieval.index.records import Status
from backends.retrieval.index.schema import FILE
from backends.retrieval.naming import FOLDER, checked_name, folder_of
from backends.settings import Settings

MOST_COLLECTIONS = 200


@dataclass(frozen=True)
class Summary:
    """A collection in a list. One that cannot be opened is listed too, with the reason in `trouble`."""

    name: str
    status: Status | None
    trouble: str = ""


class Library:
    """The collections in ``settings.home``; each is opened once and kept open. Safe from any thread."""

    def __init__(
        self, settings: Settings | None = None, embedder: Embedder | None = None, most: int | None = None
    ) -> None:
        """`most` collections are kept, `MOST_COLLECTIONS` unless it is given."""
        self.settings = settings or Settings.from_environment()
        self._embedder = embedder
        self._most = most
        self._lock = threading.RLock()
        self._open: dict[Path, tuple[Collection, int]] = {}  # with the inode of its file
        self._closed = False

    @property
    def folder(self) -> Path:
        """Where the collections are."""
        return self.settings.home_folder / FOLDER

    def folder_of(self, name: str) -> Path:
        """Where the collection of that name is, or would be."""
        return self._found(name) or folder_of(self.settings.home_folder, name)

    def names(self) -> tuple[str, ...]:
        """The names of all collections, as they were typed, in order of the alphabet.

        One whose name is lost has a name made of its folder's, by which it can be deleted.
        """
        return tuple(place.name for place in self._places())

    def summaries(self) -> tuple[Summary, ...]:
        """All collections with how far they are, in order of their names."""
        return tuple(self._summary(place) for place in self._places())

    def create(self, name: str) -> Collection:
        """A new, empty collection. Raises WorkbenchError where there is one of that name, or there are too many."""
        with self._lock:
            checked_name(name)
            there = self._found(name)
            if there is not None:
                shown = next((place.name for place in self._places() if place.folder == there), name)
                raise WorkbenchError(f"There is a collection {shown!r}.", hint="Choose another name.")
            most = self._most or MOST_COLLECTIONS
            if len(self._places()) >= most:
                raise WorkbenchError(
                    f"There are {most} collections, and no more can be kept.", hint="Delete one first."
                )
            folders.make(self.settings.home_folder, name)
            return self.open(name)

    def open(self, name: str) -> Collection:
        """The collection of that name. Raises WorkbenchError where there is none."""
        with self._lock:
            if self._closed:
                raise WorkbenchError("The collections are closed, because the workbench stops.")
            found = self._found(name)
            folder = found or self.folder_of(name)
            kept = self._open.get(folder)
            if kept is not None and _inode(folder) == kept[1]:
                return kept[0]
            self._forget(folder)  # another process has deleted it, and perhaps made another one
            if found is None:
                raise WorkbenchError(
                    f"There is no collection {checked_name(name)!r}.", hint="Create it, or choose another name."
                )
            opened = Collection(folder, self.settings, self._embedder)
            self._open[folder] = (opened, _inode(folder))
            return opened

    def delete(self, name: str) -> None:
        """Delete a collection with all its documents, damaged or not.

        Raises WorkbenchError, with nothing deleted, where there is none, or where Milvus holds its vectors and does not
        answer.
        """
        with self._lock:
            folder = self._found(name)
            if folder is None:
                raise WorkbenchError(f"There is no collection {checked_name(name)!r}.", hint="Load the list again.")
            self._forget(folder)
            forget_vectors(self.settings, folder)
            away = folders.take_away(folder)
        shutil.rmtree(away, ignore_errors=True)

    def close(self) -> None:
        """Close all collections. Closing twice is harmless."""
        with self._lock:
            self._closed = True
            for folder in list(self._open):
                self._forget(folder)

    def _places(self) -> tuple[folders.Place, ...]:
        return folders.places(self.settings.home_folder)

    def _found(self, name: str) -> Path | None:
        return folders.find(self.settings.home_folder, name)

    def _summary(self, place: folders.Place) -> Summary:
        if place.trouble:
            return Summary(place.name, None, place.trouble)
        try:
            return Summary(place.name, self.open(place.name).status())
        except WorkbenchError as error:
            return Summary(place.name, None, str(error))

    def _forget(self, folder: Path) -> None:
        kept = self._open.pop(folder, None)
        if kept is not None:
            kept[0].close()


def _inode(folder: Path) -> int:
    """By which another file in the place of the one that is open is known; 0 for one that is gone or emptied."""
    try:
        facts = (folder / FILE).stat()
    except FileNotFoundError:
        return 0
    return facts.st_ino if facts.st_size else 0

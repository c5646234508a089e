"""Folders of one process alone, and what becomes of the folders of one that was killed."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from backends.settings import PRIVATE_HOME, Settings

log = logging.getLogger(__name__)

LOCK = "lock"
MAKING = "making"
MAKING_SECONDS = 60.0  # after which a folder that is still being made belongs to a process that was killed meanwhile


class OwnFolder:
    """A folder `kind`-… in `parent` for this process alone, locked as long as it is open. Safe to use from any thread.

    The system gives a lock back when the process that holds it ends, however that comes. So a folder that can be locked
    is one that a killed server left behind: nobody can ask for its content any more, and that may be private. Such
    folders of the same kind are removed when one is made.
    """

    def __init__(self, parent: Path, kind: str) -> None:
        self._parent, self._kind = parent, kind
        self._guard = threading.Lock()
        self._lock: int | None = None
        self._path: Path | None = None

    def path(self) -> Path:
        """The folder, made when it is first asked for or has been taken away. Raises OSError when it cannot be."""
        with self._guard:
            if self._path is None or not self._path.is_dir():
                self._give_back()
                self._parent.mkdir(parents=True, mode=0o700, exist_ok=True)
                _removed(_left_in(self._parent, self._kind))
                name = secrets.token_hex(8)
                made = self._parent / f"{MAKING}-{name}"  # not yet to be found by others: they would take it for dead
                made.mkdir(mode=0o700)
                self._lock = _locked(made)
                self._path = made.rename(self._parent / f"{self._kind}-{name}")
            return self._path

    def close(self) -> None:
        """Remove the folder with everything in it, and give the lock back; a second time does nothing."""
        with self._guard:
            if self._path is not None:
                shutil.rmtree(self._path, ignore_errors=True)
            self._give_back()

    def _give_back(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
        self._lock = self._path = None


class JobFolders:
    """The folders of a runner's jobs, in one of its own below `home`/jobs."""

    def __init__(self, home: Path) -> None:
        self._own = OwnFolder(home / "jobs", "runner")

    def make(self, identity: str) -> Path:
        """A new folder for a job. Raises OSError when the disk cannot take it."""
        folder = self._own.path() / identity
        folder.mkdir(mode=0o700)
        return folder

    def close(self) -> None:
        """Remove them all."""
        self._own.close()


class PrivateHome:
    """The home folder where none is set: of this process alone, locked while it lives and removed at its end."""

    def __init__(self, settings: Settings) -> None:
        self._folder = None if settings.home else settings.home_folder
        self._lock = None if self._folder is None else _locked(self._folder)

    def close(self) -> None:
        """Remove it, where it is one for this process alone; a second time does nothing."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
        self._folder = None
        self._lock = None


def clear_what_was_left(settings: Settings) -> int:
    """Remove what killed servers left of their visitors: of jobs, of queries, and homes; how many."""
    home = settings.home_folder
    return _removed([*_left_in(home / "jobs", "runner"), *_left_in(home, "tables"), *_homes_left()])


def _left_in(parent: Path, kind: str) -> Iterator[Path]:
    yield from parent.glob(f"{kind}-*")
    before = time.time() - MAKING_SECONDS
    yield from (folder for folder in parent.glob(f"{MAKING}-*") if folder.stat().st_mtime < before)


def _homes_left() -> Iterator[Path]:
    """Homes in the temporary folder of our own processes that are gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PRIVATE_HOME}*"):
        number = folder.name.removeprefix(PRIVATE_HOME)
        ours = folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid()
        if ours and number.isdecimal() and not psutil.pid_exists(int(number)):
            yield folder


def _removed(folders: Iterable[Path]) -> int:
    """Remove those that nobody has locked."""
    gone = 0
    for folder in folders:
        if (lock := _locked(folder)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
            gone += 1
    if gone:
        log.warning("What servers left behind when they were killed is removed: %d folders.", gone)
    return gone


def _locked(folder: Path) -> int | None:
    """The lock of a folder, as an open file; None when somebody has it, or the folder has just gone."""
    try:
        file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file

"""Folders of one process alone, and what becomes of the folders of one that was killed."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import shutil
from pathlib import Path

from backends.settings import Settings

log = logging.getLogger(__name__)

LOCK = "lock"


class OwnFolder:
    """A folder `kind`-… in `parent` for this process alone, locked as long as it is open.

    The system gives a lock back when the process that holds it ends, however that comes. So a folder that can be locked
    is one that a killed server left behind: nobody can ask for its content any more, and that may be private. Such
    folders of the same kind are removed first. Raises OSError when the disk cannot take it.
    """

    def __init__(self, parent: Path, kind: str) -> None:
        parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        _clear(parent, kind)
        name = secrets.token_hex(8)
        made = parent / f"making-{name}"  # not yet to be found by others, who would take it for a dead one's
        made.mkdir(mode=0o700)
        self._lock = _locked(made)
        self.path = made.rename(parent / f"{kind}-{name}")

    def close(self) -> None:
        """Remove the folder with everything in it, and give the lock back; a second time does nothing."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
        self._lock = None


class JobFolders:
    """A private folder for one runner below `home`/jobs, made with its first job."""

    def __init__(self, home: Path) -> None:
        self._jobs = home / "jobs"
        self._own: OwnFolder | None = None

    def make(self, identity: str) -> Path:
        """A new folder for a job. Raises OSError when the disk cannot take it."""
        if self._own is None:
            self._own = OwnFolder(self._jobs, "runner")
        folder = self._own.path / identity
        folder.mkdir(mode=0o700)
        return folder

    def close(self) -> None:
        """Remove the folder with everything in it."""
        if self._own is not None:
            self._own.close()
        self._own = None


def remove_private_home(settings: Settings) -> None:
    """Remove the home folder where none was set: it was made for this process alone."""
    if not settings.home:
        shutil.rmtree(settings.home_folder, ignore_errors=True)


def _clear(parent: Path, kind: str) -> None:
    gone = 0
    for folder in parent.glob(f"{kind}-*"):
        if (lock := _locked(folder)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
            gone += 1
    if gone:
        log.warning("What a killed server left behind is removed: %d of its folders named %s-….", gone, kind)


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

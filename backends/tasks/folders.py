"""Where the jobs of one runner have their folders, and what becomes of the folders of one that was killed."""

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


class JobFolders:
    """A private folder for one runner below `home`/jobs, locked as long as the runner lives.

    The system gives a lock back when the process that holds it ends, however that comes. So a folder that can be locked
    is one that a killed server left behind: nobody can ask for those jobs any more, and their input may be private.
    """

    def __init__(self, home: Path) -> None:
        self._jobs = home / "jobs"
        self._own: Path | None = None
        self._lock: int | None = None

    def make(self, identity: str) -> Path:
        """A new folder for a job. Raises OSError when the disk cannot take it."""
        folder = self._opened() / identity
        folder.mkdir(mode=0o700)
        return folder

    def close(self) -> None:
        """Remove the folder with everything in it, and give the lock back."""
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
        self._own = self._lock = None

    def _opened(self) -> Path:
        if self._own is None:
            self._jobs.mkdir(parents=True, mode=0o700, exist_ok=True)
            cleared(self._jobs)
            name = secrets.token_hex(8)
            made = self._jobs / f"making-{name}"  # not yet to be found by others, who would take it for a dead one's
            made.mkdir(mode=0o700)
            self._lock = _locked(made)
            self._own = made.rename(self._jobs / f"runner-{name}")
        return self._own


def remove_private_home(settings: Settings) -> None:
    """Remove the home folder where none was set: it was made for this process alone."""
    if not settings.home:
        shutil.rmtree(settings.home_folder, ignore_errors=True)


def cleared(jobs: Path) -> int:
    """Remove the folders of runners that are gone; how many there were."""
    gone = 0
    for folder in jobs.glob("runner-*"):
        if (lock := _locked(folder)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
            gone += 1
    if gone:
        log.warning("Jobs that a server left behind when it was killed are removed; their results are lost.")
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

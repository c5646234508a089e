"""Where the registry lives: in a folder of this machine, or behind an address.

Both speak through the same MLflow client. What differs is what MLflow leaves to its host: making the database, one
writer at a time, seeing that others have changed something, the files on disk.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

from backends.errors import WorkbenchError, shown_address
from backends.registry.connection import MLFLOW_URI, Client, silence
from backends.settings import Settings

_WAIT_SECONDS = 60  # for another writer
_MAKING_SECONDS = 300  # for the database; about 4 are needed
_MAKING = "making-"
_ABANDONED_HOURS = 1.0  # after which an unfinished run on a server is nobody's any more
# The child ends with its parent, whatever ended that: its standard input is closed then.
_MIGRATE = """
import os, sys, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
from mlflow import MlflowClient
MlflowClient(tracking_uri=sys.argv[1], registry_uri=sys.argv[1]).search_registered_models(max_results=1)
os._exit(0)
"""
_RUN = re.compile(r"[0-9a-f]{32}")
_ADDRESS = re.compile(r"(https?|postgresql|mysql|mssql|sqlite)(\+\w+)?://.+")


class Place(Protocol):
    """What the registry needs of where it lives."""

    @property
    def uri(self) -> str:
        """MLflow's address of it."""

    @property
    def abandoned_hours(self) -> float:
        """An unfinished run older than this belongs to nobody any more."""

    def prepare(self) -> None:
        """Make what must be there before MLflow is asked. Safe to be killed in, and to run from two processes."""

    def writing(self) -> AbstractContextManager[None]:
        """A context in which nobody else writes, as far as this place can promise that."""

    def location(self, experiment: str) -> str | None:
        """Where the files of an experiment's runs go, as a URI; None leaves it to the server."""

    def files(self, experiment: str, run: str) -> Path | None:
        """The folder with a run's files, when they are on this machine."""

    def stamp(self, client: Client) -> Hashable:
        """Something that differs after any change, also by another process."""

    def close(self) -> None:
        """Let go of what is open."""


class Folder:
    """An embedded registry: `mlflow.db` (SQLite) and the folder `artifacts` beside it. Nothing has to be started."""

    abandoned_hours = 0.0  # writers hold the lock, so an unfinished run seen under it has lost its writer

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.database = self.folder / "mlflow.db"
        self.uri = f"sqlite:///{self.database.as_posix()}"
        self._looking: sqlite3.Connection | None = None
        self._one_looks = threading.Lock()

    def prepare(self) -> None:
        """Make the database beside its place, and move it there when it is whole."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.writing():
            for left in self.folder.glob(f"{_MAKING}*"):
                shutil.rmtree(left, ignore_errors=True)
            if not self.database.exists():
                self._make()

    def _make(self) -> None:
        making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=self.folder))
        database = making / self.database.name
        _migrated(database)
        with closing(sqlite3.connect(database)) as connection:
            # Readers go on while one writes; SQLite keeps this in the file.
            connection.execute("PRAGMA journal_mode = WAL")
        database.replace(self.database)
        shutil.rmtree(making, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer at a time, over threads and processes.

        The lock is a transaction on an empty database: the system takes it back from a process that is killed, on
        every platform, which a lock file cannot say.
        """
        with closing(sqlite3.connect(self.folder / "lock", timeout=_WAIT_SECONDS, isolation_level=None)) as lock:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise WorkbenchError(
                    f"The model registry is being written to: {error}.",
                    hint="Another workbench uses the same WORKBENCH_HOME; try again when it is done.",
                ) from error
            yield

    def location(self, experiment: str) -> str | None:
        """A folder per experiment, under `artifacts`."""
        return (self.folder / "artifacts" / experiment).as_uri()

    def files(self, experiment: str, run: str) -> Path | None:
        """Worked out here, not read from the database: the home folder may have been moved."""
        if not _RUN.fullmatch(run):
            raise ValueError(f"no run: {run!r}")
        return self.folder / "artifacts" / experiment / run / "artifacts"

    def stamp(self, client: Client) -> Hashable:
        """SQLite's own counter of the commits that other connections made; about 10 µs."""
        with self._one_looks:
            if self._looking is None:
                self._looking = sqlite3.connect(self.database, timeout=_WAIT_SECONDS, check_same_thread=False)
            (version,) = self._looking.execute("PRAGMA data_version").fetchone()
            return int(version)

    def close(self) -> None:
        """Close the connection that `stamp` keeps."""
        with self._one_looks:
            if self._looking is not None:
                self._looking.close()
                self._looking = None


class Server:
    """A registry behind `MLFLOW_TRACKING_URI`: an MLflow server, or a database that several workbenches share."""

    abandoned_hours = _ABANDONED_HOURS

    def __init__(self, uri: str, folder: Path) -> None:
        if not _ADDRESS.fullmatch(uri):
            raise WorkbenchError(
                f"{MLFLOW_URI} is {shown_address(uri)!r}, which is no address of a server or database.",
                hint="Set it to something like http://127.0.0.1:5000, or leave it empty for the embedded registry.",
            )
        self.uri = uri
        self.folder = folder.resolve()
        self._one_writes = threading.RLock()

    def prepare(self) -> None:
        """Nothing: who runs the server has made its database."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer of this process; what several write at once, the events put in order."""
        with self._one_writes:
            yield

    def location(self, experiment: str) -> str | None:
        """A server knows where files go; beside a bare database they go into this machine's home folder."""
        if self.uri.startswith("http"):
            return None
        return (self.folder / "artifacts" / experiment).as_uri()

    def files(self, experiment: str, run: str) -> Path | None:
        """Not on this machine, as far as one can know: they are fetched, once per digest."""
        return None

    def stamp(self, client: Client) -> Hashable:
        """What the server lists of every model: its last change and the keys of its tags."""
        models = client.all("search_registered_models")
        return frozenset((model.name, model.last_updated_timestamp, frozenset(model.tags)) for model in models)

    def close(self) -> None:
        """Nothing is open."""


def place(settings: Settings, environment: Mapping[str, str] | None = None) -> Folder | Server:
    """Where the registry of these settings lives: `MLFLOW_TRACKING_URI` when that is set, else the home folder."""
    uri = (os.environ if environment is None else environment).get(MLFLOW_URI, "").strip()
    folder = settings.home_folder / "registry"
    return Server(uri, folder) if uri else Folder(folder)


def _migrated(database: Path) -> None:
    """Have MLflow make its tables, in a child process: its migrations write to the log and leave a pool open."""
    silence()
    log = database.with_name("making.log")
    command = [sys.executable, "-c", _MIGRATE, f"sqlite:///{database.as_posix()}"]
    with (
        log.open("w", encoding="utf-8") as out,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out) as child,  # noqa: S603 - ours
    ):
        import mlflow  # noqa: F401 - this process needs it next, and the child takes as long

        try:
            child.wait(timeout=_MAKING_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
    if child.returncode:
        last = (log.read_text(encoding="utf-8", errors="replace").split("\n")[:-1] or ["no reason given"])[-1]
        raise WorkbenchError(
            f"The model registry could not be made: {last.replace(str(database.parent), 'registry')[:300]}",
            hint="See that WORKBENCH_HOME can be written to and has room, and that mlflow-skinny is installed.",
        )

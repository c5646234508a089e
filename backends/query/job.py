"""A query as a background job: its folder holds the tables, the text and the limits, and then the result."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backends.query.bounds import bound_memory, forget_environment
from backends.query.limits import Limits
from backends.query.result import RESULT, QueryResult, read_answer, save_answer
from backends.query.wording import too_slow
from backends.tasks.folders import OwnFolder

if TYPE_CHECKING:
    from backends.datasets import Dataset
    from backends.query.engine import Answer
    from backends.tasks import Job

ADDRESS = "backends.query.job:run"
GRACE_SECONDS = 2.0  # an interrupted engine has this long to give up
_QUERY = "query.json"


class TableFiles:
    """Tables as Arrow files, each written once and kept as long as its frame lives. Safe to use from any thread.

    A table is known by its frame's identity, not by a digest, so that a file can never be of other values.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = OwnFolder(folder, "tables")
        self._lock = threading.Lock()
        self._files: dict[int, Path] = {}

    def link(self, dataset: Dataset, path: Path) -> None:
        """Make the table's file appear at `path` too; it outlives the frame there."""
        with self._lock:
            known = self._files.get(id(dataset.frame))
            if known is None or not known.exists():  # a system may clean its temporary folder
                known = self._written(dataset)
            try:
                os.link(known, path)
            except OSError:  # another disk, or one without links
                shutil.copyfile(known, path)

    def close(self) -> None:
        """Remove every file."""
        self._folder.close()

    def _written(self, dataset: Dataset) -> Path:
        from backends.query.tables import write_table

        key = id(dataset.frame)
        path = self._folder.path() / f"{key}.arrow"
        write_table(dataset, path)
        self._files[key] = path
        weakref.finalize(dataset.frame, self._forget, key)
        return path

    def _forget(self, key: int) -> None:
        # Called by the garbage collector at any moment, also while this thread holds the lock: it must not wait.
        path = self._files.pop(key, None)
        if path is not None:
            path.unlink(missing_ok=True)


def prepare(tables: Mapping[str, Dataset], sql: str, limits: Limits, files: TableFiles) -> Callable[[Path], None]:
    """What writes the input of the job into its folder."""

    def write(folder: Path) -> None:
        places = {id(dataset): f"{at}.arrow" for at, dataset in enumerate(tables.values())}
        for dataset in {id(dataset): dataset for dataset in tables.values()}.values():
            files.link(dataset, folder / places[id(dataset)])
        names = {name: places[id(dataset)] for name, dataset in tables.items()}
        query = {"sql": sql, "limits": asdict(limits), "tables": names}
        (folder / _QUERY).write_text(json.dumps(query), encoding="utf-8")

    return write


def run(folder: Path, report: Callable[[dict[str, Any]], None], cancelled: Callable[[], bool]) -> None:
    """Answer the query within its limits and leave the result in the folder. Ends early when it is cancelled."""
    query = json.loads((folder / _QUERY).read_text(encoding="utf-8"))
    limits = Limits(**query["limits"])
    forget_environment()
    report({"doing": "Running the query"})
    try:
        found = _in_time(lambda: _answer(folder, query, limits, cancelled), limits, cancelled)
        if found is not None and not cancelled():
            save_answer(found, query["sql"], folder / RESULT)
    finally:
        for path in folder.glob("*.arrow"):
            path.unlink()


def load_result(job: Job) -> QueryResult:
    """The result of an ended job. Raises WorkbenchError when it left none."""
    return read_answer(job.output(RESULT))


def _answer(folder: Path, query: dict[str, Any], limits: Limits, cancelled: Callable[[], bool]) -> Answer | None:
    from backends.query.engine import Cancelled, answer
    from backends.query.tables import map_table

    tables = {name: map_table(folder / file) for name, file in query["tables"].items()}
    bound_memory(limits.memory_mb)
    try:
        return answer(tables, query["sql"], limits, cancelled)
    except Cancelled:
        return None


def _in_time(work: Callable[[], Answer | None], limits: Limits, cancelled: Callable[[], bool]) -> Answer | None:
    """Do the work beside this thread, so that one that cannot be interrupted is left behind with the process."""
    outcome: list[Answer | BaseException | None] = []

    def do() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # it is raised again below
            outcome.append(error)

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    patience = time.monotonic() + limits.seconds + GRACE_SECONDS
    while thread.is_alive() and time.monotonic() < patience:
        thread.join(0.05)
        if cancelled():
            patience = min(patience, time.monotonic() + GRACE_SECONDS)
            thread.join(GRACE_SECONDS)
    if outcome and isinstance(outcome[0], BaseException):
        raise outcome[0]
    if not outcome and not cancelled():
        raise too_slow(limits.seconds)
    return outcome[0] if outcome and not isinstance(outcome[0], BaseException) else None

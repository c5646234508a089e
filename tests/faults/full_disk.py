"""What happens on a disk that is full: ``python -m tests.faults.full_disk WHAT FOLDER [DATABASE]`` prints JSON.

`FOLDER` is on a disk of a few megabytes. Each function saves until the disk is full, and notes what was acknowledged
until then, what the refusal says, what is there afterwards when everything is opened anew, and whether saving works
again once there is room.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from backends.errors import WorkbenchError
from backends.settings import Settings

ROOM = 1_500_000  # bytes that are left at the beginning; the rest is taken by a file that can be removed


def registry(home: Path, database: str) -> dict[str, Any]:
    """Versions of a model."""
    from backends.registry import Registry
    from tests.backends.registry.bundles import graph, packed

    (home / "registry").mkdir()
    shutil.copy(database, home / "registry" / "mlflow.db")
    chance = np.random.default_rng(0)
    opened, done = Registry.open(Settings(home=str(home))), []

    def save() -> None:
        data = packed(model=graph(chance.bytes(60_000).hex()))
        opened.publish(data, "churn", "ana")
        done.append(sha256(data).hexdigest())

    filler = filled(home)
    refused, acknowledged = until_full(save, done)
    opened.close()
    again = Registry.open(Settings(home=str(home)))
    kept = [sha256(again.bundle_path(one).read_bytes()).hexdigest() for one in reversed(again.versions("churn"))]
    filler.unlink()
    opened = again
    save()
    return {"refused": refused, "acknowledged": acknowledged, "kept": kept, "after": len(again.versions("churn"))}


def log(home: Path, database: str) -> dict[str, Any]:
    """Predictions: nobody waits for the log, so what it loses is counted."""
    from backends.serving.log import Asked, PredictionLog

    opened, asked = PredictionLog.open(Settings(home=str(home))), Asked("r", "churn", 1, "champion", "shop", 1.0)
    inputs = [{"note": "x" * 1_500}] * 100

    def save() -> None:
        opened.add(asked, range(100), ["yes"] * 100, np.full((100, 2), 0.5), inputs)
        opened.flush()

    save()
    filler = filled(home)
    while not opened.lost:
        save()
    acknowledged, lost = opened.written, opened.lost
    kept = int(opened.counts()["predictions"].sum())
    filler.unlink()
    save()
    opened.close()
    after = int(PredictionLog.open(Settings(home=str(home))).counts()["predictions"].sum())
    return {"acknowledged": acknowledged, "lost": lost, "kept": kept, "after": after, "lost_after": opened.lost}


def collection(home: Path, database: str) -> dict[str, Any]:
    """Documents of a collection."""
    from backends.retrieval.index.store import Store
    from tests.backends.retrieval.index.texts import put, texts_of

    opened, done, numbers = Store.open(home / "one"), [], count()

    def save() -> None:
        name = f"{next(numbers)}.txt"
        put(opened, name, *(f"{name} line {line} " + "words " * 30 for line in range(60)))
        done.append(name)

    filler = filled(home)
    refused, acknowledged = until_full(save, done)
    opened.close()
    opened = Store.open(home / "one")
    kept = [document.name for document in opened.documents() if len(texts_of(opened, document)) == 60]
    filler.unlink()
    save()
    sound = not opened.integrity()
    return {"refused": refused, "acknowledged": acknowledged, "kept": kept, "after": len(done), "sound": sound}


def jobs(home: Path, database: str) -> dict[str, Any]:
    """A job whose output, and one whose input, has no room."""
    from backends.tasks import JobRunner

    runner, address = JobRunner(Settings(home=str(home))), "tests.faults.full_disk"
    first = runner.wait(runner.start("ada", "fits", f"{address}:write_little", lambda folder: None).id, "ada")
    filler = filled(home)
    output = runner.wait(runner.start("ada", "output", f"{address}:write_much", lambda folder: None).id, "ada")
    assert output.error is not None
    shutil.rmtree(output.folder)  # what it had written takes the room that the next one is to miss
    refused = ""
    try:
        runner.start("ada", "input", f"{address}:write_little", _write_much)
    except WorkbenchError as error:
        refused = error.message
    filler.unlink()
    last = runner.wait(runner.start("ada", "again", f"{address}:write_little", lambda folder: None).id, "ada")
    kept = first.output("note.txt").read_text()
    states = [first.state, output.state, last.state]
    runner.close()
    return {"refused": refused, "told": output.error.message, "states": states, "kept": kept}


def write_little(folder: Path, report: Any, cancelled: Any) -> None:
    (folder / "note.txt").write_text("done")


def write_much(folder: Path, report: Any, cancelled: Any) -> None:
    _write_much(folder)


def _write_much(folder: Path) -> None:
    (folder / "much.bin").write_bytes(os.urandom(2 * ROOM))


def filled(folder: Path) -> Path:
    """Take the disk's room but for `ROOM`; the file that takes it."""
    filler = folder / "filler"
    free = shutil.disk_usage(folder).free
    filler.write_bytes(b"\0" * max(0, free - ROOM))
    return filler


def until_full(save: Callable[[], None], done: list[str]) -> tuple[str, list[str]]:
    """Save until that is refused: the words of it, and what was acknowledged before."""
    for _ in range(1_000):
        try:
            save()
        except WorkbenchError as error:
            return str(error), list(done)
    raise AssertionError("the disk never filled")


if __name__ == "__main__":
    what, place, *more = sys.argv[1:]
    print(json.dumps(globals()[what](Path(place), *(more or [""]))))

"""Run as a program: changes of a store that are killed at each of their statements in turn.

``python killed.py FOLDER`` prints, for each kill, what the store says of its own soundness and what it then holds.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from backends.retrieval.index.store import Store
from tests.backends.retrieval.index.texts import put, texts_of

CHANGES: dict[str, Callable[[Store], object]] = {
    "add": lambda store: put(store, "new.txt", "three", "four"),
    "replace": lambda store: put(store, "old.txt", "five", "six", "seven"),
    "delete": lambda store: store.delete(store.documents()[0].id),
    "switch off": lambda store: store.enable(store.chunks_of(store.documents()[0].id)[0].id, False),
}


def main(folder: Path) -> None:
    """Kill each change after its first, second, … statement, until it is no more killed."""
    whole = folder / "whole"
    store = Store.open(whole)
    put(store, "old.txt", "one", "two")
    store.close()
    for name, change in CHANGES.items():
        statement = 0
        while _killed(copied(whole, folder / f"{name} {statement}"), change, statement):
            _tell(name, statement, folder / f"{name} {statement}")
            statement += 1
        _tell(name, -1, folder / f"{name} {statement}")


def copied(whole: Path, folder: Path) -> Path:
    """A store of its own for one kill."""
    return Path(shutil.copytree(whole, folder))


def _killed(folder: Path, change: Callable[[Store], object], statement: int) -> bool:
    """Whether a child was killed by itself before that statement of the change was run."""
    child = os.fork()
    if child == 0:
        store = Store.open(folder)
        left = statement

        def count(_: str) -> None:
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

        store._database._writer.set_trace_callback(count)
        change(store)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _tell(name: str, statement: int, folder: Path) -> None:
    store = Store.open(folder)
    held = {one.name: texts_of(store, one) for one in store.documents()}
    off = store.status().disabled
    print(json.dumps([name, statement, store.integrity(), held, off]), flush=True)
    store.close()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Measurements of a process's memory, made in a process of their own: `python -m … NAME` prints figures as JSON.

Whatever ran before in a process leaves holes in its memory, and whatever runs beside it takes some.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from backends.bundle import pack
from backends.serving.memory import give_back, measured, resident
from backends.serving.service import Service
from backends.settings import Settings
from tests.backends.serving.published import handmade
from tests.backends.serving.standing_in import Shelf

ROOT = Path(__file__).parents[3]
SECONDS = 120  # after which a measurement is given up


def alone(name: str) -> dict[str, Any]:
    """The figures of one of the measurements below."""
    command = [sys.executable, "-m", "tests.backends.serving.memory_alone", name]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def block() -> list[bytes]:
    """60 MB in small pieces."""
    return [bytes(1_000) for _ in range(60_000)]


def given_back() -> dict[str, Any]:
    """A block is made and dropped again."""
    before = resident()
    held, size = measured(block, least=1)
    figures = {"measured": size, "held": resident() - before}
    del held
    give_back()
    return {**figures, "left": resident() - before}


def in_holes() -> dict[str, Any]:
    """A block is made where it goes into holes between others."""
    others, _ = measured(lambda: [bytes(1_000) for _ in range(200_000)], least=1)  # by the thread that makes the block
    del others[::2]  # no page of it is free as a whole
    give_back()
    before = resident()
    _held, size = measured(block, least=1)
    return {"measured": size, "grown": resident() - before, "others": len(others)}


def doubtful() -> dict[str, Any]:
    """Another thread, so to say, takes much while something small is made for the first time."""
    held: list[list[bytes]] = []

    def make() -> int:
        if not held:
            held.append(block())
        return 1

    return {"measured": measured(make, least=100)[1]}


def fifty() -> dict[str, Any]:
    """Eight threads ask 50 models under a budget for ten."""
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        for number in range(50):
            shelf.put(f"m{number}", pack(handmade(number / 10, megabytes=4)))
        settings = Settings(home=f"{folder}/home", model_memory_mb=1_000, prediction_log="off")
        with closing(Service(settings, shelf)) as serving:
            serving.predict("m0", None, [{"x": 1.0}])
            one = serving.pool.bytes
            serving.pool.keep_only(())
            serving.pool.budget = budget = 10 * one + one // 2
            before = resident()
            wrong, most = _hammered(serving)
            figures = {
                "one": one, "budget": budget, "wrong": wrong, "most": most, "loaded": serving.pool.bytes,
                "unloads": serving.pool.unloads, "grown": resident() - before,
            }  # fmt: skip
            serving.pool.keep_only(())
            return {
                **figures,
                "loads": serving.pool.loads,
                "all_unloads": serving.pool.unloads,
                "left": resident() - before,
            }


def _hammered(serving: Service) -> tuple[list[str], int]:
    """Wrong answers, and the most bytes that were loaded at once."""
    wrong: list[str] = []
    loaded: list[int] = []
    lock = threading.Lock()

    def hammer(who: int) -> None:
        for number in np.random.default_rng(who).integers(0, 50, 20):
            chance = serving.predict(f"m{number}", None, [{"x": 1.0}]).predictions.probabilities[0, 1]
            with lock:
                loaded.append(serving.pool.bytes)
                if abs(chance - 1 / (1 + np.exp(-number / 10))) > 1e-6:
                    wrong.append(f"m{number} answered {chance}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(hammer, range(8)))
    return wrong, max(loaded)


if __name__ == "__main__":
    measurements = {one.__name__: one for one in (given_back, in_holes, doubtful, fifty)}
    print(json.dumps(measurements[sys.argv[1]]()))

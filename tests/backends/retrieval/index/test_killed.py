from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backends.retrieval.index.store import Store

ROOT = Path(__file__).parents[4]
BEFORE = {"old.txt": ["one", "two"]}
AFTER = {
    "add": ({**BEFORE, "new.txt": ["three", "four"]}, 0),
    "replace": ({"old.txt": ["five", "six", "seven"]}, 0),
    "delete": ({}, 0),
    "switch off": (BEFORE, 1),
}
BUSY = """
import itertools, sys
from pathlib import Path
from backends.retrieval.index.store import Store
from tests.backends.retrieval.index.texts import put
store = Store.open(Path(sys.argv[1]))
print("ready", flush=True)
for turn in itertools.count():
    stored = put(store, f"{turn % 7}.txt", *(f"line {turn} {number} " + "words " * 40 for number in range(60)))
    store.enable(store.chunks_of(stored.id)[turn % 60].id, False)
    if turn % 3 == 0:
        store.delete(stored.id)
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can fork and kill")


def test_killed_before_any_of_its_statements_a_change_is_done_whole_or_not_at_all(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.backends.retrieval.index.killed", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {name for name, *_ in told} == set(AFTER)
    assert len(told) > 40  # statements in all
    for name, statement, problems, held, off in told:
        assert problems == [], (name, statement)
        assert (held, off) == ((BEFORE, 0) if statement >= 0 else AFTER[name]), (name, statement)


@pytest.mark.slow
def test_killed_at_random_moments_it_opens_sound(tmp_path: Path) -> None:
    chance = random.Random(6)
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", BUSY, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.05, 0.3))
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        child.stdout.close()
        store = Store.open(tmp_path)
        assert store.integrity() == ()
        store.close()

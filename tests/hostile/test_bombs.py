"""Each bomb is answered in time and within the memory, by a result or one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.bombs import DOCUMENTS, TABLES

pytestmark = pytest.mark.slow
REFUSED = {  # what has to be said of those that no limit may let through
    "a cell in the last corner of a sheet": "more cells than its",
    "a row beyond all": "where every sheet ends",
    "rows that are 16,384 columns wide": "more cells than its",
    "a cell of 300 MB": "times its size",
    "a million rows of 3,000 missing columns": "unpacks to more than",
    "a record of its own column in each line": "more cells than its",
    "wide rows above many short ones": "more cells than its",
    "entities of entities in a sheet": "cannot be read",
    "a file of this machine as an entity": "cannot be read",
    "a file of this machine in a Word file": "declares entities",
    "a number of a million digits": "not valid JSON",
}


@cache
def answers() -> dict[str, dict[str, Any]]:
    """What a process of bounded memory answered to all of them."""
    root = Path(__file__).parents[2]
    environment = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.hostile.bombs"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["title"]: one for one in said}


@pytest.mark.parametrize("title", [*TABLES, *DOCUMENTS])
def test_a_bomb_does_not_go_off(title: str) -> None:
    said = answers().get(title, {"outcome": "an earlier one ended the process"})
    assert said.get("outcome", "it ended the process") in ("result", "refused"), said
    assert said["mb"] < 2_000
    if said["outcome"] == "refused":
        assert said["hint"]
        assert "root:" not in said["message"], "no file of this machine"
    if title in REFUSED:
        assert said["outcome"] == "refused"
        assert REFUSED[title] in said["message"]

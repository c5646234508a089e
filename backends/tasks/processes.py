"""The process of a job: started, told, watched, and ended with everything that it started."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from backends.tasks.memory import Budget, held_by_all, largest, resident_bytes

log = logging.getLogger(__name__)

WATCH_SECONDS = 0.25
ALL_EVERY = 4  # looks at one job, for one at all of them together
ROOT = Path(__file__).parents[2]
_guarded: set[int] = set()  # the jobs of this process that run: what else it started is not for a guard to end


def spawn(address: str, folder: Path) -> subprocess.Popen[str]:
    """Start the job at `address` in a process group of its own; what it says on standard error is kept in `folder`."""
    with (folder / "log.txt").open("w", encoding="utf-8") as errors:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own module, no shell
            [sys.executable, "-m", "backends.tasks.worker", address, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            start_new_session=True,
        )


def tell(process: subprocess.Popen[str], line: str) -> None:
    """Write a line to the job, if it still listens."""
    try:
        if process.stdin:
            process.stdin.write(line)
            process.stdin.flush()
    except (BrokenPipeError, ValueError):
        log.debug("job process %s ended before it could be told %r", process.pid, line)


def kill_tree(process: subprocess.Popen[str]) -> None:
    """End a process and everything it started."""
    try:
        root = psutil.Process(process.pid)
        family = [*root.children(recursive=True), root]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue


def guard_memory(process: subprocess.Popen[str], budget: Budget, outcome: dict[str, Any]) -> None:
    """Kill the job when it holds more than one may, or is the largest where all hold too much; note which it was."""
    looks = 0
    _guarded.add(process.pid)
    while process.poll() is None:
        found = _too_much(process.pid, budget, together=looks % ALL_EVERY == 0)
        if found is not None:
            outcome["memory"] = found
            kill_tree(process)
        looks += 1
        time.sleep(WATCH_SECONDS)
    _guarded.discard(process.pid)


def _too_much(pid: int, budget: Budget, together: bool) -> dict[str, Any] | None:
    used = resident_bytes(pid)
    if used > budget.job:
        return {"used": used, "limit": budget.job, "of": "job"}
    if together and (all_of_them := held_by_all()) > budget.total and largest(set(_guarded)) == pid:
        return {"used": all_of_them, "limit": budget.total, "of": "all"}
    return None

"""Watching the worker processes of this machine: which fit runs where, for how long, on how much memory.

A worker leaves a small file with its process number while it works on a task. The guard reads these files,
so that it can end exactly the process of a fit that takes too long or too much memory. An ended worker
breaks its pool; `workers` then starts a new one for what is left.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from backends.settings import MEGABYTE
from backends.tasks.memory import available_share

LOW_MEMORY_SHARE = 0.04  # of the machine's memory: below this the largest worker is ended before the system does it

TroubleKind = Literal["failed", "timed out", "out of memory", "crashed", "cancelled"]


@dataclass(frozen=True)
class Trouble:
    """Why a task has no result."""

    kind: TroubleKind
    reason: str


@dataclass(frozen=True)
class Limits:
    """What one fit may take; 0 is no limit."""

    seconds: float = 0.0
    memory_mb: int = 0

    def exceeded(self, seconds: float, memory_mb: float) -> Trouble | None:
        """The trouble of a fit that has taken so much; None while it is within the limits.

        >>> Limits(seconds=60).exceeded(61, 5_000).reason
        'One fit took longer than the 60 seconds it may take.'
        """
        if self.seconds and seconds > self.seconds:
            return Trouble("timed out", f"One fit took longer than the {self.seconds:g} seconds it may take.")
        if self.memory_mb and memory_mb > self.memory_mb:
            return Trouble(
                "out of memory",
                f"One fit used {memory_mb:,.0f} MB of memory, more than the {self.memory_mb:,} MB it may use.",
            )
        return None


@dataclass
class Guard:
    """Ends the worker processes whose task is over its limits."""

    folder: Path
    limits: Limits
    ended: dict[str, Trouble] = field(default_factory=dict)
    _seen: dict[str, float] = field(default_factory=dict)

    def running(self) -> dict[str, int]:
        """The tasks that are being worked on, with the number of their process."""
        texts = {path.name: _text(path) for path in self.folder.iterdir()}
        return {name: int(text) for name, text in texts.items() if text}

    def check(self) -> None:
        """End what is over a limit; the reasons are in `ended`."""
        tasks = self.running()
        now = time.monotonic()
        self._seen = {task: self._seen.get(task, now) for task in tasks}
        sizes = {task: _memory_mb(process) for task, process in tasks.items()}
        for task, process in tasks.items():
            trouble = self.limits.exceeded(now - self._seen[task], sizes[task])
            if trouble is None and task == max(sizes, key=lambda name: sizes[name]):
                trouble = _machine_trouble(sizes[task])
            if trouble is not None and task not in self.ended:
                self.ended[task] = trouble
                end_process(process)

    def end_all(self) -> None:
        """End every worker that is working."""
        for process in self.running().values():
            end_process(process)


def end_process(process: int) -> None:
    """Kill a process; one that has ended already is fine."""
    try:
        os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    except ProcessLookupError:
        return


def _machine_trouble(memory_mb: float) -> Trouble | None:
    if available_share() >= LOW_MEMORY_SHARE:
        return None
    return Trouble("out of memory", f"The machine ran out of memory while one fit used {memory_mb:,.0f} MB.")


def _memory_mb(process: int) -> float:
    """Memory of its own that a process holds; mapped tables, which are shared, do not count."""
    import psutil

    try:
        info = psutil.Process(process).memory_info()
    except psutil.Error:
        return 0.0
    return (info.rss - getattr(info, "shared", 0)) / MEGABYTE


def _text(path: Path) -> str:
    """The text of a file that another process may delete or write at this moment; empty when it is not there."""
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""

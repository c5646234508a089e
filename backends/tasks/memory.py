"""Memory: what this machine or its container has, what the workbench and its jobs hold, and how much of it they may.

What is held is measured: the resident memory of this process and of every process that it started.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import psutil

from backends.errors import WorkbenchError
from backends.settings import MEGABYTE, Settings

SHARE = 0.75  # of the machine's memory, where nothing is set
_V1_NONE = 1 << 60  # version 1 of control groups writes a number beyond this for "no limit"


@dataclass(frozen=True)
class Budget:
    """How many bytes the workbench with its jobs, one job, and the tables of one visitor may hold.

    >>> Budget.of(Settings(total_memory_mb=600)).session // MEGABYTE
    300
    """

    total: int
    job: int
    session: int

    @classmethod
    def of(cls, settings: Settings) -> Budget:
        """The budget as the settings say it; what they leave open follows from the machine or its container."""
        usual = int(machine_bytes() * SHARE)
        total = settings.total_memory_mb * MEGABYTE or usual
        return cls(
            total=total,
            job=settings.job_memory_mb * MEGABYTE or min(usual, total),
            session=settings.session_memory_mb * MEGABYTE or total // 2,
        )

    def enough(self, more: int = 0) -> bool:
        """Whether the workbench may hold `more` bytes than it does."""
        return held_by_all() + more <= self.total

    def check(self, what: str, more: int = 0) -> None:
        """Raise WorkbenchError where the workbench would hold too much with `more` bytes for `what`."""
        used = held_by_all()
        if used + more <= self.total:
            return
        raise WorkbenchError(
            f"There is no memory for {what}: {megabytes(used)} of {megabytes(self.total)} MB are in use"
            + (f", and it takes {megabytes(more)} MB at least." if more >= MEGABYTE else "."),
            hint="Try again when others have finished, or raise WORKBENCH_TOTAL_MEMORY_MB.",
        )


def megabytes(size: int) -> str:
    """Bytes in megabytes, as people read them: whole ones, of few with a decimal; what is there is never 0.

    >>> megabytes(5_912 * MEGABYTE), megabytes(MEGABYTE * 5 // 4), megabytes(10), megabytes(2 * MEGABYTE)
    ('5,912', '1.2', '0.1', '2')
    """
    exact = size / MEGABYTE
    if exact >= 10 or exact == round(exact):
        return f"{exact:,.0f}"
    return f"{max(0.1, exact):.1f}".removesuffix(".0")


def held_by_all() -> int:
    """Resident memory of this process and all that it started, in bytes."""
    return resident_bytes(os.getpid())


def largest(pids: Iterable[int]) -> int | None:
    """The process that holds most memory, its own children counted in; None without any."""
    return max(pids, key=resident_bytes, default=None)


def resident_bytes(pid: int) -> int:
    """Memory that a process and its children hold, in bytes (shared pages are counted once per process)."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    total = 0
    for member in family:
        try:
            total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def machine_bytes(root: Path = Path("/")) -> int:
    """Memory of this machine, or of the container where that is limited to less, in bytes."""
    return min([psutil.virtual_memory().total, *container_limits(root)])


def container_limits(root: Path = Path("/")) -> Iterator[int]:
    """The limits of the control groups that this process is in, of both versions (see cgroups(7)), in bytes.

    A group is bound by those above it too. Inside a container its own group is often seen as the topmost one, whatever
    path it has outside.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds == "":
            yield from _limits(root / "sys/fs/cgroup", path, "memory.max")
        elif "memory" in kinds.split(","):
            yield from _limits(root / "sys/fs/cgroup/memory", path, "memory.limit_in_bytes")


def _limits(top: Path, path: str, name: str) -> Iterator[int]:
    inner = PurePosixPath(path.lstrip("/"))
    for group in (inner, *inner.parents):
        if ".." in group.parts:  # another name space: the group is not to be seen from here
            continue
        try:
            limit = int((top / group / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):  # no such group here, or "max"
            continue
        if limit < _V1_NONE:
            yield limit

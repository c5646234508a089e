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
IDLE = 300 * MEGABYTE  # what the server holds before the first table, with the libraries of its pages
_NO_LIMIT = 1 << 60  # version 1 of control groups writes a number beyond this


@dataclass(frozen=True)
class _Files:
    """Where a control group tells of its memory: the versions have other names for it (see cgroups(7))."""

    limit: str
    used: str
    cached: str  # the row of memory.stat with the contents of files that are given up when memory is needed


_V1 = _Files("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_V2 = _Files("memory.max", "memory.current", "inactive_file")


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

    def reachable(self, more: int = 0) -> bool:
        """Whether it could hold them if it let go what visitors have in memory: what its jobs hold stays."""
        return held_by_jobs() + IDLE + more <= self.total

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


def held_by_jobs() -> int:
    """Resident memory of the processes that this one has started, in bytes."""
    return max(0, held_by_all() - psutil.Process().memory_info().rss)


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
    """The limits of the control groups that this process is in, of both versions (see cgroups(7)), in bytes."""
    return (limit for _, _, limit in _limited_groups(root))


def available_share(root: Path = Path("/")) -> float:
    """Share of the memory that is still free, of this machine or of the container, whichever is tightest."""
    machine = psutil.virtual_memory()
    shares = [machine.available / machine.total]
    for group, files, limit in _limited_groups(root):
        used, cached = _number(group / files.used), _row(group / "memory.stat", files.cached)
        if used is not None and limit:
            shares.append(1 - (used - cached) / limit)
    return min(shares)


def _limited_groups(root: Path) -> Iterator[tuple[Path, _Files, int]]:
    """The control groups with a limit that this process is in, the innermost of each version first, with that limit.

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
            yield from _limited_from(root / "sys/fs/cgroup", path, _V2)
        elif "memory" in kinds.split(","):
            yield from _limited_from(root / "sys/fs/cgroup/memory", path, _V1)


def _limited_from(top: Path, path: str, files: _Files) -> Iterator[tuple[Path, _Files, int]]:
    inner = PurePosixPath(path.lstrip("/"))
    for group in (inner, *inner.parents):
        if ".." in group.parts:  # another name space: the group is not to be seen from here
            continue
        limit = _number(top / group / files.limit)
        if limit is not None and limit < _NO_LIMIT:
            yield top / group, files, limit


def _number(path: Path) -> int | None:
    """The number in a file; None where there is no such file, or another word such as "max" in it."""
    try:
        return int(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _row(path: Path, name: str) -> int:
    """The number behind a name in a file of such rows, 0 where it is not there."""
    try:
        rows = dict(line.split()[:2] for line in path.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError):
        return 0
    return int(rows.get(name, 0))

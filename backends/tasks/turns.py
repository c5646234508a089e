"""Whose job comes next: visitors take turns, so that one with many jobs keeps nobody else waiting for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from backends.tasks.job import Job

NEVER = float("-inf")


def queue(jobs: Iterable[Job]) -> list[Job]:
    """The waiting jobs in the order in which they will start.

    First the first waiting job of each visitor who has none running, then the second ones, and so on; a running job
    counts as one that had its turn. Within a turn, who had a job started longest ago comes first, then who asked first.
    `jobs` are all that are known, in the order in which they came.

    >>> from pathlib import Path
    >>> def job(name, owner, state="queued"):
    ...     return Job(name, owner, name, Path("."), state)
    >>> many = [job("a0", "ada", "running"), job("a1", "ada"), job("a2", "ada"), job("b1", "bob"), job("b2", "bob")]
    >>> [waiting.id for waiting in queue(many)]
    ['b1', 'a1', 'b2', 'a2']
    """
    jobs = list(jobs)
    turns = Counter(job.owner for job in jobs if _runs(job))
    started: dict[str, float] = {}
    for job in jobs:
        started[job.owner] = max(started.get(job.owner, NEVER), NEVER if job.started_at is None else job.started_at)
    keyed = []
    for place, job in enumerate(jobs):
        if job.state == "queued":
            keyed.append((turns[job.owner], started[job.owner], place))
            turns[job.owner] += 1
    return [jobs[place] for _, _, place in sorted(keyed)]


def next_to_start(jobs: Iterable[Job], places: int) -> Job | None:
    """The job to start now, None when none may; `places` is how many run at once.

    A visitor who is alone may take all places. Where others have jobs as well, or had some, nobody takes the last one
    beside a running job of their own: a job ends when it ends, and until then the others would have no way in.
    """
    jobs = list(jobs)
    running = Counter(job.owner for job in jobs if _runs(job))
    if running.total() >= places:
        return None
    shared = len({job.owner for job in jobs}) > 1
    most = max(1, places - 1) if shared else places
    return next((job for job in queue(jobs) if running[job.owner] < most), None)


def _runs(job: Job) -> bool:
    return job.state in ("running", "cancelling")

"""The queries of many visitors, each in a process of its own and none waiting for a training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from backends.datasets import Dataset
from backends.query.job import ADDRESS, TableFiles, prepare
from backends.query.limits import Limits
from backends.settings import Settings
from backends.tasks import Job, JobRunner

AT_ONCE = 4  # at least: each has bounds of its own for time and memory, and a short one should not wait for the long


class Queries:
    """Starts, watches and cancels queries; a visitor has at most one at a time. Safe to use from any thread."""

    def __init__(self, settings: Settings | None = None, room: Callable[[], None] | None = None) -> None:
        """`room` is that of `JobRunner`."""
        settings = settings or Settings.from_environment()
        self._runner = JobRunner(replace(settings, jobs_at_once=max(AT_ONCE, settings.jobs_at_once)), room)
        self._files = TableFiles(settings.home_folder)

    def start(self, owner: str, tables: Mapping[str, Dataset], sql: str, limits: Limits | None = None) -> Job:
        """Run the query over `tables`, by their names in SQL; what the owner still has running is cancelled."""
        for job in self._runner.jobs(owner):
            if not job.ended:
                self._runner.cancel(job.id, owner)
        return self._runner.start(owner, "Query", ADDRESS, prepare(tables, sql, limits or Limits(), self._files))

    def get(self, identity: str, owner: str) -> Job:
        """The newest snapshot. Raises WorkbenchError for a query that is unknown or somebody else's."""
        return self._runner.get(identity, owner)

    def wait(self, identity: str, owner: str, seconds: float) -> Job:
        """The snapshot when the query has ended or `seconds` are over."""
        return self._runner.wait(identity, owner, seconds)

    def cancel(self, identity: str, owner: str) -> Job:
        """Stop the query; nothing of it is kept."""
        return self._runner.cancel(identity, owner)

    def forget(self, owner: str) -> None:
        """End what the owner has running, and remove what their queries left."""
        self._runner.forget(owner)

    def close(self) -> None:
        """End every query and remove every file."""
        self._runner.close()
        self._files.close()

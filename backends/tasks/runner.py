"""The one job runner of the workbench: starts, watches, queues and cancels child processes."""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from backends.errors import WorkbenchError, no_room
from backends.settings import Settings
from backends.tasks.folders import JobFolders
from backends.tasks.job import ENDED, Job
from backends.tasks.memory import Budget
from backends.tasks.outcomes import ending, not_started
from backends.tasks.processes import guard_memory, kill_tree, spawn, tell
from backends.tasks.turns import next_to_start, queue
from backends.tasks.worker import TEMPORARY

log = logging.getLogger(__name__)

GRACE_SECONDS = 10.0  # a cancelled job has this long to write what is done
KEPT_PER_OWNER = 8  # finished jobs whose results stay on disk
WAITING_PER_OWNER = 8
WAITING = 200  # of all owners: each has a folder with its input on the disk


class JobRunner:
    """Runs jobs for many owners, at most `settings.jobs_at_once` at a time; the others wait, and owners take turns.

    Every method is safe to call from any thread. A job is seen and cancelled by its owner only.
    """

    def __init__(self, settings: Settings | None = None, room: Callable[[], None] | None = None) -> None:
        """`room` raises WorkbenchError where there is no memory for one more job; the usual one asks the budget."""
        self._settings = settings or Settings.from_environment()
        self._budget = Budget.of(self._settings)
        self._room = room or (lambda: self._budget.check("another job"))
        self._folders = JobFolders(self._settings.home_folder)
        self._dropped: set[str] = set()
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._addresses: dict[str, str] = {}
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._followers: dict[str, threading.Thread] = {}
        self._closed = False

    def start(self, owner: str, title: str, address: str, prepare: Callable[[Path], None]) -> Job:
        """Queue the job at `address`; `prepare` writes its input into the job's own private folder.

        Raises WorkbenchError when too many jobs wait, of the owner or of all, or there is no memory or no disk for one
        more.
        """
        with self._lock:
            self._check_open()
            self._check_room_in_queue(owner)
        self._room()
        identity = secrets.token_urlsafe(9)
        folder = self._prepared(identity, prepare)
        with self._lock:
            if self._closed:
                shutil.rmtree(folder, ignore_errors=True)
            self._check_open()
            self._jobs[identity] = Job(identity, owner, title, folder, queued_at=time.monotonic())
            self._addresses[identity] = address
            self._forget_old(owner)
            self._start_waiting()
        return self.get(identity, owner)

    def get(self, identity: str, owner: str) -> Job:
        """The newest snapshot. Raises WorkbenchError for a job that is unknown or somebody else's."""
        with self._lock:
            job = self._jobs.get(identity)
            if job is None or job.owner != owner or identity in self._dropped:
                raise WorkbenchError("This job is not known any more.", hint="Start it again.")
            place = 0
            if job.state == "queued":
                place = [other.id for other in queue(self._jobs.values())].index(identity) + 1
            return replace(job, place=place, now=time.monotonic())

    def jobs(self, owner: str) -> list[Job]:
        """The owner's jobs, newest first."""
        with self._lock:
            known = [identity for identity in self._jobs if identity not in self._dropped]
            mine = [identity for identity in known if self._jobs[identity].owner == owner]
            return [self.get(identity, owner) for identity in reversed(mine)]

    def cancel(self, identity: str, owner: str) -> Job:
        """Ask the job to stop and keep what is done; after a grace it is killed. Cancelling twice is harmless."""
        with self._lock:
            job = self.get(identity, owner)
            if job.state == "queued":
                self._set(identity, state="cancelled", ended_at=time.monotonic())
                shutil.rmtree(job.folder, ignore_errors=True)  # its input is not needed any more, and may be secret
            elif job.state == "running":
                self._set(identity, state="cancelling")
                process = self._processes[identity]
                tell(process, "cancel\n")
                threading.Thread(target=_kill_after_grace, args=(process,), daemon=True).start()
        return self.get(identity, owner)

    def busy(self, owner: str) -> bool:
        """Whether a job of the owner runs or waits."""
        return any(not job.ended for job in self.jobs(owner))

    def forget(self, owner: str) -> None:
        """End what the owner has running, at once, and remove everything of their jobs; nobody knows them any more."""
        with self._lock:
            running = [job.id for job in self._jobs.values() if job.owner == owner and job.id in self._processes]
            for identity in [job.id for job in self._jobs.values() if job.owner == owner and job.id not in running]:
                self._remove(identity)
            self._dropped.update(running)  # they are removed as soon as their process has ended
            processes = [self._processes[identity] for identity in running]
        for process in processes:
            kill_tree(process)

    def wait(self, identity: str, owner: str, seconds: float = 60.0) -> Job:
        """Block until the job has ended or `seconds` are over (for notebooks and tests)."""
        deadline = time.monotonic() + seconds
        while not (job := self.get(identity, owner)).ended and time.monotonic() < deadline:
            time.sleep(0.02)
        return job

    def close(self) -> None:
        """Kill what runs, drop what waits and remove every job's folder. No job is taken from then on."""
        with self._lock:
            self._closed = True
            for identity, job in self._jobs.items():
                if job.state == "queued":
                    self._set(identity, state="cancelled", ended_at=time.monotonic())
                elif job.state == "running":
                    self._set(identity, state="cancelling")
            processes, followers = list(self._processes.values()), list(self._followers.values())
        for process in processes:
            kill_tree(process)
        for follower in followers:
            follower.join()
        with self._lock:
            for job in self._jobs.values():
                shutil.rmtree(job.folder, ignore_errors=True)
            self._jobs.clear()
        self._folders.close()

    def _check_room_in_queue(self, owner: str) -> None:
        waiting = [job.owner for job in self._jobs.values() if not job.ended]
        if (own := waiting.count(owner)) >= WAITING_PER_OWNER:
            raise WorkbenchError(f"You have {own} jobs running or waiting.", hint="Cancel one or wait until one ends.")
        if len(waiting) >= WAITING:
            raise WorkbenchError(
                f"{len(waiting)} jobs are running or waiting here.", hint="Try again when some of them have ended."
            )

    def _check_open(self) -> None:
        if self._closed:
            raise WorkbenchError("The workbench is being stopped.", hint="Start the job when it runs again.")

    def _prepared(self, identity: str, prepare: Callable[[Path], None]) -> Path:
        """The job's folder with its input; where that cannot be written, nothing is left."""
        try:
            folder = self._folders.make(identity)
        except OSError as error:
            raise no_room(error) or error from error
        try:
            prepare(folder)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise no_room(error) or error from None
        return folder

    def _start_waiting(self) -> None:
        while job := next_to_start(self._jobs.values(), self._settings.jobs_at_once):
            try:
                process = spawn(self._addresses[job.id], job.folder)
            except OSError as error:  # no disk for its log, no process to be had
                log.warning("job %s could not be started: %s", job.id, error)
                self._set(job.id, state="failed", ended_at=time.monotonic(), error=not_started(error, job.id))
                continue
            self._processes[job.id] = process
            self._set(job.id, state="running", started_at=time.monotonic())
            self._followers[job.id] = threading.Thread(target=self._follow, args=(job.id, process), daemon=True)
            self._followers[job.id].start()

    def _follow(self, identity: str, process: subprocess.Popen[str]) -> None:
        """Read the job's messages until it ends, then give its place to the next one."""
        outcome: dict[str, Any] = {}
        guard = threading.Thread(target=guard_memory, args=(process, self._budget, outcome), daemon=True)
        guard.start()
        for line in process.stdout or ():
            if not line.endswith("\n"):
                break  # it was killed while it wrote this
            message = json.loads(line)
            if "event" in message:
                self._note(identity, message["event"])
            else:
                outcome.update(message)
        code = process.wait()
        guard.join()
        with self._lock:
            shutil.rmtree(self._jobs[identity].folder / TEMPORARY, ignore_errors=True)  # of a job that was killed
            cancelled = self._jobs[identity].state == "cancelling" or identity in self._dropped
            del self._processes[identity], self._followers[identity]
            self._set(identity, ended_at=time.monotonic(), doing="", **ending(outcome, code, cancelled, identity))
            if identity in self._dropped:
                self._remove(identity)
            self._start_waiting()

    def _note(self, identity: str, event: dict[str, Any]) -> None:
        with self._lock:
            job = self._jobs[identity]
            self._set(
                identity,
                events=(*job.events, event),
                fraction=max(job.fraction, min(1.0, float(event.get("fraction", 0.0)))),
                doing=str(event.get("doing", job.doing)),
            )

    def _set(self, identity: str, **changes: Any) -> None:
        self._jobs[identity] = replace(self._jobs[identity], **changes)

    def _forget_old(self, owner: str) -> None:
        ended = [job for job in self._jobs.values() if job.owner == owner and job.state in ENDED]
        for job in ended[: max(0, len(ended) - KEPT_PER_OWNER)]:
            self._remove(job.id)

    def _remove(self, identity: str) -> None:
        shutil.rmtree(self._jobs.pop(identity).folder, ignore_errors=True)
        del self._addresses[identity]
        self._dropped.discard(identity)


def _kill_after_grace(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        kill_tree(process)

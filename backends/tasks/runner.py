"""The one job runner of the workbench: starts, watches, queues and cancels child processes."""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from backends.errors import WorkbenchError
from backends.settings import MEGABYTE, Settings
from backends.tasks.job import ENDED, Job, JobError

log = logging.getLogger(__name__)

GRACE_SECONDS = 10.0  # a cancelled job has this long to write what is done
WATCH_SECONDS = 0.25
KEPT_PER_OWNER = 8  # finished jobs whose results stay on disk
WAITING_PER_OWNER = 8
ROOT = Path(__file__).parents[2]


class JobRunner:
    """Runs jobs for many owners, at most `settings.jobs_at_once` at a time; the others wait in order.

    Every method is safe to call from any thread. A job is seen and cancelled by its owner only.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings.from_environment()
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._addresses: dict[str, str] = {}
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._followers: dict[str, threading.Thread] = {}

    def start(self, owner: str, title: str, address: str, prepare: Callable[[Path], None]) -> Job:
        """Queue the job at `address`; `prepare` writes its input into the job's own private folder.

        Raises WorkbenchError when the owner has too many jobs waiting.
        """
        with self._lock:
            waiting = [job for job in self._jobs.values() if job.owner == owner and not job.ended]
            if len(waiting) >= WAITING_PER_OWNER:
                raise WorkbenchError(
                    f"You have {len(waiting)} jobs running or waiting.", hint="Cancel one or wait until one ends."
                )
        identity = secrets.token_urlsafe(9)
        folder = self._settings.home_folder / "jobs" / identity
        folder.mkdir(parents=True, mode=0o700)
        try:
            prepare(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        with self._lock:
            self._jobs[identity] = Job(identity, owner, title, folder, queued_at=time.monotonic())
            self._addresses[identity] = address
            self._forget_old(owner)
            self._start_waiting()
        return self.get(identity, owner)

    def get(self, identity: str, owner: str) -> Job:
        """The newest snapshot. Raises WorkbenchError for a job that is unknown or somebody else's."""
        with self._lock:
            job = self._jobs.get(identity)
            if job is None or job.owner != owner:
                raise WorkbenchError("This job is not known any more.", hint="Start it again.")
            queue = [other.id for other in self._jobs.values() if other.state == "queued"]
            place = queue.index(identity) + 1 if identity in queue else 0
            return replace(job, place=place, now=time.monotonic())

    def jobs(self, owner: str) -> list[Job]:
        """The owner's jobs, newest first."""
        with self._lock:
            mine = [identity for identity, job in self._jobs.items() if job.owner == owner]
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
                _write(process, "cancel\n")
                threading.Thread(target=_kill_after_grace, args=(process,), daemon=True).start()
        return self.get(identity, owner)

    def wait(self, identity: str, owner: str, seconds: float = 60.0) -> Job:
        """Block until the job has ended or `seconds` are over (for notebooks and tests)."""
        deadline = time.monotonic() + seconds
        while not (job := self.get(identity, owner)).ended and time.monotonic() < deadline:
            time.sleep(0.02)
        return job

    def close(self) -> None:
        """Kill what runs, drop what waits and remove every job's folder."""
        with self._lock:
            for identity, job in self._jobs.items():
                if job.state == "queued":
                    self._set(identity, state="cancelled", ended_at=time.monotonic())
            processes, followers = list(self._processes.values()), list(self._followers.values())
        for process in processes:
            kill_tree(process)
        for follower in followers:
            follower.join()
        with self._lock:
            for job in self._jobs.values():
                shutil.rmtree(job.folder, ignore_errors=True)
            self._jobs.clear()

    def _start_waiting(self) -> None:
        for identity, job in list(self._jobs.items()):
            if len(self._processes) >= self._settings.jobs_at_once:
                return
            if job.state == "queued":
                process = _spawn(self._addresses[identity], job.folder)
                self._processes[identity] = process
                self._set(identity, state="running", started_at=time.monotonic())
                self._followers[identity] = threading.Thread(target=self._follow, args=(identity, process), daemon=True)
                self._followers[identity].start()

    def _follow(self, identity: str, process: subprocess.Popen[str]) -> None:
        """Read the job's messages until it ends, then give its place to the next one."""
        outcome: dict[str, Any] = {}
        limit = self._settings.job_memory_mb * MEGABYTE or int(psutil.virtual_memory().total * 0.75)
        guard = threading.Thread(target=_guard_memory, args=(process, limit, outcome), daemon=True)
        guard.start()
        for line in process.stdout or ():
            message = json.loads(line)
            if "event" in message:
                self._note(identity, message["event"])
            else:
                outcome.update(message)
        code = process.wait()
        guard.join()
        with self._lock:
            cancelled = self._jobs[identity].state == "cancelling"
            del self._processes[identity], self._followers[identity]
            self._set(identity, ended_at=time.monotonic(), doing="", **_ending(outcome, code, cancelled, identity))
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
            shutil.rmtree(job.folder, ignore_errors=True)
            del self._jobs[job.id], self._addresses[job.id]


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


def _spawn(address: str, folder: Path) -> subprocess.Popen[str]:
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


def _write(process: subprocess.Popen[str], line: str) -> None:
    try:
        if process.stdin:
            process.stdin.write(line)
            process.stdin.flush()
    except (BrokenPipeError, ValueError):
        log.debug("job process %s ended before it could be told %r", process.pid, line)


def _kill_after_grace(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        kill_tree(process)


def _guard_memory(process: subprocess.Popen[str], limit: int, outcome: dict[str, Any]) -> None:
    """Kill the job when it and its workers hold more than `limit` bytes, and note that this was the reason."""
    while process.poll() is None:
        used = resident_bytes(process.pid)
        if used > limit:
            outcome["memory"] = {"used": used, "limit": limit}
            kill_tree(process)
        time.sleep(WATCH_SECONDS)


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


def _ending(outcome: dict[str, Any], code: int, cancelled: bool, identity: str) -> dict[str, Any]:
    """The final state of a job, from its last words and its exit code."""
    if "outcome" in outcome:
        files = outcome.get("files", {})
        return {"state": outcome["outcome"], "files": files, "fraction": 1.0}
    if cancelled:
        return {"state": "cancelled"}
    error = _error(outcome, code, identity)
    log.warning("job %s failed (exit code %s): %s %s", identity, code, error.message, outcome.get("crash", ""))
    return {"state": "failed", "error": error}


def _error(outcome: dict[str, Any], code: int, identity: str) -> JobError:
    if "memory" in outcome:
        used, limit = (outcome["memory"][key] // MEGABYTE for key in ("used", "limit"))
        return JobError(
            f"It was stopped because it used {used:,} MB; the limit is {limit:,} MB.",
            "Use fewer rows or models, or raise WORKBENCH_JOB_MEMORY_MB.",
            identity,
        )
    if "error" in outcome:
        return JobError(outcome["error"]["message"], outcome["error"]["hint"], identity)
    if "crash" in outcome:
        return JobError("Something went wrong inside the workbench.", "The server's log has the details.", identity)
    if code == -9:
        return JobError(
            "The system killed it, most likely because the machine ran out of memory.",
            "Use fewer rows or models, or a larger machine.",
            identity,
        )
    return JobError(f"It ended unexpectedly (exit code {code}).", "The server's log has the details.", identity)

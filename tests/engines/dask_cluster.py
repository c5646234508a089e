"""A Dask scheduler and its workers as processes of this machine, each of which can be killed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
STARTING_SECONDS = 60.0


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class DaskProcesses:
    """The scheduler at `address` and its workers; `folder` has their logs."""

    folder: Path
    port: int = field(default_factory=free_port)
    code: Path = ROOT  # the folder that the workers import from
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What WORKBENCH_DASK_ADDRESS is set to."""
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        """Start it, and wait until it listens."""
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port))
        end = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < end and self.scheduler.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError((self.folder / "scheduler.log").read_text(encoding="utf-8")[-2000:])

    def start_workers(self, count: int, *options: str) -> None:
        """Start so many, of one thread unless `options` say otherwise, and wait until the scheduler has them."""
        for _ in range(count):
            self.workers.append(self._start("worker", self.address, *(options or ("--nthreads", "1"))))
        self.wait_for_workers(len([worker for worker in self.workers if worker.poll() is None]))

    def wait_for_workers(self, count: int) -> None:
        """Until the scheduler has `count` workers."""
        from distributed import Client

        with Client(self.address, timeout=STARTING_SECONDS, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=STARTING_SECONDS)

    def fitting(self, number: int) -> psutil.Process:
        """The process in which a worker fits: the child of its nanny."""
        nanny = psutil.Process(self.workers[number].pid)
        return next(child for child in nanny.children() if "resource_tracker" not in " ".join(child.cmdline()))

    def stop(self) -> None:
        """End all of them, and what they started."""
        started = [process for process in (*self.workers, self.scheduler) if process is not None]
        family = [member for process in started for member in _family(process.pid)]
        for member in family:
            member.terminate()
        _, alive = psutil.wait_procs(family, timeout=5)
        for member in alive:
            member.kill()
        for process in started:
            process.wait(timeout=10)

    def _start(self, kind: str, *options: str) -> subprocess.Popen[bytes]:
        quiet = os.environ | {"PYTHONPATH": str(self.code)}
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, "--no-dashboard"]
        command += ["--local-directory", str(self.folder)] if kind == "worker" else []
        with (self.folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, env=quiet, stdout=log, stderr=log)


def _family(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [*root.children(recursive=True), root]
    except psutil.NoSuchProcess:
        return []


@contextmanager
def dask_processes(workers: int = 2, *options: str) -> Iterator[DaskProcesses]:
    """A scheduler with so many workers, for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="workbench-dask-") as folder:
        processes = DaskProcesses(Path(folder))
        try:
            processes.start_scheduler()
            processes.start_workers(workers, *options)
            yield processes
        finally:
            processes.stop()

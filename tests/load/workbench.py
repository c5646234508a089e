"""The workbench under load: started with a published model, watched for its memory and for what its log says."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from backends.registry import Registry
from backends.settings import Settings
from tests.backends.registry.bundles import packed
from tests.load.calls import KEY, MODEL

ROOT = Path(__file__).parents[2]
# A tab that was closed is kept for two minutes, in case its connection was only cut. To see in minutes whether closed
# tabs are ever let go, it is ten seconds here.
KEPT_SECONDS = 10


@dataclass(frozen=True)
class Running:
    """A workbench in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int
    home: Path
    started: float  # seconds until it answered
    log: Path

    @property
    def memory(self) -> float:
        """Resident megabytes of the server alone, without its jobs."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20

    @property
    def jobs(self) -> list[psutil.Process]:
        """Every process that the server has started, and those they started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def complaints(self) -> list[str]:
        """What the log says of faults: the last line of every traceback."""
        lines = self.log.read_text(errors="replace").splitlines()
        starts = [place for place, line in enumerate(lines) if line.startswith("Traceback")]
        return [next((line for line in lines[place + 1 :] if not line.startswith(" ")), "?") for place in starts]

    def stop(self, seconds: float = 30.0) -> float:
        """Tell it to stop (SIGTERM) and wait; the seconds that took."""
        began = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(seconds)
        return time.perf_counter() - began


@contextmanager
def running(environment: Mapping[str, str] | None = None, published: bool = True) -> Iterator[Running]:
    """Start a workbench on a free port with a home of its own; ends it afterwards."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        home.mkdir()
        if published:
            publish(home)
        with (Path(name) / "server.log").open("w") as output:
            begun = time.perf_counter()
            process, port = _started(home, dict(environment or {}), output.fileno())
        made = Running(process, port, home, 0.0, Path(name) / "server.log")
        try:
            _wait_for(made)
            yield Running(process, port, home, time.perf_counter() - begun, made.log)
        finally:
            if process.poll() is None:
                made.stop()


def publish(home: Path) -> None:
    """A small model in production, as `MODEL`."""
    registry = Registry.open(Settings(home=str(home)))
    registry.publish(packed(), MODEL, "load test")
    for stage in ("staging", "production"):
        registry.move(MODEL, 1, stage, "load test", "to be asked")
    registry.close()


def _started(home: Path, environment: dict[str, str], output: int) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {
        **os.environ,
        "WORKBENCH_HOME": str(home),
        "WORKBENCH_API_KEYS": f"load:{KEY}",
        "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(KEPT_SECONDS),
        **environment,
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    return subprocess.Popen(command, cwd=ROOT, env=settings, stdout=output, stderr=subprocess.STDOUT), port


def _wait_for(made: Running, seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and made.process.poll() is None:
        try:
            urllib.request.urlopen(f"http://localhost:{made.port}/api/health", timeout=2)
            return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(f"the workbench did not start:\n{made.log.read_text()}")

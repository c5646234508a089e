from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backends.registry import Registry
from backends.registry.places import Folder
from backends.settings import Settings
from tests.backends.registry.bundles import packed

ROOT = Path(__file__).parents[3]
Promote = Callable[[int], None]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the first opening makes it: made once, because that takes seconds."""
    folder = Folder(tmp_path_factory.mktemp("registry"))
    folder.prepare()
    return folder.database


@pytest.fixture
def settings(tmp_path: Path, empty_database: Path) -> Settings:
    """Of a workbench with a home of its own, in which the registry is there and empty."""
    home = tmp_path / "home"
    (home / "registry").mkdir(parents=True)
    shutil.copy(empty_database, home / "registry" / "mlflow.db")
    return Settings(home=str(home))


@pytest.fixture
def registry(settings: Settings) -> Registry:
    """An embedded registry, or a place on the server that MLFLOW_TRACKING_URI names."""
    return Registry.open(settings)


@pytest.fixture
def name() -> str:
    """A model's name that no other test has: a server is shared."""
    return f"churn-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def promote(registry: Registry, name: str) -> Promote:
    """Bring a version into production, the way that the moves allow."""

    def bring(number: int) -> None:
        registry.move(name, number, "staging", "ana", "looks good")
        registry.move(name, number, "production", "ana", "is good")

    return bring


@pytest.fixture
def three(registry: Registry, name: str) -> Registry:
    """A registry with three versions of one model."""
    for number in (1, 2, 3):
        registry.publish(packed(0.7 + number / 20), name, "ana", f"try {number}")
    return registry


class Publishers:
    """Starts processes that use a registry, to be killed (see `publisher.py`)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, home: str, seed: int, *names: str) -> int:
        """Have one begin; its process number."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(home, seed, *names, file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    @staticmethod
    def kill(*workers: int) -> None:
        """End them at once, and wait until they are gone."""
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        while any(Path(f"/proc/{worker}").exists() for worker in workers):
            time.sleep(0.001)


def confirmed(home: str, most: int | None = None, seconds: float = 120.0) -> list[str]:
    """The lines "name number digest" that workers wrote so far; with `most`, as soon as there are so many."""
    done, end = Path(home) / "done", time.monotonic() + seconds
    while True:
        lines = done.read_text().splitlines() if done.exists() else []
        if most is None or len(lines) >= most:
            return lines
        assert time.monotonic() < end, f"{len(lines)} publications in {seconds} seconds"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def publishers(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publishers]:
    """A process that has all imports behind it and forks workers."""
    if not Path("/proc/self").exists():
        pytest.skip("needs fork and /proc")
    database = shutil.copy(empty_database, tmp_path_factory.mktemp("publisher") / "unused.db")
    command = [sys.executable, "-m", "tests.backends.registry.publisher", str(database)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Publishers(process)
        assert process.stdin is not None
        process.stdin.close()


embedded_only = pytest.mark.skipif(
    bool(os.environ.get("MLFLOW_TRACKING_URI")), reason="about the embedded registry; MLFLOW_TRACKING_URI is set"
)

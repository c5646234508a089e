"""The same suites on this machine alone and on each bigger engine, started here: ``python -m tests.engines [name …]``.

Dask (a scheduler and two workers), `mlflow server` (in an environment of its own), Milvus Lite and a server that speaks
the OpenAI protocol are started one after the other, and ended by their process numbers. The table says what passed, how
long it took, and what one piece of work costs there. The exit code is 1 when anything fails.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.backends.retrieval.answering.llm_server import llm_server
from tests.engines.costs import WORK
from tests.engines.dask_cluster import dask_processes
from tests.mlflow_server.__main__ import installed, server

ROOT = Path(__file__).parents[2]
TRAINING = ("tests/backends/training/test_comparison.py", "tests/backends/training/test_job.py")
CURVES = ("tests/backends/metrics/test_learning.py", "tests/backends/metrics/test_job.py")
COLLECTIONS = ("tests/backends/retrieval/test_collection.py", "tests/backends/retrieval/test_collection_adding.py")
ANSWERS = ("tests/backends/retrieval/answering/test_llm.py", "tests/backends/retrieval/answering/test_answer_with.py")
Environment = dict[str, str]


@dataclass(frozen=True)
class Engine:
    """How an engine is started, the suites that run both here and there, those that only run there, and what is timed.

    `started` yields the environment that names it.
    """

    name: str
    title: str
    started: Callable[[Path], AbstractContextManager[Environment]]
    both: tuple[str, ...]
    there: tuple[str, ...]
    work: str


@dataclass(frozen=True)
class Ran:
    """How a run of pytest ended."""

    passed: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0


@contextmanager
def dask(folder: Path) -> Iterator[Environment]:
    """A scheduler and two workers."""
    with dask_processes() as processes:
        yield {"WORKBENCH_DASK_ADDRESS": processes.address}


@contextmanager
def mlflow(folder: Path) -> Iterator[Environment]:
    """An MLflow server."""
    with server(installed(), folder) as address:
        yield {"MLFLOW_TRACKING_URI": address}


@contextmanager
def milvus(folder: Path) -> Iterator[Environment]:
    """A file of Milvus Lite, which runs in the process that opens it."""
    yield {"WORKBENCH_MILVUS_URI": str(folder / "lite.db")}


@contextmanager
def model(folder: Path) -> Iterator[Environment]:
    """A server that words answers."""
    with llm_server() as started:
        yield {"WORKBENCH_LLM_BASE_URL": started.url}


ENGINES = (
    Engine("dask", "Dask, 2 workers", dask, (*TRAINING, *CURVES), ("tests/engines",), "training"),
    Engine("mlflow", "mlflow server", mlflow, ("tests/backends/registry",), (), "publishing"),
    Engine("milvus", "Milvus Lite", milvus, COLLECTIONS, ("tests/backends/retrieval/index",), "searching"),
    Engine("model", "model server", model, (), (*ANSWERS, "tests/backends/serving/api/retrieval"), "answering"),
)
ADDRESSES = ("WORKBENCH_DASK_ADDRESS", "MLFLOW_TRACKING_URI", "WORKBENCH_MILVUS_URI", "WORKBENCH_LLM_BASE_URL")
ALONE = {name: value for name, value in os.environ.items() if name not in ADDRESSES}


def tested(paths: tuple[str, ...], named: Environment) -> Ran:
    """Run these tests with these addresses set, showing only what fails."""
    if not paths:
        return Ran()
    with tempfile.TemporaryDirectory(prefix="workbench-engines-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "-m", "not slow"]
        start = time.perf_counter()
        command += [f"--junitxml={report}", *paths]
        done = subprocess.run(command, cwd=ROOT, env=ALONE | named, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if done.returncode:
            print(done.stdout[-6_000:], done.stderr[-2_000:], flush=True)
        if not report.exists():
            return Ran(failed=1, seconds=seconds)
        (suite,) = ElementTree.parse(report).getroot().iter("testsuite")
    count = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    return Ran(count["tests"] - failed - count["skipped"], count["skipped"], failed, seconds)


def cost(work: str, named: Environment) -> float:
    """Seconds of one piece of work in a process of its own, with these addresses set; NaN where it fails."""
    with tempfile.TemporaryDirectory(prefix="workbench-cost-") as folder:
        command = [sys.executable, "-m", "tests.engines.costs", work, folder]
        done = subprocess.run(command, cwd=ROOT, env=ALONE | named, stdout=subprocess.PIPE, text=True)
        return float(done.stdout.split()[-1]) if done.returncode == 0 else math.nan


def row(engine: Engine) -> tuple[str, bool]:
    """Start the engine, run everything, and give the table's row and whether all passed."""
    print(f"== {engine.title}", flush=True)
    here, alone = tested(engine.both, {}), cost(engine.work, {})
    with tempfile.TemporaryDirectory(prefix="workbench-engine-") as folder, engine.started(Path(folder)) as named:
        same, there, away = tested(engine.both, named), tested(engine.there, named), cost(engine.work, named)
    failed = here.failed + same.failed + there.failed + math.isnan(alone) + math.isnan(away)
    suites = f"{here.seconds:.0f} s → {same.seconds:.0f} s" if engine.both else f"– → {there.seconds:.0f} s"
    told = (WORK[engine.work].__doc__ or "").split(".")[0]
    cells = (
        engine.title,
        same.passed + there.passed,
        same.skipped + there.skipped,
        failed,
        suites,
        told,
        _time(alone),
        _time(away),
    )
    return f"| {' | '.join(map(str, cells))} | {away / alone:.2f} |", not failed


def main(names: list[str]) -> int:
    """Everything, or the engines with these names."""
    chosen = [engine for engine in ENGINES if not names or engine.name in names]
    if len(chosen) < len(names):
        sys.exit(f"Engines are {', '.join(engine.name for engine in ENGINES)}.")
    rows = [row(engine) for engine in chosen]
    print("\n| engine | passed | skipped | failed | same suites, here → there | work | here | there | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    print("\n".join(line for line, _ in rows))
    return 0 if all(fine for _, fine in rows) else 1


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What a prediction over HTTP costs beside a hand-wired endpoint: ``python -m benchmarks.serving``.

Both sides answer one row of Adult with the same ONNX graph of the same logistic regression, each in a uvicorn process
of its own. The hand-wired one is Starlette, `json` and onnxruntime: it believes its input, and does nothing else. Ours
is the whole workbench as it is started, with its pages, and with an API key, validation against the schema, counters
and the prediction log on. The sides take turns; the best round of each is the one that other work disturbed least.
While a training runs, which is to disturb, it is the median round.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks._load import Measured, load
from benchmarks._rows import Bar, Row, report

ROOT = Path(__file__).parents[1]
ADULT = Path(os.environ.get("WORKBENCH_EXTRA_DATA", "../shared/data")) / "tabular" / "adult_train.csv"
KEY = "benchmark-key"
ROUNDS, WARM = 4, 300
ALONE, TOGETHER = 1_000, 3_000  # requests of a round, at most, over 1 and over 16 connections
CONNECTIONS = 16
BUNDLE = "bundle.zip"
PATHS = {"hand-wired": "/predict", "workbench": "/api/v1/models/adult/predict"}
COMMANDS = {
    "hand-wired": ("uvicorn", "benchmarks.serving:hand_wired", "--no-access-log", "--port"),
    "workbench": ("streamlit", "run", "app.py", "--server.headless=true", "--server.port"),
}


def main() -> None:
    """Measure and report."""
    if not ADULT.exists():
        sys.exit(f"{ADULT} is not there; set WORKBENCH_EXTRA_DATA to the folder that has tabular/adult_train.csv.")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        home = Path(folder)
        row = publish(home)
        sides = {name: servers.enter_context(serving(command, home)) for name, command in COMMANDS.items()}
        requests = {name: request(path, row) for name, path in PATHS.items()}
        for name, port in sides.items():
            load(port, requests[name], 1, WARM)
        calm = {count: rounds(sides, requests, count) for count in (1, CONNECTIONS)}
        with training(home):
            busy = rounds(sides, requests, 1, 3 * ROUNDS)
    print_table(calm, busy)


def rounds(
    sides: dict[str, int], requests: dict[str, bytes], connections: int, turns: int = ROUNDS
) -> dict[str, list[Measured]]:
    """All rounds of each side, taking turns."""
    count = ALONE if connections == 1 else TOGETHER
    found: dict[str, list[Measured]] = {name: [] for name in sides}
    for _ in range(turns):
        for name, port in sides.items():
            found[name].append(load(port, requests[name], connections, count))
    return found


def print_table(calm: dict[int, dict[str, list[Measured]]], busy: dict[str, list[Measured]]) -> None:
    """Rates and times of both sides, and the ratios that have a bar."""
    print(f"One row of Adult, {ROUNDS} rounds of {ALONE:,} requests ({TOGETHER:,} over {CONNECTIONS} connections)\n")
    print("| side | connections | requests/s | p50 ms | p99 ms |\n| --- | ---: | ---: | ---: | ---: |")
    for title, connections, found in (
        *(("", count, of) for count, of in calm.items()),
        (", while a training runs", 1, busy),
    ):
        for name, measured in found.items():
            best = sorted(measured, key=lambda one: one.rate)[len(measured) // 2 if title else -1]
            print(
                f"| {name}{title} | {connections} | {best.rate:,.0f} | {best.percentile(50):.2f} "
                f"| {best.percentile(99):.2f} |"
            )
    report("serving", ratios(calm, busy))


def ratios(calm: dict[int, dict[str, list[Measured]]], busy: dict[str, list[Measured]]) -> list[Row]:
    """The ratios that have a bar."""
    hand, ours = (max(one.rate for one in calm[1][name]) for name in COMMANDS)
    tail = min(calm[CONNECTIONS]["workbench"], key=lambda one: one.percentile(99) / one.percentile(50))
    before, while_training = median(calm[1]["workbench"]), median(busy["workbench"])
    name = f"p99 over {CONNECTIONS} connections"
    return [
        Row("predictions over 1 connection", ours, "/s", "hand-wired", hand, (Bar(">=", 0.5),)),
        Row(name, tail.percentile(99), "ms", "its own p50", tail.percentile(50), (Bar("<", 5),)),
        Row("predictions while a training runs", while_training, "/s", "without one", before, (Bar(">=", 0.5),)),
    ]


def median(measured: list[Measured]) -> float:
    """The median rate of some rounds."""
    return statistics.median(one.rate for one in measured)


def publish(home: Path) -> dict[str, Any]:
    """Train, export and publish the model; gives a row to ask it about."""
    from backends.bundle import assemble, pack
    from backends.datasets import read_table
    from backends.onnx_export.export import export
    from backends.registry import Registry
    from backends.settings import Settings
    from backends.training import TrainingSpec, compare

    dataset = read_table(ADULT, ADULT.name)
    comparison = compare(dataset, TrainingSpec("class", models=("dummy", "logistic_regression")))
    model = comparison.models["logistic_regression"]
    bundle = assemble(export(model, dataset), model, comparison, dataset)
    data = pack(bundle)
    (home / BUNDLE).write_bytes(data)
    registry = Registry.open(Settings(home=str(home)))
    registry.publish(data, "adult", "benchmark")
    for stage in ("staging", "production"):
        registry.move("adult", 1, stage, "benchmark", "to be measured")
    return dict(bundle.examples[0])


@contextmanager
def serving(command: tuple[str, ...], home: Path, path: str = "/api/health") -> Iterator[int]:
    """A server on a free port, which is the command's last argument; it is up and answers `path`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "WORKBENCH_HOME": str(home), "WORKBENCH_API_KEYS": f"benchmark:{KEY}"}
    environment |= {"WORKBENCH_RATE_LIMIT_PER_MINUTE": "10000000"}
    said = home / f"{command[0]}-{port}.log"
    with said.open("w") as output:
        started = [sys.executable, "-m", *command, str(port)]
        process = subprocess.Popen(started, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}{path}", process, said)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def wait_for(address: str, process: subprocess.Popen[bytes], said: Path) -> None:
    """Return when the server answers; end the benchmark when it does not within a minute."""
    for _ in range(300):
        if process.poll() is not None:
            sys.exit(f"The server has ended: {said.read_text()}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"{address} does not answer.")


def request(path: str, row: dict[str, Any]) -> bytes:
    """The bytes of a request that asks about one row."""
    body = json.dumps({"records": [row]}).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer {KEY}"
    return f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def training(home: Path) -> Iterator[None]:
    """A training of all models on Adult, as the Train page starts it; cancelled at the end."""
    from backends.datasets import read_table
    from backends.settings import Settings
    from backends.tasks import JobRunner
    from backends.training import TrainingSpec
    from backends.training.job import ADDRESS, prepare

    runner = JobRunner(Settings(home=str(home)))
    job = runner.start("benchmark", "Training", ADDRESS, prepare(read_table(ADULT, ADULT.name), TrainingSpec("class")))
    while not (seen := runner.get(job.id, "benchmark")).fraction and not seen.ended:
        time.sleep(0.2)  # until it computes
    try:
        yield
        if runner.get(job.id, "benchmark").ended:
            sys.exit("The training ended before the measurement did.")
    finally:
        runner.cancel(job.id, "benchmark")
        runner.wait(job.id, "benchmark")


async def hand_wired(scope: Any, receive: Any, send: Any) -> None:
    """The application of the other side, made on the first request."""
    global _hand_wired
    if _hand_wired is None:
        _hand_wired = make_hand_wired(Path(os.environ["WORKBENCH_HOME"]) / BUNDLE)
    await _hand_wired(scope, receive, send)


_hand_wired: Any = None


def make_hand_wired(bundle: Path) -> Any:
    """Starlette and onnxruntime, as one writes it for one model: values in, label and probabilities out."""
    import numpy as np
    import onnxruntime
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, PlainTextResponse
    from starlette.routing import Route

    from backends.bundle import unpack

    session = onnxruntime.InferenceSession(unpack(bundle).model, providers=["CPUExecutionProvider"])
    types = {one.name: object if "string" in one.type else np.float64 for one in session.get_inputs()}

    async def predict(request: Request) -> JSONResponse:
        records = (await request.json())["records"]
        feeds = {name: np.array([[row[name]] for row in records], dtype=kind) for name, kind in types.items()}
        labels, probabilities = session.run(["label", "probabilities"], feeds)
        return JSONResponse({"labels": labels.tolist(), "probabilities": probabilities.tolist()})

    async def health(request: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    return Starlette(routes=[Route("/predict", predict, methods=["POST"]), Route("/api/health", health)])


if __name__ == "__main__":
    main()

"""The tests of the registry against a real MLflow server.

`python -m tests.mlflow_server` installs MLflow into `.venv-mlflow` (its full package does not go with the workbench's
other packages), starts `mlflow server` on a free port of this machine with its files in a temporary folder, runs the
tests with MLFLOW_TRACKING_URI set to it, and ends the server by its process number. More arguments go to pytest.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
VENV = ROOT / ".venv-mlflow"
MLFLOW = "mlflow==3.17.2"  # the version of mlflow-skinny in requirements.txt
STARTING_SECONDS = 180


def installed() -> Path:
    """The Python that has the server, installed on first use."""
    python, stamp = VENV / "bin" / "python", VENV / MLFLOW
    if not stamp.exists():
        print(f"== installing {MLFLOW} into {VENV.name}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", MLFLOW]
        subprocess.run(pip, check=True)
        stamp.touch()
    return python


@contextmanager
def server(python: Path, folder: Path) -> Iterator[str]:
    """A server of its own, with its database and files in `folder`; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(python), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
               "--backend-store-uri", f"sqlite:///{folder / 'server.db'}",
               "--artifacts-destination", str(folder / "artifacts")]  # fmt: skip
    quiet = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_DISABLE_AGENT_HINT": "true"}
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=quiet, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}", process, folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"The MLflow server did not start:\n{log.read_text()[-3000:]}")


def main() -> int:
    """Run the suite; the exit code is pytest's."""
    with tempfile.TemporaryDirectory(prefix="mlflow-server-") as name, server(installed(), Path(name)) as address:
        print(f"== the registry's tests against {address}", flush=True)
        tests = [sys.executable, "-m", "pytest", "tests/backends/registry", *sys.argv[1:]]
        return subprocess.run(tests, cwd=ROOT, env=os.environ | {"MLFLOW_TRACKING_URI": address}).returncode


if __name__ == "__main__":
    sys.exit(main())

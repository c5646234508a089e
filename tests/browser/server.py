"""The real application in a process of its own, and a real browser to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
STREAMLIT = ("streamlit", "run", "app.py")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def running_app(*start: str, **environment: str) -> Iterator[str]:
    """Start the workbench on a free port; yields its address, ends it afterwards.

    `start` is the module that starts it, with its first arguments, where that is not ``streamlit run app.py``.
    """
    port = _free_port()
    with tempfile.TemporaryDirectory() as home:
        settings = {**os.environ, "WORKBENCH_HOME": home, **environment}
        command = [sys.executable, "-m", *(start or STREAMLIT), "--server.port", str(port)]
        log = Path(home) / "server.log"
        with log.open("w") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=output, stderr=subprocess.STDOUT)
        try:
            address = f"http://localhost:{port}"
            _wait_for(f"{address}/api/health", process, log)
            yield address
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium of the machine; nothing is downloaded."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"the workbench did not start:\n{log.read_text()}")

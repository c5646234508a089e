"""Small jobs for the runner's tests; each is the `run` function of a job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backends.errors import WorkbenchError

Report = Callable[[dict[str, Any]], None]
Cancelled = Callable[[], bool]


def double(folder: Path, report: Report, cancelled: Cancelled) -> None:
    number = int((folder / "input.txt").read_text())
    report({"doing": "doubling", "fraction": 0.5})
    print("a library prints to standard output")
    (folder / "output.txt").write_text(str(2 * number))


def count_until_cancelled(folder: Path, report: Report, cancelled: Cancelled) -> None:
    for step in range(10_000):
        report({"doing": f"step {step}", "fraction": step / 10_000})
        time.sleep(0.01)
        if cancelled():
            break
    (folder / "steps.txt").write_text(str(step))


def ignore_cancel(folder: Path, report: Report, cancelled: Cancelled) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    report({"child": child.pid})
    time.sleep(60)


def bad_input(folder: Path, report: Report, cancelled: Cancelled) -> None:
    raise WorkbenchError("Column 'x' is empty.", hint="Choose another.")


def bug(folder: Path, report: Report, cancelled: Cancelled) -> None:
    raise ZeroDivisionError("secret detail")


def killed(folder: Path, report: Report, cancelled: Cancelled) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def write_temporary(folder: Path, report: Report, cancelled: Cancelled) -> None:
    """Leave temporary files, also of a child, and wait for the end or a cancel."""
    name = "import tempfile; print(tempfile.mkdtemp())"
    of_a_child = subprocess.run([sys.executable, "-c", name], stdout=subprocess.PIPE, text=True, check=True).stdout
    own = Path(tempfile.mkdtemp()) / "table"
    own.write_text("private")
    report({"own": str(own), "child": of_a_child.strip(), "joblib": os.environ["JOBLIB_TEMP_FOLDER"]})
    while not cancelled():
        time.sleep(0.01)
    (folder / "output.txt").write_text("done")


def tell_oom_preference(folder: Path, report: Report, cancelled: Cancelled) -> None:
    report({"oom_score_adj": int(Path("/proc/self/oom_score_adj").read_text())})


def greedy(folder: Path, report: Report, cancelled: Cancelled) -> None:
    hoard = []
    while True:
        hoard.append(bytearray(os.urandom(1024)) * 20_000)
        time.sleep(0.02)

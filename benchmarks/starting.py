"""How long one waits for the first page, and what the idle server holds: ``python -m benchmarks.starting``.

The server is started as users start it, three times; "warm" says that the files of Python and its libraries are in the
system's cache, as after a first start. A page is drawn when Chromium shows its heading and says that nothing runs.
Memory is resident memory of the server after the first page, before any table, model or document.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from benchmarks._rows import Bar, Row, report
from benchmarks.serving import COMMANDS, serving

TIMES = 3
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
ANSWERS, PAGE, IDLE = 3.0, 3.0, 400.0  # the bars: seconds, seconds, megabytes
SETTLES = 6.0  # seconds after the pages, in which the libraries of the others are loaded


@dataclass(frozen=True)
class Start:
    """One start: seconds until it answered, until its first page was drawn, for the second, and megabytes after it."""

    answers: float
    first: float
    second: float
    idle: float


def main() -> None:
    """Measure and report."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        sys.exit("There is no Chromium on this machine.")
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=found, args=QUIET) as chromium:
        started(chromium)  # so that the others are warm
        starts = [started(chromium) for _ in range(TIMES)]
    rows = (
        ("started until it answers", [start.answers for start in starts], "s", ANSWERS),
        ("first page of a warm server, drawn", [start.first for start in starts], "s", PAGE),
        ("page of the next visitor", [start.second for start in starts], "s", PAGE),
        ("memory of the idle server", [start.idle for start in starts], "MB", IDLE),
    )
    report(
        "starting",
        [Row(what, statistics.median(of), unit, bars=(Bar("<", bar, "here"),)) for what, of, unit, bar in rows],
    )


def started(chromium: Browser) -> Start:
    """Start a server, open two pages, end it."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as home, serving(COMMANDS["workbench"], Path(home)) as port:
        answers = time.perf_counter() - began
        first, second = (drawn(chromium, f"http://localhost:{port}") for _ in range(2))
        time.sleep(SETTLES)
        return Start(answers, first, second, resident(port))


def resident(port: int) -> float:
    """Megabytes of the process that listens on a port."""
    own = psutil.Process().children()
    [one] = {
        child.pid: child for child in own if any(c.laddr.port == port for c in child.net_connections("tcp"))
    }.values()
    return float(one.memory_info().rss) / 2**20


def drawn(chromium: Browser, address: str) -> float:
    """Seconds until a visitor nobody knows sees the whole page."""
    context = chromium.new_context()
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    page.get_by_test_id("stStatusWidget").wait_for(state="detached")
    seconds = time.perf_counter() - began
    context.close()
    return seconds


if __name__ == "__main__":
    main()

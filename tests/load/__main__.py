"""``python -m tests.load [--visitors 20] [--sessions 200] [--seconds 60] [--flat-out]``: the bars, as a table.

Twenty visitors at once load a sample, explore it, train on it and explain the model, while programs ask a published
model for predictions over 16 connections. Then 200 sessions are opened and closed, and the server's memory is watched.
The exit code is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.load.sessions import Opened, open_and_close
from tests.load.visit import Visit, visit
from tests.load.workbench import ROOT, Running, running

PAGE_P95 = 2.0  # seconds
IDLE_MB = 400
SETTLES = 8.0  # seconds after the start, in which the pages' libraries are loaded
LEVEL_SHARE = 0.05  # that memory may grow by over the second half of the sessions
PAUSE = 0.2  # seconds of a program between two requests: 16 of them stay below the usual limit of 6,000 a minute


@dataclass(frozen=True)
class Bar:
    """One line of the table: what was measured, what it has to be, and whether it is."""

    what: str
    value: str
    bar: str
    met: bool


def main() -> int:
    asked = _arguments()
    print(f"{asked.visitors} visitors, 16 connections for {asked.seconds:.0f} s, {asked.sessions} sessions\n")
    lifted = {"WORKBENCH_RATE_LIMIT_PER_MINUTE": "0"} if asked.flat_out else {}
    with running(lifted) as workbench:
        time.sleep(SETTLES)
        idle = workbench.memory
        visits, calls, seconds = asyncio.run(_together(workbench, asked))
        after_visits = workbench.memory
        opened = asyncio.run(open_and_close(workbench, asked.sessions))
        complaints = workbench.complaints()
        stopped = workbench.stop()
    bars = [
        *_of_visits(visits, complaints),
        *_of_calls(calls),
        *_of_memory(idle, after_visits, opened),
        Bar("told to stop, ended after", f"{stopped:.1f} s", "≤ 10 s", stopped <= 10),
    ]
    _print(bars, visits, seconds)
    return 0 if all(bar.met for bar in bars) else 1


async def _together(workbench: Running, asked: argparse.Namespace) -> tuple[list[Visit], dict[str, Any], float]:
    """The visits and, beside them, the programs; seconds until the last visitor had finished."""
    began = time.perf_counter()
    pause = 0.0 if asked.flat_out else PAUSE
    command = [sys.executable, "-m", "tests.load.calls", str(workbench.port), str(asked.seconds), str(pause)]
    programs = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    visits = await asyncio.gather(*(visit(workbench.port, number) for number in range(asked.visitors)))
    seconds = time.perf_counter() - began
    said, _ = await programs.communicate()
    return (
        visits,
        json.loads(said or b'{"requests": 0, "seconds": 1, "failed": 1, "errors": ["it printed nothing"]}'),
        seconds,
    )


def _of_visits(visits: list[Visit], complaints: list[str]) -> list[Bar]:
    waits = [seconds for visit in visits for _, seconds in visit.waits]
    errors = [error for visit in visits for error in visit.errors] + complaints
    for error in errors[:20]:
        print(f"error: {error}", file=sys.stderr)
    finished = sum(visit.finished for visit in visits)
    p95 = _percentile(waits, 95)
    return [
        Bar("visitors who finished", f"{finished} of {len(visits)}", "all", finished == len(visits)),
        Bar("errors shown to them or logged", str(len(errors)), "0", not errors),
        Bar("page drawn to its end, p95", f"{p95:.2f} s", f"< {PAGE_P95:.0f} s", p95 < PAGE_P95),
    ]


def _of_calls(calls: dict[str, Any]) -> list[Bar]:
    for error in calls["errors"]:
        print(f"error: API: {error}", file=sys.stderr)
    told = f"{calls['failed']} of {calls['requests']:,} ({calls['requests'] / calls['seconds']:,.0f} a second)"
    return [Bar("API requests that failed", told, "0", not calls["failed"] and calls["requests"] > 0)]


def _of_memory(idle: float, after_visits: float, opened: Opened) -> list[Bar]:
    half = len(opened.memory) // 2
    middle, end = statistics.median(opened.memory[half - 2 : half + 1]), statistics.median(opened.memory[-3:])
    for error in opened.errors[:10]:
        print(f"error: {error}", file=sys.stderr)
    told = f"{middle:.0f} → {end:.0f} MB"
    return [
        Bar("idle server with one published model", f"{idle:.0f} MB", f"< {IDLE_MB} MB", idle < IDLE_MB),
        Bar("server after the visits", f"{after_visits:.0f} MB", "", True),
        Bar("sessions that failed", f"{len(opened.errors)} of {opened.sessions}", "0", not opened.errors),
        Bar("memory, middle to end of them", told, f"≤ +{LEVEL_SHARE:.0%}", end <= middle * (1 + LEVEL_SHARE)),
    ]


def _print(bars: list[Bar], visits: list[Visit], seconds: float) -> None:
    print("| measured | value | bar | met |\n| --- | ---: | ---: | --- |")
    for bar in bars:
        print(f"| {bar.what} | {bar.value} | {bar.bar} | {'yes' if bar.met else '**no**'} |")
    by_page: dict[str, list[float]] = defaultdict(list)
    for one in visits:
        for what, wait in one.waits:
            by_page[what].append(wait)
    refreshes = [wait for one in visits for wait in one.refreshes]
    queued = [one.queued for one in visits if one.queued]
    print(f"\nAll visitors had finished after {seconds:.0f} s. ", end="")
    if queued:
        print(f"Trainings took {min(queued):.0f} to {max(queued):.0f} s with their waiting.", end="")
    print("\n\n| page | times | p50 s | p95 s | longest s |\n| --- | ---: | ---: | ---: | ---: |")
    for what, waits in [*by_page.items(), ("a job's progress", refreshes)]:
        if waits:
            figures = " | ".join(f"{measure(waits):.2f}" for measure in _MEASURES)
            print(f"| {what} | {len(waits)} | {figures} |")


def _percentile(values: list[float], share: float) -> float:
    return float(np.percentile(values, share)) if values else float("inf")


_MEASURES: tuple[Callable[[list[float]], float], ...] = (
    lambda values: _percentile(values, 50),
    lambda values: _percentile(values, 95),
    max,
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long programs ask for predictions")
    parser.add_argument("--flat-out", action="store_true", help="programs ask again at once; no limit on their rate")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

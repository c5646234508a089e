"""The process that answers cases: ``python -m tests.fuzz.child TARGET SEED FIRST END``.

It says on standard output, a line of JSON each, which case it begins and how that ended. Memory is bounded; a case
that takes longer than `SECONDS` ends the process by a signal.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

STATUS = Path("/proc/self/status")
SECONDS = 30.0  # of the processor, so that a busy machine makes no finding
PATIENCE = 300.0  # by the clock
MEMORY_MB = 2_000


def main(name: str, seed: int, first: int, end: int) -> None:
    """Answer the cases from `first` to before `end`."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    bound_memory()

    def say(**said: Any) -> None:
        channel.write(json.dumps(said) + "\n")
        channel.flush()

    for number in range(first, end):
        say(begin=number)
        say(end=number, **_answered(name, seed, number))


def _answered(name: str, seed: int, number: int) -> dict[str, Any]:
    from tests.fuzz.targets import TARGETS, outcome

    case = TARGETS[name].make(Random(f"{seed}:{name}:{number}"))
    started = time.process_time()
    try:
        with in_time():
            ended, trouble = outcome(TARGETS[name], case), ""
    except BaseException as error:
        ended, trouble = "finding", _told(error, case)
    return {"outcome": ended, "trouble": trouble, "seconds": time.process_time() - started, "mb": peak_mb()}


def _told(error: BaseException, case: Any) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/fuzz/" not in frame.filename]
    places = " < ".join(f"{frame.filename.rsplit('/', 2)[-2]}/{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
                        for frame in reversed(frames[-4:]))  # fmt: skip
    return f"{type(error).__name__}: {str(error)[:300]} [{places}] case {repr(case)[:200]}"


def bound_memory() -> None:
    """From now on a request for more than `MEMORY_MB` in all fails."""
    limit = MEMORY_MB * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """Have the system end this process when the work inside takes longer than `SECONDS`."""
    limits = ((signal.ITIMER_PROF, signal.SIGPROF, SECONDS), (signal.ITIMER_REAL, signal.SIGALRM, PATIENCE))
    for timer, number, seconds in limits:
        signal.signal(number, signal.SIG_DFL)
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for timer, _, _ in limits:
            signal.setitimer(timer, 0)


def peak_mb() -> float:
    """The most memory that this process held since `forget_peak`, in megabytes."""
    [line] = [line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def forget_peak() -> None:
    """Count the most memory from now on."""
    STATUS.with_name("clear_refs").write_text("5")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))

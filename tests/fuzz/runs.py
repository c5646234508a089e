"""Cases by the thousand, in child processes that may be lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.fuzz.requests import BUNDLE

ROOT = Path(__file__).parents[2]
BATCH = 500  # cases of one child process


@dataclass(frozen=True)
class Finding:
    """A case whose answer was neither a result nor a WorkbenchError."""

    target: str
    seed: int
    number: int
    trouble: str

    @property
    def repeat(self) -> str:
        """The command that gives this case in again, alone."""
        return f"python -m tests.fuzz --seed {self.seed} --only {self.target}:{self.number}"


@dataclass(frozen=True)
class Tally:
    """What came of the cases of one target."""

    target: str
    cases: int = 0
    results: int = 0
    refused: int = 0
    slowest: float = 0.0  # seconds
    peak_mb: float = 0.0
    findings: tuple[Finding, ...] = field(default=())

    def with_end(self, said: dict[str, Any], seed: int) -> Tally:
        """With one more case, as the child process told its end."""
        trouble = (Finding(self.target, seed, said["end"], said["trouble"]),) if said["trouble"] else ()
        return replace(
            self,
            cases=self.cases + 1,
            results=self.results + (said["outcome"] == "result"),
            refused=self.refused + (said["outcome"] == "refused"),
            slowest=max(self.slowest, said["seconds"]),
            peak_mb=max(self.peak_mb, said["mb"]),
            findings=(*self.findings, *trouble),
        )

    def with_loss(self, seed: int, number: int, code: int) -> Tally:
        """With a case that ended its process."""
        what = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        told = "took more than 30 s" if code in (-signal.SIGPROF, -signal.SIGALRM) else f"ended its process ({what})"
        return replace(self, cases=self.cases + 1, findings=(*self.findings, Finding(self.target, seed, number, told)))


def run(target: str, seed: int, numbers: range, bundle: Path | None, tell: Callable[[Tally], None]) -> Tally:
    """Answer these cases of a target; `tell` hears of each child process that ended."""
    tally, at = Tally(target), numbers.start
    while at < numbers.stop:
        begun = -1
        with _child(target, seed, at, min(at + BATCH, numbers.stop), bundle) as child:
            for said in _said(child):
                begun = said.get("begin", begun)
                if "end" in said:
                    tally, at = tally.with_end(said, seed), said["end"] + 1
            code = child.wait()
        if begun < 0:
            raise RuntimeError(f"the process that answers cannot start (exit code {code}); its words are above")
        if code != 0 or begun >= at:
            tally, at = tally.with_loss(seed, begun, code), begun + 1
        tell(tally)
    return tally


def _child(target: str, seed: int, first: int, end: int, bundle: Path | None) -> subprocess.Popen[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    if bundle is not None:
        environment[BUNDLE] = str(bundle)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.child", target, str(seed), str(first), str(end)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
    )  # fmt: skip


def _said(child: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    for line in child.stdout or ():
        yield json.loads(line)

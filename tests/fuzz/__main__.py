"""``python -m tests.fuzz [--count 10000] [--seed 0] [--only TARGET[:NUMBER]]``; the exit code is 1 after a finding."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.runs import Tally, run
from tests.fuzz.targets import TARGETS

HEAD = "target      cases  results  refused  findings   slowest    memory    time"


def main() -> int:
    """Run and print a table."""
    asked = argparse.ArgumentParser("python -m tests.fuzz")
    asked.add_argument("--count", type=int, default=10_000, help="cases in all")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--only", default="", help="one target, or one case of it as TARGET:NUMBER")
    given = asked.parse_args()
    only, _, number = given.only.partition(":")
    print(HEAD)
    findings = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, target in TARGETS.items():
            if only in ("", name):
                first = int(number or 0)
                last = first + (1 if number else max(1, round(given.count * (1 if only else target.share))))
                bundle = model(Path(folder)) if name == "predict" else None
                started = time.monotonic()
                tally = run(name, given.seed, range(first, last), bundle, lambda tally: None)
                print(line(tally, time.monotonic() - started), flush=True)
                findings += len(tally.findings)
    return 1 if findings else 0


def line(tally: Tally, seconds: float) -> str:
    """The target's line of the table, and below it each finding with how to repeat it."""
    row = (
        f"{tally.target:<10} {tally.cases:>6,} {tally.results:>8,} {tally.refused:>8,} {len(tally.findings):>9,} "
        f"{tally.slowest:>7.2f} s {tally.peak_mb:>6,.0f} MB {seconds:>5.0f} s"
    )
    return "\n".join([row, *(f"  {one.trouble}\n    {one.repeat}" for one in tally.findings)])


def model(folder: Path) -> Path:
    """A trained model with columns of every kind, as a bundle in a file."""
    from backends.bundle import pack
    from tests.backends.serving.published import bundled, trained

    path = folder / "model.zip"
    path.write_bytes(pack(bundled(trained())))
    return path


if __name__ == "__main__":
    sys.exit(main())

"""What a profile costs beside ydata-profiling, and on wide tables: ``python -m benchmarks.profiling [table …]``.

Timed is the way from a table that is already read to the HTML report, with everything that needs no choice by the
user: for the workbench facts, alerts, relations and missing values, for the peer what `minimal=True` does. Each run
has a process of its own, in which that side has made the report of the first 1,000 rows before, so that nothing is
imported while the time runs; the quickest of three counts (of the peer's minutes on the long table, one). Memory is
the growth of the process's peak while the report is made, and is set against what the table itself takes.

The peer lives in a virtual environment of its own (`.venv-peer`, made on the first run, ignored by git).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import _rows
from benchmarks.reading import make_table

ROOT = Path(__file__).parents[1]
ADULT = Path(os.environ.get("WORKBENCH_EXTRA_DATA", "../shared/data")) / "tabular" / "adult_train.csv"
PEER = ROOT / ".venv-peer"
PEER_PYTHON = PEER / "bin" / "python"
ROUNDS = 3
MEGABYTE = 1e6

_MEASURED = r"""
import dataclasses, gc, json, pathlib, re, sys, time
side, path = sys.argv[1], pathlib.Path(sys.argv[2])
if side == "workbench":
    import pyarrow
    from backends.datasets import read_table
    from backends.profiling import profile
    table = read_table(path, path.name)
    frame, make = table.frame, lambda rows: profile(dataclasses.replace(table, frame=rows)).to_html()
    settle = pyarrow.default_memory_pool().release_unused
else:
    import pandas
    from ydata_profiling import ProfileReport
    frame, settle = pandas.read_csv(path), int
    make = lambda rows: ProfileReport(rows, minimal=True, progress_bar=False).to_html()
def kilobytes(key):  # of this process alone
    return int(re.search(key + r":\s+(\d+)", pathlib.Path("/proc/self/status").read_text()).group(1)) * 1024
size = int(frame.memory_usage(deep=True).sum())
make(frame.head(1_000))
gc.collect(), settle()
pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak begins again at what is used now
before = kilobytes("VmRSS")
start = time.perf_counter()
html = make(frame)
seconds = time.perf_counter() - start
growth = kilobytes("VmHWM") - before
print(json.dumps({"seconds": seconds, "growth": growth, "frame": size, "html": len(html.encode())}))
"""


@dataclass(frozen=True)
class Bar:
    """What the workbench has to reach on a table: seconds, a share of the peer's, memory in times the frame's."""

    seconds: float
    ratio: float | None = None
    memory: float | None = None

    @property
    def bars(self) -> tuple[_rows.Bar, ...]:
        """Those of the time."""
        share = () if self.ratio is None else (_rows.Bar("<=", self.ratio),)
        return (*share, _rows.Bar("<=", self.seconds, "here"))


def main(chosen: list[str]) -> None:
    """Measure and print a Markdown table."""
    print("| table | side | seconds | growth ÷ frame | frame MB | HTML MB |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    rows: list[_rows.Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen or list(TABLES):
            title, bar, make = TABLES[name]
            rows += profiled(title, make(Path(folder)), bar)
    _rows.report("profiling", rows)


def profiled(title: str, path: Path | None, bar: Bar) -> list[_rows.Row]:
    """Print the lines of one table, for which the sides take turns; gives its rows."""
    if path is None:
        print(f"| {title} | not there; set WORKBENCH_EXTRA_DATA | | | | |")
        return []
    sides = ("workbench",) if bar.ratio is None else ("workbench", "ydata-profiling")
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    for at in range(ROUNDS):
        for side in sides:
            if at == 0 or bar.seconds < 1 or side == "workbench":
                runs[side].append(measured(side, path))
    best = {side: min(found, key=lambda run: run["seconds"]) for side, found in runs.items()}
    growths = {side: max(run["growth"] for run in found) / found[0]["frame"] for side, found in runs.items()}
    for side, run in best.items():
        sizes = f"{run['frame'] / MEGABYTE:,.0f} | {run['html'] / MEGABYTE:.2f}"
        print(f"| {title} | {side} | {run['seconds']:.2f} | {growths[side]:.2f} | {sizes} |", flush=True)
    peer = best["ydata-profiling"]["seconds"] if len(sides) > 1 else None
    rows = [_rows.Row(title, best["workbench"]["seconds"], "s", "ydata-profiling `minimal=True`", peer, bar.bars)]
    if bar.memory is not None:
        limit = (_rows.Bar("<=", bar.memory, "here"),)
        rows.append(_rows.Row(f"{title}: memory growth by the table's", growths["workbench"], "×", bars=limit))
    return rows


def measured(side: str, path: Path) -> dict[str, Any]:
    """One run in a process of its own."""
    python = sys.executable if side == "workbench" else str(peer_python())
    command = [python, "-W", "ignore", "-c", _MEASURED, side, str(path.resolve())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"The {side} side failed:\n{done.stderr[-2_000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def peer_python() -> Path:
    """The peer's interpreter; its environment is made when it is not there."""
    if not (PEER / "ready").exists():
        venv.create(PEER, with_pip=True, clear=True)
        (PEER / ".gitignore").write_text("*\n")
        wanted = ["ydata-profiling", "setuptools<81"]  # it still asks for pkg_resources
        subprocess.run([PEER_PYTHON, "-m", "pip", "install", "--quiet", *wanted], check=True)
        (PEER / "ready").touch()
    return PEER_PYTHON


def mixed_table(rows: int, columns: int, seed: int = 0) -> pd.DataFrame:
    """A wide table: numbers (one in ten with gaps), whole numbers, categories, words that repeat."""
    random = np.random.default_rng(seed)
    levels = np.array([f"group {at}" for at in range(12)])
    made: dict[str, object] = {}
    for at in range(columns):
        kind = at % 10
        if kind < 5:
            made[f"measure_{at}"] = (random.normal(size=rows) * 10 ** (at % 4)).round(5)
        elif kind < 7:
            made[f"count_{at}"] = random.integers(0, 1_000, rows)
        elif kind < 9:
            made[f"group_{at}"] = levels[random.integers(0, 12, rows)]
        else:
            made[f"gaps_{at}"] = np.where(random.random(rows) < 0.1, np.nan, random.normal(size=rows).round(5))
    return pd.DataFrame(made)


def written(frame: pd.DataFrame, folder: Path) -> Path:
    path = folder / f"{len(frame)}x{len(frame.columns)}.csv"
    frame.to_csv(path, index=False)
    return path


TABLES = {
    "adult": ("Adult, 32,561 × 15", Bar(0.5, ratio=0.1), lambda folder: ADULT if ADULT.exists() else None),
    "long": ("1,000,000 × 20", Bar(4, ratio=0.1, memory=2), lambda folder: written(make_table(1_000_000), folder)),
    "wide": ("13,000 × 300", Bar(5), lambda folder: written(mixed_table(13_000, 300), folder)),
    "widest": ("400 × 9,000", Bar(20), lambda folder: written(mixed_table(400, 9_000), folder)),
}

if __name__ == "__main__":
    if unknown := sorted(set(sys.argv[1:]) - set(TABLES)):
        sys.exit(f"There is no table {unknown[0]!r}; there are {', '.join(TABLES)}.")
    main(sys.argv[1:])

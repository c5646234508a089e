"""Reading a big CSV, and a collection of awkward ones, beside pandas.

    python -m benchmarks.reading [rows]

The table has 20 columns (whole numbers, decimals, words, dates, codes, some values missing) and is written to
a temporary folder. Each reader runs in processes of its own; the best of three times counts, and memory is the
growth of the process's peak over what it used before reading.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks._rows import Bar, Row, report

REPEATS = 3
MEGABYTE = 1e6
MESSY = Path(os.environ.get("WORKBENCH_EXTRA_DATA", "../shared/data")) / "messy"

_MEASURED = r"""
import json, pathlib, re, sys, time
import pandas, pyarrow.csv, pyarrow.compute, pyarrow.parquet
from backends.datasets import read_table
path = pathlib.Path(sys.argv[2])
read = {"workbench": lambda: read_table(path, path.name), "pandas": lambda: pandas.read_csv(path)}[sys.argv[1]]
def peak():  # of this process alone: getrusage would count the parent's too
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text()).group(1)) * 1024
before = peak()
start = time.perf_counter()
table = read()
seconds = time.perf_counter() - start
print(json.dumps([seconds, peak() - before]))
"""


def make_table(rows: int, seed: int = 0) -> pd.DataFrame:
    """A table of 20 columns of all kinds."""
    random = np.random.default_rng(seed)
    words = np.array(["northern", "eastern", "southern", "western", "central"])
    columns: dict[str, object] = {"order_id": np.arange(1, rows + 1)}
    columns |= {f"count_{at}": random.integers(0, 10 ** (at + 2), rows) for at in range(5)}
    columns |= {f"measure_{at}": (random.normal(size=rows) * 100).round(4) for at in range(7)}
    columns |= {f"region_{at}": words[random.integers(0, 5, rows)] for at in range(4)}
    columns["day"] = np.datetime_as_string(np.datetime64("2015-01-01") + random.integers(0, 3_000, rows))
    columns["postcode"] = np.char.zfill(random.integers(0, 20_000, rows).astype(str), 5)
    columns["paid"] = np.array(["yes", "no"])[random.integers(0, 2, rows)]
    frame = pd.DataFrame(columns)
    frame["count_2"] = frame["count_2"].astype("Int64")
    for name in ("measure_0", "measure_1", "count_2", "region_1"):
        frame.loc[random.random(rows) < 0.05, name] = pd.NA
    return frame


def measure(reader: str, path: Path) -> tuple[float, float]:
    """Best seconds, and peak growth in bytes, over fresh processes."""
    command = [sys.executable, "-c", _MEASURED, reader, str(path)]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(REPEATS)]
    return min(seconds for seconds, _ in runs), max(growth for _, growth in runs)


def speed(rows: int) -> list[Row]:
    """Seconds and memory of reading so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        make_table(rows).to_csv(path, index=False)
        size = path.stat().st_size
        results = {reader: measure(reader, path) for reader in ("pandas", "workbench")}
    (theirs, _), (ours, growth) = results["pandas"], results["workbench"]
    what = f"{rows:,} × 20 ({size / MEGABYTE:.0f} MB)"
    return [
        Row(f"reading {what}, dialect and schema included", ours, "s", "`pandas.read_csv`", theirs, (Bar("<=", 3),)),
        Row("peak memory growth by the file's size", growth / size, "×", bars=(Bar("<=", 4, "here"),)),
    ]


def _workbench(path: Path) -> tuple[int, int]:
    from backends.datasets import read_table

    rows, columns = read_table(path, path.name).frame.shape
    return rows, columns


READERS: dict[str, Callable[[Path], tuple[int, int]]] = {
    "pandas.read_csv": lambda path: pd.read_csv(path).shape,
    "pandas.read_csv, sep=None": lambda path: pd.read_csv(path, sep=None, engine="python").shape,
    "workbench": _workbench,
}


def messy(folder: Path = MESSY) -> list[Row]:
    """How many unambiguous files of the collection each reader gives the right shape, beside plain pandas."""
    if not (folder / "index.csv").exists():
        print(f"{folder} is not there: no messy collection to score.")
        return []
    with (folder / "index.csv").open(encoding="utf-8", newline="") as lines:
        answers = [row for row in csv.DictReader(lines) if row["ambiguous"] == "no"]
    right = {
        name: sum(_shape(reader, folder / row["file"]) == _expected(row) for row in answers) / len(answers)
        for name, reader in READERS.items()
    }
    ours, what = right.pop("workbench"), f"{len(answers)} unambiguous messy CSVs: share with rows and columns right"
    least = (Bar(">=", 0.97, "here"),)
    return [Row(what, ours, "", f"`{peer}`", theirs, least) for peer, theirs in right.items()]


def _expected(row: dict[str, str]) -> tuple[int, int]:
    return int(row["expected_data_rows"]), int(row["expected_cols"])


def _shape(reader: Callable[[Path], tuple[int, int]], path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(Exception):  # a reader that fails has the file wrong
        return reader(path)
    return None


if __name__ == "__main__":
    report("reading", [*speed(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000), *messy()])

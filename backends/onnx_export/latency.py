"""How long a trained model and its graph take for the same rows, warm."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.onnx_export.answers import BLOCK, Ask
from backends.onnx_export.parity import Latency

BATCHES = (1, 100, 10_000)
SECONDS = 0.25  # after which a side is not asked the same batch again
LONG = 1.0  # seconds: a batch that takes longer is asked once
REPEATS = 40  # at most


@dataclass(frozen=True)
class Timed:
    """One side's times for a batch."""

    p50_ms: float
    p95_ms: float
    repeats: int


def timed(ask: Ask, rows: pd.DataFrame) -> dict[int, Timed]:
    """One side's times for each of `BATCHES`, made by repeating `rows`.

    Rows are asked in blocks of `BLOCK`. The first call of a batch warms up and counts only where it takes so long
    that there is no second one.
    """
    return {batch: _timed(ask, repeated(rows, batch)) for batch in BATCHES}


def latencies(original: dict[int, Timed], graph: dict[int, Timed]) -> tuple[Latency, ...]:
    """The times of both sides, batch by batch."""
    return tuple(
        Latency(batch, one.p50_ms, one.p95_ms, two.p50_ms, two.p95_ms, (one.repeats, two.repeats))
        for batch, one, two in ((batch, original[batch], graph[batch]) for batch in original)
    )


def repeated(rows: pd.DataFrame, batch: int) -> pd.DataFrame:
    """A batch of so many rows, over and over the same ones."""
    return rows.iloc[np.arange(batch) % len(rows)].reset_index(drop=True)


def _timed(ask: Ask, frame: pd.DataFrame) -> Timed:
    first = _seconds(ask, frame)
    taken: list[float] = []
    while first < LONG and sum(taken) < SECONDS and len(taken) < REPEATS:
        taken.append(_seconds(ask, frame))
    taken = taken or [first]
    p50, p95 = np.quantile(taken, [0.5, 0.95]) * 1000
    return Timed(float(p50), float(p95), len(taken))


def _seconds(ask: Ask, frame: pd.DataFrame) -> float:
    """How long one side takes for a frame."""
    begun = time.perf_counter()
    for start in range(0, len(frame), BLOCK):
        ask(frame.iloc[start : start + BLOCK])
    return time.perf_counter() - begun

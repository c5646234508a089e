"""The one form in which every benchmark says what it found: rows of a measure, a peer or floor, a ratio and bars.

A row is set against a **peer** (the bare library that does the same work in the same run) or, where nobody else does
that work, against its **floor**: the bar that it has to keep. `python -m benchmarks` keeps the rows as JSON in
`measured/`, one file a benchmark, of which `benchmarks._page` makes docs/performance.md.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).with_name("measured")
KEEP = "WORKBENCH_KEEP_MEASURED"  # set by `python -m benchmarks`: a trial with other arguments is not kept


@dataclass(frozen=True)
class Bar:
    """What a row has to keep, of its ratio or of the figure itself.

    >>> Bar("<=", 1.15).kept(1.09), Bar(">=", 0.5).kept(0.4)
    (True, False)
    >>> print(Bar("<", 2_000, "here"))
    < 2,000
    """

    sign: Literal["<=", ">=", "<"]
    limit: float
    of: Literal["ratio", "here"] = "ratio"

    def kept(self, value: float) -> bool:
        """Whether a value is on the right side of it."""
        return {"<=": value <= self.limit, ">=": value >= self.limit, "<": value < self.limit}[self.sign]

    def __str__(self) -> str:
        """As in the page's table."""
        return f"{self.sign.replace('<=', '≤').replace('>=', '≥')} {figure(self.limit)}"


@dataclass(frozen=True)
class Row:
    """One measure: the figure here, and that of the peer in the same run where there is one.

    Raises ValueError for a row that has neither peer nor a bar of the figure itself: it would have no ratio.

    >>> Row("compare", 28.8, "s", "joblib", 26.4, (Bar("<=", 1.15),)).cells
    ('compare', '28.8 s', '26.4 s: joblib', '1.09', 'ratio ≤ 1.15', 'yes')
    >>> Row("peak memory", 994, "MB", bars=(Bar("<", 2_000, "here"),)).cells
    ('peak memory', '994 MB', 'its bar', '0.497', '< 2,000 MB', 'yes')
    """

    what: str
    here: float
    unit: str = ""
    beside: str = ""
    there: float | None = None
    bars: tuple[Bar, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a row without a ratio."""
        if self.there is None and not any(bar.of == "here" for bar in self.bars):
            raise ValueError(f"{self.what!r} has neither a peer nor a floor.")

    @property
    def ratio(self) -> float:
        """The figure here by the peer's; by the bar where there is no peer."""
        floor = next((bar.limit for bar in self.bars if bar.of == "here"), 1.0)
        return self.here / (floor if self.there is None else self.there)

    @property
    def kept(self) -> bool:
        """Whether every bar is kept."""
        return all(bar.kept(self.ratio if bar.of == "ratio" else self.here) for bar in self.bars)

    @property
    def cells(self) -> tuple[str, ...]:
        """What, here, beside, ratio, bar, and whether it is kept, as words."""
        there = "its bar" if self.there is None else f"{self._with_unit(self.there)}: {self.beside}"
        bars = (f"ratio {bar}" if bar.of == "ratio" else f"{bar}{self._unit}" for bar in self.bars)
        kept = ("yes" if self.kept else "**no**") if self.bars else ""
        return self.what, self._with_unit(self.here), there, figure(self.ratio), ", ".join(bars), kept

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    def _with_unit(self, value: float) -> str:
        return f"{figure(value)}{self._unit}"

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Row:
        """A row as it was kept."""
        return cls(**{**found, "bars": tuple(Bar(**bar) for bar in found["bars"])})


def figure(value: float) -> str:
    """A number with three figures, or all those before the point.

    >>> figure(0.0519), figure(28.81), figure(1891.4), figure(0.925), figure(2)
    ('0.0519', '28.8', '1,891', '0.925', '2')
    """
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.{2 if abs(value) < 10 else 1}f}"


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    head = "| what | here | beside | ratio | bar | kept |\n| --- | ---: | ---: | ---: | --- | --- |"
    return "\n".join([head, *(f"| {' | '.join(row.cells)} |" for row in rows)])


def report(name: str, rows: Sequence[Row]) -> None:
    """Print the rows, and keep them where all benchmarks are run to be kept."""
    print(f"\n{table(rows)}", flush=True)
    if not os.environ.get(KEEP):
        return
    FOLDER.mkdir(exist_ok=True)
    found = {"on": time.strftime("%Y-%m-%d"), "machine": machine(), "rows": [asdict(row) for row in rows]}
    (FOLDER / f"{name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def machine() -> str:
    """The processor's cores and the memory."""
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GB"

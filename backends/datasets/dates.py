"""Dates in text: which format a column is written in, day first or month first decided by its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from backends.datasets.cells import cell_type

_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d",
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%y/%m/%d",
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %y", "%d %B %Y", "%d-%B-%Y", "%d %b, %Y", "%d %B, %Y",
    "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%Y-%m",
)  # fmt: skip
_TIMES = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", "T%H:%M", "T%H:%M:%S.%f",
    " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p",
    "T%H:%M:%S%z", "T%H:%M%z", "T%H:%M:%S.%f%z", " %H:%M:%S%z", " %H:%M:%S.%f%z", " %H:%M:%S %z",
)  # fmt: skip
_SWAPS = (("%d/%m", "%m/%d"), ("%d-%m", "%m-%d"), ("%d.%m", "%m.%d"))
_SHARE = 0.9


def date_formats(sample: Sequence[str]) -> list[str]:
    """strptime formats under which at least nine tenths of `sample` are dates, best first.

    >>> date_formats(["16/07/2010", "01/02/2011"]), date_formats(["2020-01-02T10:00:00Z"])
    (['%d/%m/%Y'], ['%Y-%m-%dT%H:%M:%S%z'])
    """
    if sum(cell_type(text) == "date" for text in sample) < _SHARE * len(sample):
        return []
    scored = [(-share, rank, written) for rank, written in enumerate(_candidates(sample))
              if (share := _share(sample, written)) >= _SHARE]  # fmt: skip
    return [written for _, _, written in sorted(scored)]


def _candidates(sample: Sequence[str]) -> list[str]:
    """Formats that read at least one of the first values; day and time are found apart."""
    parts = [_split(text) for text in sample[:12]]
    days = [day for day in _DAYS if any(_reads(day_text, day) for day_text, _ in parts)]
    times = [time for time in _TIMES if any(_reads("2000-01-01" + rest, "%Y-%m-%d" + time) for _, rest in parts)]
    return [day + time for day in days for time in times]


def _split(text: str) -> tuple[str, str]:
    """A date in front and what tells the time behind it.

    >>> _split("1 May 2020 10:30"), _split("2020-05-01")
    (('1 May 2020', ' 10:30'), ('2020-05-01', ''))
    """
    clock = re.search(r"[T ]\d{1,2}:\d{2}", text)
    return (text[: clock.start()], text[clock.start() :]) if clock else (text, "")


def _share(sample: Sequence[str], written: str) -> float:
    return sum(_reads(text, written) for text in sample) / len(sample)


def _reads(text: str, written: str) -> bool:
    try:
        value = datetime.strptime(text, written)
    except ValueError:
        return False
    return 1 <= value.year <= 9999


def parse_dates(texts: Sequence[str], written: str) -> np.ndarray:
    """datetime64[us] of `texts`, NaT where a text is no such date; times with a zone become UTC."""
    series = pd.Series(pd.array(texts, dtype="str"))
    values = pd.to_datetime(series, format=written, errors="coerce", utc="%z" in written)
    if "%z" in written:
        values = values.dt.tz_localize(None)
    return values.to_numpy().astype("datetime64[us]")


def other_order(written: str) -> str:
    """The same format with day and month exchanged, "" where there is no doubt about them.

    >>> other_order("%m/%d/%Y"), other_order("%Y-%m-%d")
    ('%d/%m/%Y', '')
    """
    for first, second in _SWAPS:
        for one, two in ((first, second), (second, first)):
            if written.startswith(one):
                return written.replace(one, two, 1)
    return ""


def day_first(written: str) -> bool | None:
    """Does the format put the day before the month? None where the year or a month's name leads."""
    return None if not other_order(written) else written.startswith("%d")

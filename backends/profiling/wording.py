"""A value of a table as text: exactly, and rounded for people."""

from __future__ import annotations

from datetime import datetime
from math import isinf, isnan
from typing import Any

import numpy as np

from backends.datasets.describe import iso


def as_text(value: Any) -> str:
    """A value as it would be written down, in full precision.

    >>> as_text(3.0), as_text(0.1), as_text(np.int64(2**63 - 1)), as_text(np.bool_(True)), as_text(float("-inf"))
    ('3', '0.1', '9223372036854775807', 'True', '-inf')
    >>> as_text(np.datetime64("2020-01-02T03:04:05")), as_text(-0.0), as_text(1e22)
    ('2020-01-02T03:04:05', '0', '1e+22')
    """
    if isinstance(value, np.datetime64 | datetime):
        return iso(np.datetime64(value))
    if isinstance(value, float):
        return repr(float(value) + 0.0).removesuffix(".0")
    return str(value)


def rounded(value: float) -> str:
    """A figure for people: four digits, thousands marked, powers of ten only where they are shorter.

    >>> [rounded(figure) for figure in (0.123456, 12.3456, 1234.567, 1234567.8, 3.0, 1e-7, 2.5e20)]
    ['0.1235', '12.35', '1,234.6', '1,234,568', '3', '1e-07', '2.5e+20']
    >>> rounded(float("nan"))
    '–'
    """
    if isnan(value):
        return "–"
    size = abs(value)
    if isinf(value) or size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.4g}"
    if value == int(value) or size >= 100_000:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if size >= 1_000 else f"{value:.4g}"


def bytes_in_words(size: int) -> str:
    """An amount of memory.

    >>> bytes_in_words(512), bytes_in_words(4_300_000)
    ('512 bytes', '4.3 MB')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:,.1f} {unit}"
    return f"{size} bytes"

"""Dates in their usual spellings, read quickly; everything else is left to pandas."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

_ISO = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "f": 6}
_ORDER = "YmdHMSf"  # of the arguments of `datetime`
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)

Quick = Callable[[str], int | None]


def quick_dates(form: str) -> Quick:
    """A reader of texts written by the strptime format `form` ("": none) or in ISO 8601 with all their digits.

    It gives microseconds since 1970, or None for what it does not know: pandas may.

    >>> quick_dates("%d.%m.%Y")("29.02.2024"), quick_dates("")("1970-01-02T00:00:01"), quick_dates("")("2. 1. 1970")
    (1709164800000000, 86401000000, None)
    """
    forms = [form] if form else []
    if not form or form.startswith("%Y-%m-%d"):  # in another order an ISO date may be read differently
        forms += [iso for iso in _ISO if iso != form]
    patterns = [pattern for pattern in map(_pattern, forms) if pattern is not None]
    if form and _pattern(form) is None:
        patterns = []  # the format has the first word

    def read(text: str) -> int | None:
        for pattern in patterns:
            if found := pattern.fullmatch(text):
                parts = found.groupdict()
                year, month, day, hour, minute, second, micro = (int(parts.get(part, 0)) for part in _ORDER)
                try:
                    return microseconds(datetime(year, month, day, hour, minute, second, micro))
                except ValueError:
                    return None
        return None

    return read


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970-01-01 in UTC; a time without a zone is taken in UTC."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(date: pd.Timestamp) -> int:
    """Microseconds since 1970-01-01 of any date of pandas, also of one that Python's own dates do not reach."""
    return int(date.to_datetime64().astype("datetime64[us]").astype(np.int64))


def _pattern(form: str) -> re.Pattern[str] | None:
    """The texts of a format in which each part is written with all its digits; None with other parts than these."""
    pieces = re.split(r"%(.)", form)
    parts = pieces[1::2]
    if len(set(parts)) < len(parts) or not set("Ymd") <= set(parts) <= set(_DIGITS):
        return None
    fields = [f"(?P<{part}>[0-9]{{{_DIGITS[part]}}})" for part in parts]
    return re.compile("".join(re.escape(text) + field for text, field in zip(pieces[::2], [*fields, ""], strict=True)))

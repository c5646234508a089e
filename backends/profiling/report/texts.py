"""Texts and numbers of a report as people read them."""

from __future__ import annotations

import re
from typing import Any

from backends.profiling import shares
from backends.profiling.wording import rounded

LONGEST = 60  # characters of a text that are shown
KEPT = 200  # characters of a value that a file for programs holds
NOTHING = "–"
# Characters that would vanish, break the line, or turn the writing direction of what follows.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def shown(text: str, most: int = LONGEST) -> str:
    """A text of the table on one line: control characters made visible, cut when long, with its length said.

    >>> shown("two\\nlines"), shown("x" * 200_000, most=10), shown("  ")
    ('two␊lines', 'xxxxxxxxxx… (200,000 characters)', '(blank)')
    """
    head = _HIDDEN.sub(_visible, text[: most + 1])
    if not head.strip():
        return "(blank)" if len(text) <= most else f"(starts blank, {len(text):,} characters)"
    return head if len(text) <= most else f"{head[:most]}… ({len(text):,} characters)"


def cut(value: Any) -> Any:
    """A value of the table as a file for programs holds it: a long text cut, with its length said; else as it is.

    >>> cut("x" * 200_000)[199:], cut(["short", 5.0]), cut(None)
    ('x… (200,000 characters)', ['short', 5.0], None)
    """
    if isinstance(value, list):
        return [cut(item) for item in value]
    if not isinstance(value, str) or len(value) <= KEPT:
        return value
    return f"{value[:KEPT]}… ({len(value):,} characters)"


def _visible(found: re.Match[str]) -> str:
    code = ord(found.group())
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def amount(number: float | None) -> str:
    """A number for people; nothing for None.

    >>> amount(32_561), amount(38.58164), amount(None)
    ('32,561', '38.58', '–')
    """
    return NOTHING if number is None else rounded(number)


def percent(share: float | None) -> str:
    """A share in per cent that says 0 or 100 only when it is; nothing for None.

    >>> percent(0.0), percent(0.00001), percent(0.0731), percent(None)
    ('0 %', 'under 0.1 %', '7.3 %', '–')
    """
    return NOTHING if share is None else shares.percent(share)


def measured(number: float | None) -> str:
    """A correlation or an AUC with three decimals.

    >>> measured(0.8), measured(-0.00001)
    ('0.800', '0.000')
    """
    return NOTHING if number is None else f"{round(number, 3) + 0.0:.3f}"

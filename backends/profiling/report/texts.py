"""Texts and numbers of a report as people read them."""

from __future__ import annotations

import re

from backends.profiling.wording import rounded

LONGEST = 60  # characters of a text that are shown
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
    """A share in percent that says 0 or 100 only when it is.

    >>> percent(0.0), percent(0.00001), percent(0.0731), percent(0.99999), percent(1.0)
    ('0%', '<0.1%', '7.3%', '>99.9%', '100%')
    """
    if share is None:
        return NOTHING
    if share in (0, 1):
        return f"{share:.0%}"
    return "<0.1%" if share < 0.001 else ">99.9%" if share > 0.999 else f"{share:.1%}"


def measured(number: float | None) -> str:
    """A correlation or an AUC with three decimals.

    >>> measured(0.8), measured(-0.00001)
    ('0.800', '0.000')
    """
    return NOTHING if number is None else f"{round(number, 3) + 0.0:.3f}"

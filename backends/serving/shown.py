"""Values that somebody sent, in words: cut to a few characters, however long or deeply nested they are."""

from __future__ import annotations

import math
import reprlib
from typing import Any

LONGEST = 200  # characters of a value in an answer
WIDEST_INTEGER = 2**63  # JSON's readers agree on 64 bits; a longer number is shown as text
_short = reprlib.Repr()  # it goes a few levels deep and shows a few members of each, so its work is bounded
_short.maxlevel, _short.maxstring, _short.maxother = 3, LONGEST, LONGEST


class Unreadable:
    """Stands for a value that no column can hold, such as a list or a mapping; it keeps its short description alone.

    >>> Unreadable([[[[[[5]]]]]])
    [[[[...]]]]
    """

    __slots__ = ("text",)

    def __init__(self, value: Any) -> None:
        self.text = shown(value)

    def __repr__(self) -> str:
        return self.text


def shown(value: Any, longest: int = LONGEST) -> str:
    """A value as a text of at most `longest` characters that can be written as UTF-8.

    >>> shown("x" * 500, 5), shown(["a", 1], 20), shown(10**5_000)
    ('xxxx…', "['a', 1]", 'a whole number of about 5,000 digits')
    """
    if isinstance(value, str):
        text = value[: longest + 1]
    elif isinstance(value, int) and value.bit_length() > 1_024:
        text = f"a whole number of about {math.floor(value.bit_length() * math.log10(2)):,} digits"
    else:
        text = _short.repr(value)
    text = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return text.encode("utf-8", "backslashreplace").decode()


def json_value(value: Any) -> Any:
    """A value for a JSON answer: plain numbers, booleans and null as they are, anything else as `shown` has it.

    >>> json_value(1.5), json_value(None), json_value({"a": 1}), json_value(2**70)
    (1.5, None, "{'a': 1}", '1180591620717411303424')
    """
    if value is None or type(value) in (bool, float) or (type(value) is int and abs(value) < WIDEST_INTEGER):
        return value
    return shown(value)

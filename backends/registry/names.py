"""What people may write into the registry: names, reasons, notes, tags. All of it is bounded, none of it is a path."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from backends.errors import WorkbenchError

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}")
MOST_TAGS = 20  # per version

LONGEST = 80  # characters of what somebody gave that a message shows, and of a version's name

# Words that already mean something in an address of the workbench, of the API or of a widget.
RESERVED = frozenset(
    ("api", "assets", "champion", "docs", "health", "latest", "live", "mcp", "metadata", "metrics", "models", "openapi",
     "ready", "static", "versions", "widgets")
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A text that a person writes: what it is called, the most characters it may have, whether it must be there."""

    title: str
    most: int
    needed: bool = True


# What is longer would not fit into the tag of one event (`events.MOST_CHARACTERS`), all of it escaped.
FIELDS = {
    "who": Field("The name of who does this", 100),
    "reason": Field("The reason", 400),
    "notes": Field("The notes", 1_500, needed=False),
    "value": Field("The tag's value", 200, needed=False),
}


def model_name(name: str) -> str:
    """`name`, when a model may be called that: a to z, 0 to 9 and hyphens, up to 63, and no word of an address.

    >>> model_name("churn-2026")
    'churn-2026'
    >>> model_name("../churn")
    Traceback (most recent call last):
    backends.errors.WorkbenchError: A model cannot be called '../churn'. ...
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise WorkbenchError(
            f"A model cannot be called {str(name)[:80]!r}.",
            hint="Use small letters a to z, digits and hyphens, at most 63, beginning with a letter or a digit.",
        )
    if name in RESERVED:
        raise WorkbenchError(
            f"The name {name!r} is taken: it is a word of the workbench's own addresses.", hint=f"Try '{name}-model'."
        )
    return name


def written(field: str, text: str) -> str:
    """`text` without blanks around it, when it fits the row of `FIELDS`.

    >>> written("reason", "  better on new customers ")
    'better on new customers'
    >>> written("reason", " ")
    Traceback (most recent call last):
    backends.errors.WorkbenchError: The reason is empty. ...
    """
    row, text = FIELDS[field], text.strip()
    if row.needed and not text:
        raise WorkbenchError(f"{row.title} is empty.", hint="The history keeps it: write a few words.")
    if len(text) > row.most:
        raise WorkbenchError(
            f"{row.title} has {len(text):,} characters; at most {row.most:,} are kept.", hint="Shorten it."
        )
    if odd := [sign for sign in text if sign not in "\n\t" and unicodedata.category(sign) in ("Cc", "Cs")]:
        raise WorkbenchError(
            f"{row.title} contains the control character U+{ord(odd[0]):04X}.", hint="Write it without."
        )
    return text


def tag_key(key: str) -> str:
    """`key`, when a tag may be called that: letters, digits, blanks, hyphens, dots and underscores, up to 40.

    >>> tag_key("data owner")
    'data owner'
    """
    if not isinstance(key, str) or not KEY.fullmatch(key) or key != key.strip():
        raise WorkbenchError(
            f"A tag cannot be called {str(key)[:80]!r}.",
            hint="Use letters a to z, digits, blanks, hyphens, dots and underscores, at most 40.",
        )
    return key


def version_wanted(which: object) -> int | str:
    """A version's number, also where it is written as digits, or any other short text as it stands.

    >>> version_wanted("7"), version_wanted(7), version_wanted("champion")
    (7, 7, 'champion')
    >>> version_wanted(None)
    Traceback (most recent call last):
    backends.errors.WorkbenchError: None names no version. ...
    """
    if isinstance(which, int) and not isinstance(which, bool):
        return which
    if not isinstance(which, str) or len(which) > LONGEST:
        raise WorkbenchError(f"{shown(which)} names no version.", hint="Give a number, 'champion' or 'staging'.")
    return int(which) if which.isascii() and which.isdecimal() else which


def shown(value: object) -> str:
    """A value in a sentence, cut; a number of very many digits, which Python does not write out, by its size."""
    if isinstance(value, int) and value.bit_length() > 128:
        return f"of {value.bit_length():,} bits"
    return repr(value)[:LONGEST]

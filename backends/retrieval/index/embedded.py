"""The text whose vector stands for a passage."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

FORM = 1  # raised when what is embedded changes: collections are then cut and embedded anew
MOST_CONTEXT = 200  # characters of title and headings; the passage itself must fit the model
_OPENING = 400  # characters of a passage in which its own headings stand


def context(title: str, headings: Sequence[str], text: str) -> str:
    """Title and headings that the passage does not open with itself, the highest first.

    >>> context("Wings", ("Flow", "Drag"), "## Drag: It grows with speed.")
    'Wings. Flow'
    """
    opening = text[:_OPENING].casefold()
    lines = {line.strip(" \t#*=") for line in opening.splitlines()}
    above = dict.fromkeys(" ".join(one.split()) for one in (title, *headings))
    missing = [one for one in above if one and not _opens(one.casefold(), opening, lines)]
    return ". ".join(missing)[:MOST_CONTEXT].strip()


def embedded_text(title: str, headings: Sequence[str], text: str) -> str:
    r"""What is given to the embedding model for a passage: where it stands, and then the passage.

    >>> embedded_text("Wings", (), "It grows with speed.")
    'Wings\nIt grows with speed.'
    """
    above = context(title, headings, text)
    return f"{above}\n{text}" if above else text


def text_hash(text: str) -> bytes:
    """By which an embedded text is known again: 16 bytes.

    >>> text_hash("a") == text_hash("a"), len(text_hash("a"))
    (True, 16)
    """
    return hashlib.sha256(text.encode("utf-8")).digest()[:16]


def _opens(heading: str, opening: str, lines: set[str]) -> bool:
    return heading in lines or opening.lstrip(" \t\n#*").startswith(heading)

"""The text of a document with some of it marked, scrolled to the first mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_HTML = '<div class="reader"><div class="where"></div><div class="text" role="document" tabindex="0"></div></div>'
_COMPONENT = st.components.v2.component(
    "workbench_reader",
    html=_HTML,
    css=_HERE.joinpath("reader.css").read_text(encoding="utf-8"),
    js=_HERE.joinpath("reader.js").read_text(encoding="utf-8"),
)
AROUND = 40_000  # characters that are shown before and after the first mark


@dataclass(frozen=True)
class Mark:
    """A marked span of a text: ``[start:end]``."""

    start: int
    end: int
    kind: str = "cited"  # "cited", or "word" for a word of the question


@dataclass(frozen=True)
class PageBreak:
    """Where a page begins."""

    number: int
    start: int


def reader(
    text: str, marks: Sequence[Mark], *, key: str, label: str, pages: Sequence[PageBreak] = (), height: int = 480
) -> None:
    """Show the text around its first mark; `label` names the document."""
    first = min((mark.start for mark in marks), default=0)
    start, end = window(text, first)
    _COMPONENT(
        key=key,
        data={
            "label": label,
            "at": first,
            "where": _where(len(text), start, end),
            "height": height,
            "pieces": pieces(text, marks, pages, (start, end)),
        },
    )


def window(text: str, at: int) -> tuple[int, int]:
    """The part of a text that is shown around a position: whole lines where lines are short.

    >>> window("short", 0)
    (0, 5)
    """
    start, end = max(0, at - AROUND), min(len(text), at + AROUND)
    line = text.find("\n", start, start + 500) if start else -1
    return (line + 1 if line >= 0 else start), end


def pieces(
    text: str, marks: Sequence[Mark], pages: Sequence[PageBreak], shown: tuple[int, int]
) -> list[dict[str, Any]]:
    """The shown part of a text, cut where a mark or a page begins or ends; later marks win over earlier ones.

    >>> pieces("one two", [Mark(4, 7)], [], (0, 7))
    [{'text': 'one ', 'kind': ''}, {'text': 'two', 'kind': 'cited'}]
    """
    start, end = shown
    cuts = {start, end, *(page.start for page in pages if start <= page.start < end)}
    for mark in marks:
        cuts |= {min(max(mark.start, start), end), min(max(mark.end, start), end)}
    ordered, begins = sorted(cuts), {page.start: page.number for page in pages}
    found: list[dict[str, Any]] = []
    for left, right in pairwise(ordered):
        if left in begins:
            found.append({"text": f"Page {begins[left]}", "kind": "page"})
        kinds = [mark.kind for mark in marks if mark.start <= left and right <= mark.end]
        found.append({"text": text[left:right], "kind": " ".join(dict.fromkeys(kinds))})
    return found


def _where(length: int, start: int, end: int) -> str:
    if (start, end) == (0, length):
        return ""
    return f"Characters {start + 1:,} to {end:,} of {length:,}"

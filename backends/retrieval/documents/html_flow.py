"""From the elements of a page, one after the other, to blocks of text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from backends.retrieval.documents.document import BlockKind
from backends.retrieval.documents.drafting import LINE, PARAGRAPH, Draft

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ITEMS = frozenset({"li", "dt", "dd"})
_CELLS = frozenset({"td", "th"})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "legend", "li", "main", "nav", "ol", "optgroup", "option", "p", "pre", "section", "select", "summary",
    "table", "tbody", "tfoot", "thead", "title", "tr", "ul",
})  # fmt: skip
# What a row of data does not hold: a row with one of these inside only arranges the page.
_ARRANGED = frozenset({
    "table", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "article", "section", "form", "blockquote",
})  # fmt: skip
_BLANKS = re.compile(r"[ \t\n]+")
_CELL = " | "


def layout_rows(steps: Iterable[tuple[bool, Any]]) -> frozenset[int]:
    """The `mem_id` of table rows that arrange the page instead of holding data."""
    open_rows: list[int] = []
    found: set[int] = set()
    for entering, node in steps:
        tag = node.tag
        if tag == "tr":
            if entering:
                open_rows.append(node.mem_id)
            else:
                open_rows.pop()
        elif entering and open_rows and tag in _ARRANGED:
            found.update(open_rows[-1:])
    return frozenset(found)


class Flow:
    """Gathers the text of inline elements until a block begins or ends, and adds it to a draft."""

    def __init__(self, draft: Draft, layout: frozenset[int]) -> None:
        self._draft = draft
        self._layout = layout
        self._texts: list[str] = []
        self._cells: list[str] = []  # of the row that is open, those that are complete
        self._open: list[str] = []  # headings, items and pre that are open
        self._row: int | None = None  # the row of data that is open
        self._before: BlockKind = "paragraph"

    def step(self, entering: bool, node: Any) -> None:
        """Take the next node of the page, at its start or its end."""
        if node.is_text_node:
            self._texts.append(self._inline(node.text_content or ""))
            return
        tag = node.tag
        if tag == "br" and entering:
            self._texts.append(" " if self._row is not None else "\n")
        elif tag == "tr" and node.mem_id not in self._layout:
            self._flush(None if entering else "table row")
            self._row = node.mem_id if entering else None
        elif self._row is not None:
            self._inside_row(entering, tag)
        elif tag in _BLOCKS or tag in _CELLS:
            self._flush()
            self._remember(entering, tag)

    def close(self) -> None:
        """Add what is left."""
        self._flush()

    def _inline(self, text: str) -> str:
        return text if self._open and self._open[-1] == "pre" else _BLANKS.sub(" ", text)

    def _inside_row(self, entering: bool, tag: str) -> None:
        if tag in _CELLS and not entering:
            self._cells.append(self._taken())
        elif tag in _BLOCKS:
            self._texts.append(" ")

    def _remember(self, entering: bool, tag: str) -> None:
        if tag not in _HEADINGS and tag not in _ITEMS and tag != "pre":
            return
        if entering:
            self._open.append(tag)
        elif tag in self._open[-1:]:
            self._open.pop()

    def _flush(self, kind: BlockKind | None = None) -> None:
        within = self._open[-1] if self._open else ""
        text = self._taken(within == "pre" and kind is None)
        if self._cells:
            text = _CELL.join(filter(None, [*self._cells, text]))
            self._cells.clear()
        if not text:
            return
        if kind is None:
            kind = "heading" if within in _HEADINGS else "code" if within == "pre" else "paragraph"
            kind = "list item" if within in _ITEMS else kind
        close = kind == self._before and kind in ("list item", "table row")
        self._draft.add(kind, text, _HEADINGS.get(within, 0) if kind == "heading" else 0, LINE if close else PARAGRAPH)
        self._before = kind

    def _taken(self, verbatim: bool = False) -> str:
        text = "".join(self._texts)
        self._texts.clear()
        if verbatim:
            return text.strip("\n").rstrip()
        return "\n".join(line.strip(" ") for line in re.sub(" {2,}", " ", text).split("\n")).strip()

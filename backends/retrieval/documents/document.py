"""The text of one file, and where its pages, headings and paragraphs are in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "list item", "table row", "row", "code"]


@dataclass(frozen=True)
class Page:
    """One page: `text[start:end]` of its document. Pages tile the text: each ends where the next one starts."""

    number: int  # as people count, from 1
    start: int
    end: int


@dataclass(frozen=True)
class Block:
    """One piece of structure, `text[start:end]` of its document. Blocks are in order and do not overlap."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0  # of a heading: 1 is the highest


@dataclass(frozen=True)
class Document:
    """What was read from one file. `text` is stored as it is here; all else points into it."""

    name: str
    format: str  # "txt", "md", "html", "pdf", "docx" or "csv"
    text: str
    title: str = ""  # what the document calls itself; "" where it does not say
    pages: tuple[Page, ...] = ()  # empty for formats without pages
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()  # sentences about what could not be read, such as pages without text

    def page_at(self, position: int) -> int | None:
        """The number of the page that holds this character, None where there are no pages.

        >>> Document("a.pdf", "pdf", "onetwo", pages=(Page(1, 0, 3), Page(2, 3, 6))).page_at(3)
        2
        """
        if not self.pages:
            return None
        return self.pages[max(0, bisect_right([page.start for page in self.pages], position) - 1)].number

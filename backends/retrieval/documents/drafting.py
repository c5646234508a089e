"""A document in the making: text is added block by block, and positions follow by themselves."""

from __future__ import annotations

from backends.retrieval.documents.document import Block, BlockKind, Page
from backends.retrieval.documents.unreadable import empty, too_much_text

PARAGRAPH = "\n\n"  # stands between blocks
LINE = "\n"  # stands between the items of a list and the rows of a table


class Draft:
    """Gathers blocks and pages; the text between two blocks belongs to the page of the first.

    Raises Unreadable as soon as more than `most` characters have come together.

    >>> draft = Draft("a.pdf", most=1_000)
    >>> draft.page(1); draft.add("heading", "One", level=1); draft.page(2); draft.add("paragraph", "Two.")
    >>> draft.text, [(page.start, page.end) for page in draft.pages]
    ('One\\n\\nTwo.', [(0, 5), (5, 9)])
    """

    def __init__(self, name: str, most: int) -> None:
        self.name = name
        self._most = most
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._starts: list[tuple[int, int]] = []
        self._waiting: list[int] = []

    def add(self, kind: BlockKind, text: str, level: int = 0, gap: str = PARAGRAPH) -> None:
        """Add a block of text that holds something, `gap` away from the one before it."""
        if not text.strip():
            return
        if self._parts:
            self._append(gap if not self._waiting else PARAGRAPH)
        self._starts += [(number, self._length) for number in self._waiting]
        self._waiting.clear()
        start = self._length
        self._append(text)
        self._blocks.append(Block(kind, start, self._length, level))

    def page(self, number: int) -> None:
        """What follows stands on this page."""
        self._waiting.append(number)

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > self._most:
            raise too_much_text(self.name, self._most)

    @property
    def text(self) -> str:
        """All text so far. Raises Unreadable where there is none."""
        if not self._parts:
            raise empty(self.name)
        return "".join(self._parts)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks so far."""
        return tuple(self._blocks)

    @property
    def pages(self) -> tuple[Page, ...]:
        """All pages so far; they tile the text, and one without text starts where it ends."""
        starts = [*self._starts, *((number, self._length) for number in self._waiting)]
        ends = [start for _, start in starts[1:]] + [self._length]
        return tuple(Page(number, start, end) for (number, start), end in zip(starts, ends, strict=True))

    def first_heading(self) -> str:
        """The text of the first block if it is a heading, "" otherwise."""
        block = self._blocks[0] if self._blocks else None
        return self.text[: block.end] if block and block.kind == "heading" else ""

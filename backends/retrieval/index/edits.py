"""The text of a document with one piece replaced, and its pages and blocks where they are then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backends.retrieval.documents.document import Block, Document, Page
from backends.retrieval.index.passages import Span


@dataclass(frozen=True)
class _Change:
    """``[start:end]`` becomes `length` characters."""

    start: int
    end: int
    length: int

    def first(self, position: int) -> int:
        """Where what starts here starts then; within the change, behind it."""
        if position <= self.start:
            return position
        return max(position, self.end) + self.length - (self.end - self.start)

    def last(self, position: int) -> int:
        """Where what ends here ends then; within the change, before it."""
        if position < self.end:
            return min(position, self.start)
        return position + self.length - (self.end - self.start)


def replaced(document: Document, start: int, end: int, text: str) -> Document:
    """The document with ``[start:end]``, which lies within one page, replaced by `text`.

    Blocks around the characters that really differ stay; one that holds them all grows or shrinks; of several that
    they touch, what is left stays, and what is new becomes a paragraph.

    >>> replaced(Document("a.txt", "txt", "Two legs. Bad."), 0, 9, "Four legs.").text
    'Four legs. Bad.'
    """
    whole = document.text[:start] + text + document.text[end:]
    slice_change = _Change(start, end, len(text))
    change = _narrowed(document.text[start:end], text, start)
    return replace(
        document,
        text=whole,
        pages=tuple(_page(page, slice_change) for page in document.pages),
        blocks=_blocks(document.blocks, change, whole),
    )


def moved(spans: Sequence[Span], start: int, end: int, length: int) -> tuple[Span, ...]:
    """What is left of spans outside ``[start:end]``, where it is once that has become `length` characters.

    >>> moved([(0, 2), (2, 4), (4, 9)], 2, 5, 1)
    ((0, 2), (3, 7))
    """
    shift = length - (end - start)
    kept = ((a if a < start else max(a, end) + shift, b + shift if b > end else min(b, start)) for a, b in spans)
    return tuple((a, b) for a, b in kept if a < b)


def _narrowed(old: str, new: str, start: int) -> _Change:
    """The change without what both texts begin and end with."""
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = next((at for at in range(shorter - head) if old[-1 - at] != new[-1 - at]), shorter - head)
    return _Change(start + head, start + len(old) - tail, len(new) - head - tail)


def _page(page: Page, change: _Change) -> Page:
    shift = change.length - (change.end - change.start)
    start, end = (at + shift if at >= change.end else at for at in (page.start, page.end))
    return Page(page.number, start, end)


def _blocks(blocks: Sequence[Block], change: _Change, text: str) -> tuple[Block, ...]:
    shift = change.length - (change.end - change.start)
    holder = next((block for block in blocks if block.start <= change.start and change.end <= block.end), None)
    kept: list[Block] = []
    for block in blocks:
        if block is holder:
            kept.append(replace(block, end=block.end + shift))
        elif holder is not None and block.start >= holder.end:
            kept.append(replace(block, start=block.start + shift, end=block.end + shift))
        else:
            kept.append(replace(block, start=change.first(block.start), end=change.last(block.end)))
    if holder is None and blocks:
        kept.append(Block("paragraph", change.start, change.start + change.length))
    sound = [block for block in kept if block.start < block.end and text[block.start : block.end].strip()]
    return tuple(sorted(sound, key=lambda block: block.start))

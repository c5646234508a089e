"""The sections of a document: what no chunk reaches across."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backends.retrieval.chunking.sentence import sentences
from backends.retrieval.documents.document import Block, Document, Page

LONGEST_HEADING = 200  # characters that are kept of it
HEADING_MARKS = re.compile(r"\A\s*#{1,6}(?=\s)|(?<=\s)#+\s*\Z|\n\s*(?:=+|-+)\s*\Z")
PARAGRAPH, SENTENCE = 0, 1  # kinds of bound


@dataclass(frozen=True)
class Part:
    """A block with the blanks that follow it, as far as both are on one page."""

    start: int
    end: int
    kind: str
    level: int = 0
    title: str = ""


@dataclass(frozen=True)
class Section:
    """Consecutive parts of one page that begin with their headings, or one row of a table that is all rows."""

    parts: tuple[Part, ...]
    page: int | None
    headings: tuple[str, ...]  # that it stands under, its own included, the highest first

    @property
    def start(self) -> int:
        """Its first character."""
        return self.parts[0].start

    @property
    def end(self) -> int:
        """The character after its last."""
        return self.parts[-1].end

    def bounds(self, text: str) -> list[tuple[int, int]]:
        """Where it can be cut, as (position, kind) in order; not between its headings and what follows them."""
        leading = next((n for n, part in enumerate(self.parts) if part.kind != "heading"), len(self.parts))
        found = []
        for part in self.parts[leading:]:
            found.append((part.start, PARAGRAPH))
            found += [(part.start + at, kind) for at, kind in _inner(text[part.start : part.end], part.kind)]
        return found[1:]


def sections(document: Document) -> Iterator[Section]:
    """The sections of a document, in order; together they are its whole text."""
    stack: list[tuple[int, str]] = []
    for number, start, end, blocks in _pages(document):
        for parts in _grouped(_parts(document.text, start, end, blocks)):
            for part in parts:
                if part.kind == "heading":
                    stack = [above for above in stack if above[0] < part.level] + [(part.level, part.title)]
            yield Section(tuple(parts), number, tuple(title for _, title in stack if title))


def _pages(document: Document) -> Iterator[tuple[int | None, int, int, list[Block]]]:
    """Number, span and blocks of every page that is not empty; a document without pages is one."""
    pages = document.pages or (Page(0, 0, len(document.text)),)
    blocks, at = document.blocks, 0
    for page in pages:
        while at < len(blocks) and blocks[at].end <= page.start:
            at += 1
        last = at
        while last < len(blocks) and blocks[last].start < page.end:
            last += 1
        if page.start < page.end:
            yield (page.number if document.pages else None), page.start, page.end, list(blocks[at:last])


def _parts(text: str, start: int, end: int, blocks: list[Block]) -> list[Part]:
    """The parts that tile ``text[start:end]``; what is in no block is a paragraph, or blanks of the part before it."""
    parts: list[Part] = []
    at = start
    for block in [*blocks, Block("paragraph", end, end)]:
        begin, stop = max(block.start, at), min(block.end, end)
        if not parts and not text[at:begin].strip() and begin < stop:
            begin = at  # leading blanks belong to the first part
        elif begin > at and (not parts or text[at:begin].strip()):
            parts.append(Part(at, begin, "paragraph"))
        elif begin > at:
            parts[-1] = _longer(parts[-1], begin)
        if begin < stop:
            parts.append(_part(text, block, begin, stop, start))
        at = max(at, begin, stop)
    return parts


def _longer(part: Part, end: int) -> Part:
    return Part(part.start, end, part.kind, part.level, part.title)


def _part(text: str, block: Block, start: int, end: int, page_start: int) -> Part:
    if block.kind != "heading":
        return Part(start, end, block.kind)
    if block.start < page_start:
        return Part(start, end, "paragraph")  # the rest of a heading that began on the page before
    title = " ".join(HEADING_MARKS.sub("", text[block.start : block.end]).split())[:LONGEST_HEADING]
    return Part(start, end, "heading", block.level, title)


def _grouped(parts: list[Part]) -> Iterator[list[Part]]:
    """Parts by section: a heading begins one unless it follows another heading directly, a row is one."""
    group: list[Part] = []
    for part in parts:
        begins = part.kind == "row" or (part.kind == "heading" and group[-1:] and group[-1].kind != "heading")
        if group and (begins or group[-1].kind == "row"):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _inner(text: str, kind: str) -> list[tuple[int, int]]:
    """Where the sentences of a part begin, or the lines of code, and the kind of that bound; the first is left out."""
    if kind == "code":
        return [(match.end(), SENTENCE) for match in re.finditer(r"\n", text) if match.end() < len(text)]
    return [(end, _kind(text[start:end])) for start, end in sentences(text)[:-1]]


def _kind(sentence: str) -> int:
    return PARAGRAPH if sentence[len(sentence.rstrip()) :].count("\n") > 1 else SENTENCE

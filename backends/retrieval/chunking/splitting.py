"""A document cut into chunks along its own structure, to a budget of tokens."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from backends.errors import WorkbenchError
from backends.retrieval.chunking import graphemes
from backends.retrieval.chunking.chunk import Chunk, ChunkSize
from backends.retrieval.chunking.measure import Measure
from backends.retrieval.chunking.section import Section, sections
from backends.retrieval.documents.document import Document

PRICES = (0.0, 0.15)  # of a bound by kind (paragraph, sentence): the share of the budget that a better one may be off
LEAST = 0.5  # of the length aimed at: a shorter chunk is made only where a section is short


def split(document: Document, size: ChunkSize, spans: Callable[[str], np.ndarray]) -> tuple[Chunk, ...]:
    """The chunks of a document, in order of their start.

    Every character of the text, blanks too, is in at least one chunk, and every chunk is a slice of it within one page.
    A heading begins a chunk and stays with what follows it; a row is a chunk. A section of more than ``size.tokens``
    is cut into chunks of about the same length, before a paragraph or else a sentence or else a word, and inside a word
    only where it fills a chunk; each shares about ``size.overlap`` tokens with the one before. `spans` gives the
    tokens of the embedding model (tokens, 2) and is called once, with the whole text; `Measure` says how they count.

    Raises WorkbenchError for a size without room for a token or with an overlap of more than half of it.

    >>> import re
    >>> words = lambda text: np.array([match.span() for match in re.finditer(r"\\w+", text)])
    >>> text = "One two three. Four five six. Seven eight."
    >>> [text[chunk.start : chunk.end] for chunk in split(Document("a.txt", "txt", text), ChunkSize(5, 0), words)]
    ['One two three. ', 'Four five six. Seven eight.']
    """
    _check(size)
    if not document.text:
        return ()
    measure = Measure.of(document.text, spans(document.text))
    return tuple(
        Chunk(start, end, measure.count(start, end), section.page, section.headings)
        for section in sections(document)
        for start, end in _pieces(document.text, section, size, measure)
    )


def _check(size: ChunkSize) -> None:
    if size.tokens < 1:
        raise WorkbenchError(f"Chunks of {size.tokens} tokens hold nothing.", hint="Choose 1 token or more.")
    if not 0 <= size.overlap <= size.tokens // 2:
        raise WorkbenchError(
            f"An overlap of {size.overlap} tokens does not go with chunks of {size.tokens}.",
            hint=f"Choose an overlap from 0 to {size.tokens // 2} tokens.",
        )


def _pieces(text: str, section: Section, size: ChunkSize, measure: Measure) -> Iterator[tuple[int, int]]:
    """The spans of the chunks of one section."""
    if measure.count(section.start, section.end) <= size.tokens:
        yield section.start, section.end
        return
    cutter = _Cutter(text, section.end, size, measure, section.bounds(text))
    start = end = section.start
    while end < section.end:
        end = cutter.cut(start, end)
        yield start, end
        start = cutter.resume(start, end)


@dataclass(frozen=True)
class _Cutter:
    """Finds where the chunks of one section end and where the next ones begin."""

    text: str
    end: int  # of the section
    size: ChunkSize
    measure: Measure
    bounds: list[tuple[int, int]]  # position, kind

    def cut(self, start: int, after: int) -> int:
        """Where a chunk from `start` ends: beyond `after`, where the one before it ended."""
        left = self.measure.count(start, self.end)
        if left <= self.size.tokens:
            return self.end
        reach = self.measure.reach(start, self.size.tokens)
        if reach <= after:  # one character that is more tokens than a chunk may have
            return graphemes.ceiling(self.text, after + 1, self.end)
        aim = self._aim(left)
        low = max(after, self.measure.reach(start, int(aim * LEAST)) - 1)
        fitting = self._between(low, reach)
        if fitting:
            return min(fitting, key=lambda bound: (self._price(start, bound, aim), bound))[0]
        about = max(low + 1, min(reach, self.measure.reach(start, ceil(aim))))
        whole = graphemes.floor(self.text, about, after) or graphemes.ceiling(self.text, about, reach)
        return self._word(low, about) or whole

    def resume(self, start: int, end: int) -> int:
        """Where the chunk after ``[start, end)`` begins: ``size.overlap`` before its end, at a sentence or a word."""
        earliest = max(start + 1, self.measure.back(end, self.size.overlap))
        if earliest >= end:
            return end
        sentence = self._between(earliest - 1, end - 1)
        words = (at for at in range(earliest, end) if self._begins_word(at))
        found = sentence[0][0] if sentence else next(words, graphemes.ceiling(self.text, earliest, end))
        return found if self.measure.reach(found, self.size.tokens) > end else end

    def _aim(self, left: int) -> float:
        """The length at which what is left makes chunks of the same length, as few as possible."""
        fresh = self.size.tokens - self.size.overlap
        chunks = max(2, -(-(left - self.size.overlap) // fresh))
        return (left + (chunks - 1) * self.size.overlap) / chunks

    def _price(self, start: int, bound: tuple[int, int], aim: float) -> float:
        position, kind = bound
        return abs(self.measure.count(start, position) - aim) / self.size.tokens + PRICES[kind]

    def _between(self, low: int, high: int) -> list[tuple[int, int]]:
        """The bounds in ``(low, high]`` that leave grapheme clusters whole."""
        first, last = bisect_right(self.bounds, (low, 1)), bisect_right(self.bounds, (high, 1))
        return [bound for bound in self.bounds[first:last] if graphemes.is_boundary(self.text, bound[0])]

    def _word(self, low: int, high: int) -> int | None:
        return next((at for at in range(high, low, -1) if self._begins_word(at)), None)

    def _begins_word(self, at: int) -> bool:
        blank_before = self.text[at - 1].isspace() and not self.text[at].isspace()
        return blank_before and graphemes.is_boundary(self.text, at)

"""Lines of pages to headings, paragraphs, list items and table rows, by their places and sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from backends.retrieval.documents.cleaning import clean
from backends.retrieval.documents.document import BlockKind
from backends.retrieval.documents.hyphens import joined, words_in
from backends.retrieval.documents.pdf_columns import Line

_MARKER = re.compile(r"([•◦▪‣●○■□–—*·➢✓]|\(?(\d{1,3}|[a-z]|[ivx]{1,4})[.)])$")
_ENDS = re.compile(r"[.!?:;。！？][\"'”’)\]]*$")
_LARGER = 1.12  # times the size of the body: a heading
_LEADING = 1.4  # times the usual distance of lines: a new paragraph
_INDENT = 0.8  # sizes of the font
_SHORT = 0.75  # of the width of the column: a line that ends early
_HEADING_CHARACTERS, _HEADING_LINES, _BOLD_CHARACTERS = 200, 3, 120


@dataclass(frozen=True)
class Piece:
    """A block to be: its kind, its text on one line, and its level if it is a heading."""

    kind: BlockKind
    text: str
    level: int = 0


def pieces_of(pages: Sequence[Sequence[Line]]) -> Iterator[list[Piece]]:
    """The pieces of each page. What the body's size is, and which words there are, is asked of all pages."""
    words = words_in(line.text for lines in pages for line in lines)
    grouped = [_groups(lines) for lines in pages]
    body, bold = _body(pages)
    sizes = sorted({_rounded(group[0].size) for groups in grouped for group in groups if _is_large(group, body)})
    levels = {size: level for level, size in enumerate(reversed(sizes), 1)}
    for groups in grouped:
        yield [_piece(group, levels if _is_large(group, body) else {}, len(levels), bold, words) for group in groups]


def _body(pages: Sequence[Sequence[Line]]) -> tuple[float, bool]:
    """The size of most characters, and whether most are bold."""
    counts: dict[tuple[float, bool], int] = {}
    for lines in pages:
        for line in lines:
            key = (_rounded(line.size), line.bold)
            counts[key] = counts.get(key, 0) + len(line.text)
    return max(counts, key=lambda key: counts[key], default=(0.0, False))


def _rounded(size: float) -> float:
    return round(2 * size) / 2


def _is_large(group: Sequence[Line], body: float) -> bool:
    text = " ".join(line.text for line in group)
    if len(group) > _HEADING_LINES or len(text) > _HEADING_CHARACTERS:
        return False
    return _rounded(group[0].size) > _LARGER * body and sum(character.isalpha() for character in text) > 1


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that belong to one block."""
    pitch = _pitch(lines)
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not _begins(groups[-1], line, pitch):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance of one line to the next, in sizes of the font."""
    steps = [
        (before.bottom - line.bottom) / line.size
        for before, line in pairwise(lines)
        if line.size > 0 and before.region == line.region and 0.5 < (before.bottom - line.bottom) / line.size < 2.5
    ]
    return median(steps) if steps else 1.2


def _begins(group: Sequence[Line], line: Line, pitch: float) -> bool:
    """Does `line` begin a new block after `group`?"""
    before, size = group[-1], max(line.size, 1.0)
    if not (before.sizes & line.sizes) or before.bold != line.bold or _marked(line):
        return True
    if before.cells > 1 or line.cells > 1:
        return not (_marked(before) and before.cells == 2 and line.cells == 1)
    step = (before.bottom - line.bottom) / size
    if step < 0.3 or before.region != line.region:  # another column: a sentence may go on there
        return bool(_ENDS.search(before.text)) or not line.text[:1].islower()
    return step > _LEADING * pitch or _ends_early(before) or _is_indented(group, line)


def _marked(line: Line) -> bool:
    return len(line.words) > 1 and bool(_MARKER.match(line.words[0].text))


def _ends_early(line: Line) -> bool:
    return _is_short(line) and bool(_ENDS.search(line.text))


def _is_short(line: Line) -> bool:
    left, right = line.edges
    return line.right < left + _SHORT * (right - left)


def _is_indented(group: Sequence[Line], line: Line) -> bool:
    """The first line of a paragraph starts further right; a list item ends where a line goes back to its marker."""
    before, size = group[-1], max(line.size, 1.0)
    if _marked(group[0]):
        back = line.left < group[0].left + 0.3 * size and line.left < before.left - 0.3 * size
        return back and (len(group) > 1 or _is_short(before) or bool(_ENDS.search(before.text)))
    return line.left - before.left > _INDENT * size and before.left - line.edges[0] < 0.5 * size


def _piece(group: Sequence[Line], levels: dict[float, int], large: int, bold: bool, words: frozenset[str]) -> Piece:
    text = clean(_joined(group, words))
    level = levels.get(_rounded(group[0].size), 0)
    if not level and not bold and _is_bold_heading(group, text):
        level = large + 1
    if level:
        return Piece("heading", text, min(level, 6))
    if _marked(group[0]):
        return Piece("list item", text)
    return Piece("table row" if group[0].cells > 1 else "paragraph", text)


def _joined(group: Sequence[Line], words: frozenset[str]) -> str:
    """The lines as one, put together pair by pair so that the time grows with their number only."""
    done, last = [], group[0].text
    for line in group[1:]:
        done.append(joined(last, line.text, words).removesuffix(line.text))
        last = line.text
    return "".join(done) + last


def _is_bold_heading(group: Sequence[Line], text: str) -> bool:
    short = len(group) < _HEADING_LINES and len(text) <= _BOLD_CHARACTERS and group[0].cells == 1
    return short and all(line.bold for line in group) and text[-1] not in ".,;" and any(map(str.isalpha, text))

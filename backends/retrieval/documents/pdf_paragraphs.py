"""Lines of pages to headings, paragraphs, list items and table rows, by their places and sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from backends.retrieval.documents.cleaning import clean
from backends.retrieval.documents.headings import Piece, has_words, leveled
from backends.retrieval.documents.hyphens import joined, words_in
from backends.retrieval.documents.pdf_columns import Line
from backends.retrieval.documents.pdf_margins import is_note, parted
from backends.retrieval.documents.pdf_tables import CELL, cells_of, strips_of

_MARKER = re.compile(r"([•◦▪‣●○■□–—*·➢✓]|\(?(\d{1,3}|[a-z]|[ivx]{1,4})[.)])$")
_ENDS = re.compile(r"[.!?:;。！？][\"'”’)\]]*$")
_LARGER = 1.12  # times the size of the body: a heading
_LEADING = 1.4  # times the usual distance of lines: a new paragraph
_INDENT = 0.8  # sizes of the font
_BLANK = 0.25  # width of a blank, in sizes of the font
_RUN = 3  # lines below each other that show how wide their column is
_SHORT = 0.75  # of the width of the column: a line that ends early
_HEADING_CHARACTERS, _HEADING_LINES, _BOLD_CHARACTERS = 200, 3, 120


@dataclass(frozen=True)
class Look:
    """What the text of a document looks like: the size of its body, whether that is bold, and all larger sizes."""

    body: float
    bold: bool
    sizes: tuple[float, ...]  # the largest first


def pieces_of(pages: Sequence[Sequence[Line]]) -> Iterator[list[Piece]]:
    """The pieces of each page. What the body's size is, and which words there are, is asked of all pages.

    What runs above the text of a page comes first, then the text, its footnotes, and what runs below and beside it.
    """
    words = words_in(line.text for lines in pages for line in lines)
    body, bold = _body(pages)
    parts = list(parted(pages, body))
    grouped = [_groups(part.text) for part in parts]
    look = Look(body, bold, _sizes(grouped, body))
    pieces = leveled([_piece(group, look, words) for groups in grouped for group in groups])
    for part, groups in zip(parts, grouped, strict=True):
        yield [
            *_plain(part.above, words),
            *_with_cells([next(pieces) for _ in groups], groups),
            *_plain(part.notes, words),
            *_plain(part.around, words),
        ]


def _sizes(grouped: Sequence[Sequence[Sequence[Line]]], body: float) -> tuple[float, ...]:
    return tuple(
        sorted({_rounded(g[0].size) for groups in grouped for g in groups if _is_large(g, body)}, reverse=True)
    )


def _plain(lines: Sequence[Line], words: frozenset[str]) -> list[Piece]:
    """Lines beside the text as paragraphs: they are neither headings nor rows, however they look."""
    return [Piece("paragraph", clean(_joined(group, words))) for group in _groups(lines)]


def _with_cells(pieces: Sequence[Piece], groups: Sequence[Sequence[Line]]) -> list[Piece]:
    """The pieces, with their cells where they are rows. Rows that follow each other have the same columns."""
    done: list[Piece] = []
    for kind, together in groupby(zip(pieces, groups, strict=True), key=lambda pair: pair[0].kind):
        pairs = list(together)
        strips = strips_of([group[0] for _, group in pairs]) if kind == "table row" else []
        for piece, group in pairs:
            row = kind == "table row" and len(group) == 1
            done.append(Piece(kind, clean(CELL.join(cells_of(group[0], strips)))) if row else piece)
    return done


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
    reach = 0.0
    for line, ends in zip(lines, _reaches(lines), strict=True):
        if groups and not _begins(groups[-1], line, pitch, reach):
            groups[-1].append(line)
        else:
            groups.append([line])
        reach = ends
    return groups


def _reaches(lines: Sequence[Line]) -> list[float]:
    """How far right each line could go: to the edge of its column, or as far as its neighbours in a narrower one."""
    reaches: list[float] = []
    run: list[Line] = []
    for line in [*lines, None]:
        if line is None or (run and not _is_under(run[-1], line)):
            widest = max((line.right for line in run), default=0.0)
            reaches += [min(widest, line.edges[1]) if len(run) >= _RUN else line.edges[1] for line in run]
            run = []
        if line is not None:
            run.append(line)
    return reaches


def _is_under(before: Line, line: Line) -> bool:
    near = 0 < before.bottom - line.bottom < 2.5 * max(line.size, 1.0)
    return near and abs(line.left - before.left) < 3 * max(line.size, 1.0)


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance of one line to the next, in sizes of the font."""
    steps = [
        (before.bottom - line.bottom) / line.size
        for before, line in pairwise(lines)
        if line.size > 0 and before.region == line.region and 0.5 < (before.bottom - line.bottom) / line.size < 2.5
    ]
    return median(steps) if steps else 1.2


def _begins(group: Sequence[Line], line: Line, pitch: float, reach: float) -> bool:
    """Does `line` begin a new block after `group`, whose last line could go as far as `reach`?"""
    before, size = group[-1], max(line.size, 1.0)
    if not (before.sizes & line.sizes) or before.bold != line.bold or is_note(line):
        return True
    room = _had_room(before, line, reach)
    if _marked(line) and (room or not _goes_on(group, line)):
        return True
    if before.cells > 1 or line.cells > 1:
        return not (_marked(before) and before.cells == 2 and line.cells == 1)
    step = (before.bottom - line.bottom) / size
    if step < 0.3 or before.region != line.region:  # another column: a sentence may go on there
        return bool(_ENDS.search(before.text)) or (line.text[:1].isupper() and room)
    return step > _LEADING * pitch or _ends_early(before) or _is_indented(group, line, room)


def _marked(line: Line) -> bool:
    return len(line.words) > 1 and bool(_MARKER.match(line.words[0].text))


def _goes_on(group: Sequence[Line], line: Line) -> bool:
    """Is what looks like a marker the next word of a sentence, as in "paragraph / (i) of this rule"?"""
    before = group[-1]
    inside = not _marked(group[0]) and not _ENDS.search(before.text) and line.words[1].text[:1].islower()
    return inside and line.words[0].text[-1] in ".)" and line.left <= before.left + 0.3 * line.size


def _had_room(before: Line, line: Line, reach: float) -> bool:
    """Would the first word of `line` have fitted at the end of the line before it?"""
    first = line.words[0]
    return before.right + _BLANK * line.size + first.right - first.left < reach


def _ends_early(line: Line) -> bool:
    return _is_short(line) and bool(_ENDS.search(line.text))


def _is_short(line: Line) -> bool:
    left, right = line.edges
    return line.right < left + _SHORT * (right - left)


def _is_indented(group: Sequence[Line], line: Line, room: bool) -> bool:
    """The first line of a paragraph starts further right; a list item ends where a line goes back to its marker."""
    before, size = group[-1], max(line.size, 1.0)
    if _marked(group[0]):
        back = line.left < group[0].left + 0.3 * size and line.left < before.left - 0.3 * size
        return back and (len(group) > 1 or room or bool(_ENDS.search(before.text)))
    return line.left - before.left > _INDENT * size and before.left - line.edges[0] < 0.5 * size


def _piece(group: Sequence[Line], look: Look, words: frozenset[str]) -> Piece:
    text = clean(_joined(group, words))
    level = look.sizes.index(_rounded(group[0].size)) + 1 if _is_large(group, look.body) else 0
    if not level and not look.bold and _is_bold_heading(group, text):
        level = len(look.sizes) + 1
    if level and has_words(text):
        return Piece("heading", text, level)
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

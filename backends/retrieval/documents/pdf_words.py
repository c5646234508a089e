"""The words of a PDF page with their boxes, sizes and weight, line by line as the file has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Any, NamedTuple

_BOLD = re.compile(r"bold|black|heavy|demi|medi\b|cmbx|sfbx", re.IGNORECASE)
_LINE_ENDS = (10, 13)
_HYPHEN = 2  # PDFium's mark for a hyphen at the end of a line; it leaves the line's end out


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a blank between them. Coordinates are points from the lower left of the upright page."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float  # of the font, in points
    bold: bool

    @property
    def middle(self) -> float:
        """Half-way between left and right."""
        return (self.left + self.right) / 2


class _Character(NamedTuple):
    text: str
    at: int
    left: float
    right: float
    bottom: float
    top: float


def words_of(text: Any, page: Any) -> list[list[Word]]:
    """Lines of words of one page of pypdfium2 (its text page and the page), in the order of the file."""
    lines: list[list[Word]] = [[]]
    word: list[_Character] = []
    ended = False
    for character in _characters(text, page.get_rotation() // 90 % 4, page.get_size()):
        if character is None:
            ended = True
            continue
        wraps = bool(word) and (not _is_beside(word[-1], character) if ended else _is_below(word[-1], character))
        if word and (wraps or character.text.isspace()):
            lines[-1].append(_word(word, text))
            word = []
        if (wraps or (ended and not word)) and lines[-1]:
            lines.append([])
        ended = ended and character.text.isspace()
        if not character.text.isspace():
            word.append(character)
    if word:
        lines[-1].append(_word(word, text))
    return [line for line in lines if line]


def _characters(text: Any, turned: int, size: tuple[float, float]) -> Iterator[_Character | None]:
    """Every character; None for the end of a line."""
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    for at in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, at)
        if code in _LINE_ENDS:
            yield None
        elif code and raw.FPDFText_GetLooseCharBox(text, at, box):
            yield _Character("-" if code == _HYPHEN else chr(code), at, *_upright(box, turned, size))
            if code == _HYPHEN:
                yield None


def _upright(box: Any, turned: int, size: tuple[float, float]) -> tuple[float, float, float, float]:
    """Left, right, bottom and top on the page as it is shown: `turned` counts quarters, clockwise."""
    width, height = size
    if turned == 1:
        return box.bottom, box.top, height - box.right, height - box.left
    if turned == 2:
        return width - box.right, width - box.left, height - box.top, height - box.bottom
    if turned == 3:
        return width - box.top, width - box.bottom, box.left, box.right
    return box.left, box.right, box.bottom, box.top


def _is_below(before: _Character, after: _Character) -> bool:
    """Does `after` stand to the left and lower, on a line of its own that PDFium did not tell?"""
    if after.right >= before.left or after.text.isspace():
        return False
    return before.bottom - after.bottom > 0.7 * max(before.top - before.bottom, after.top - after.bottom)


def _is_beside(before: _Character, after: _Character) -> bool:
    """Does `after` touch `before`, so that there is no end of a line? A raised number looks like one to PDFium."""
    low, high = max(before.bottom, after.bottom), min(before.top, after.top)
    least = min(before.top - before.bottom, after.top - after.bottom)
    return high - low > 0.4 * least and abs(after.left - before.right) < 0.15 * least


def _word(characters: list[_Character], text: Any) -> Word:
    from pypdfium2 import raw

    first = characters[0].at
    matrix = raw.FS_MATRIX()
    scale = hypot(matrix.b, matrix.d) if raw.FPDFText_GetMatrix(text, first, matrix) else 1.0
    texts, _, lefts, rights, bottoms, tops = zip(*characters, strict=True)
    return Word(
        "".join(texts),
        min(lefts),
        max(rights),
        min(bottoms),
        max(tops),
        raw.FPDFText_GetFontSize(text, first) * scale,
        bool(_BOLD.search(_font(text, first))),
    )


def _font(text: Any, at: int) -> str:
    import ctypes

    from pypdfium2 import raw

    name = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(text, at, name, len(name), None)
    return name.value.decode("utf-8", "replace")

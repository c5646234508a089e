"""The words of a PDF page with their boxes, sizes and weight, line by line as the file has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Any, NamedTuple

_BOLD = re.compile(r"bold|black|heavy|demi|medi\b|cmbx|sfbx", re.IGNORECASE)
_LINE_ENDS = (10, 13)
_MARK = re.compile(r"(\d{1,3}|[*†‡§¶])[^\W\d_]")  # of a note, at the note itself
_RAISED = 0.8  # of the size of the text beside it: a raised number is smaller
_STEP, _RAISED_STEP = 0.7, 0.3  # heights that a new line is lower: any, and one that begins with a raised number
_FAR = 5.0  # heights to the left that no sentence jumps back inside a line
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


_BLANK = _Character(" ", -1, 0.0, 0.0, 0.0, 0.0)


def words_of(text: Any, page: Any) -> list[list[Word]]:
    """Lines of words of one page of pypdfium2 (its text page and the page), in the order of the file."""
    lines: list[list[Word]] = [[]]
    word: list[_Character] = []
    last: _Character | None = None
    ended = False
    fonts = _Fonts(text)
    for character in _characters(text, page.get_rotation() // 90 % 4, page.get_size()):
        if character is None:
            ended = True
            continue
        blank = character is _BLANK
        back = not blank and last is not None and (ended or character.left < last.left)
        wraps = back and last is not None and _wraps(last, character, ended and bool(word))
        if word and (wraps or blank):
            lines[-1] += _words(word, fonts)
            word = []
        if (wraps or (ended and not word)) and lines[-1]:
            lines.append([])
        if not blank:
            ended = False
            last = character
            word.append(character)
    if word:
        lines[-1] += _words(word, fonts)
    return [line for line in lines if line]


def _characters(text: Any, turned: int, size: tuple[float, float]) -> Iterator[_Character | None]:
    """Every character, `_BLANK` for one without ink, None for the end of a line."""
    from ctypes import byref

    from pypdfium2 import raw

    box, page = raw.FS_RECTF(), text.raw
    place, unicode_of, box_of = byref(box), raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    for at in range(text.count_chars()):
        code = unicode_of(page, at)
        if code in _LINE_ENDS:
            yield None
        elif code and chr(code).isspace():
            yield _BLANK
        elif code and box_of(page, at, place):
            edges = _upright(box, turned, size) if turned else (box.left, box.right, box.bottom, box.top)
            yield _Character("-" if code == _HYPHEN else chr(code), at, *edges)
            if code == _HYPHEN:
                yield None


def _upright(box: Any, turned: int, size: tuple[float, float]) -> tuple[float, float, float, float]:
    """Left, right, bottom and top on the page as it is shown: `turned` counts quarters, clockwise."""
    width, height = size
    if turned == 1:
        return box.bottom, box.top, height - box.right, height - box.left
    if turned == 2:
        return width - box.right, width - box.left, height - box.top, height - box.bottom
    return width - box.top, width - box.bottom, box.left, box.right


def _wraps(before: _Character, after: _Character, told: bool) -> bool:
    """Does a line end between them: `told` by PDFium and true, or not told?"""
    return not _is_beside(before, after) if told else _is_below(before, after)


def _is_below(before: _Character, after: _Character) -> bool:
    """Does `after` stand to the left and lower, on a line of its own that PDFium did not tell?

    The raised number of a note hangs between two lines, so far to the left less of a step is enough.
    """
    if after.right >= before.left:
        return False
    height = max(before.top - before.bottom, after.top - after.bottom)
    least = _STEP if before.left - after.right < _FAR * height else _RAISED_STEP
    return before.bottom - after.bottom > least * height


def _is_beside(before: _Character, after: _Character) -> bool:
    """Does `after` touch `before`, so that there is no end of a line? A raised number looks like one to PDFium."""
    low, high = max(before.bottom, after.bottom), min(before.top, after.top)
    least = min(before.top - before.bottom, after.top - after.bottom)
    return high - low > 0.4 * least and abs(after.left - before.right) < 0.15 * least


def _words(characters: list[_Character], fonts: _Fonts) -> list[Word]:
    """The characters as one word; as two where a note's small number stands directly before its first word."""
    mark = _MARK.match("".join(character.text for character in characters[:6]))
    at = mark.end(1) if mark else 0
    if at and fonts.size(characters[0].at) < _RAISED * fonts.size(characters[at].at):
        return [_word(characters[:at], fonts), _word(characters[at:], fonts)]
    return [_word(characters, fonts)]


def _word(characters: list[_Character], fonts: _Fonts) -> Word:
    texts, places, lefts, rights, bottoms, tops = zip(*characters, strict=True)
    first = places[0]
    size, bold = fonts.size(first), fonts.is_bold(first)
    return Word("".join(texts), min(lefts), max(rights), min(bottoms), max(tops), size, bold)


class _Fonts:
    """Size and weight of the characters of one page; the name of a font is looked at once."""

    def __init__(self, text: Any) -> None:
        import ctypes

        from pypdfium2 import raw

        self._raw, self._page = raw, text.raw
        self._matrix = raw.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._bold: dict[bytes, bool] = {}

    def size(self, at: int) -> float:
        """Points, as drawn: the size of the font times the scale of the text."""
        matrix = self._matrix
        scale = hypot(matrix.b, matrix.d) if self._raw.FPDFText_GetMatrix(self._page, at, matrix) else 1.0
        return float(self._raw.FPDFText_GetFontSize(self._page, at) * scale)

    def is_bold(self, at: int) -> bool:
        """Does the font's name say that it is heavy?"""
        self._name.value = b""
        self._raw.FPDFText_GetFontInfo(self._page, at, self._name, len(self._name), None)
        name = self._name.value
        if name not in self._bold:
            self._bold[name] = bool(_BOLD.search(name.decode("utf-8", "replace")))
        return self._bold[name]

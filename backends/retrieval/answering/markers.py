"""Citations as a language model writes them: finding them in a text and taking them out of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

WIDEST = 50  # passages that one range such as [1-3] can name: nothing is given more
HIGHEST = 200  # a bracket with higher numbers alone, such as a year, is no citation and stays
_DIGITS = r"[\d⁰¹²³⁴⁵⁶⁷⁸⁹]{1,6}"
_ONE = rf"(?:passages?\s*|#|\^)?[-−]?{_DIGITS}(?:\s*†[^\]】]{0, 80})?"
_LIST = rf"{_ONE}(?:\s*(?:,|;|&|and|[-–—])\s*{_ONE})*"
_LINK = r"(?:\((?:[a-z][a-z+.-]{1,15}:|#|/|www\.)[^()\s]{0,500}\))?"
MARKER = re.compile(rf"[ \t]*(?:\[\[\s*{_LIST}\s*\]\]|\[\s*{_LIST}\s*\]|【\s*{_LIST}\s*】){_LINK}", re.IGNORECASE)
_INDEXED = re.compile(r"(?:(?<!\w)[a-z]|_\w*)\Z")  # what stands before the index of a program's list: x[1], row_of[2]
_NUMBERS = re.compile(r"(\d+)(?:\s*(?:†[^,;\]】]*)?[-–—]\s*(?:passages?\s*|#|\^)?(\d+))?", re.IGNORECASE)
_NEGATIVE = re.compile(r"(?:^|[\[【,;])\s*[-−]\d")
_LINE_START = re.compile(r"(?:^|\n)[ \t>*+•-]*(?:\d+[.)][ \t]+)?\Z")


@dataclass(frozen=True)
class Marker:
    """A citation that stood at this place of the text without citations, and the passages that it names."""

    position: int
    numbers: tuple[int, ...]
    leads: bool  # it begins a line, so it belongs to what follows


def without_markers(text: str) -> tuple[str, tuple[Marker, ...]]:
    """A text without its citations, and what they were.

    >>> without_markers("Wings lift [1, 3]. [2-3] They bend.")
    ('Wings lift. They bend.', (Marker(position=10, numbers=(1, 3), leads=False),
    Marker(position=11, numbers=(2, 3), leads=False)))
    """
    pieces, markers, length, last = [], [], 0, 0
    for match in MARKER.finditer(text):
        numbers = numbers_of(match.group())
        if min(numbers) > HIGHEST or (match.group()[0] == "[" and _INDEXED.search(text[: match.start()][-40:])):
            continue
        piece = text[last : match.start()]
        pieces.append(piece)
        length += len(piece)
        leads = _LINE_START.search(text, 0, match.start()) is not None and text[match.end() :][:1] not in {"", "\n"}
        markers.append(Marker(length, numbers, leads))
        last = match.end()
    return "".join((*pieces, text[last:])), tuple(markers)


def numbers_of(marker: str) -> tuple[int, ...]:
    """The numbers that a citation names, each once and in its order; a range names all between its ends.

    >>> numbers_of("[2, 4-6]"), numbers_of("【3†notes.pdf】"), numbers_of("[passage 2 and 2]")
    ((2, 4, 5, 6), (3,), (2,))
    """
    found: dict[int, None] = {}
    inner = unicodedata.normalize("NFKC", re.split(r"[\]】]", marker)[0])
    if _NEGATIVE.search(inner):
        return (0,)  # which is no passage
    for first, last in _NUMBERS.findall(re.sub(r"†[^,;\]】]*", "", inner)):
        begin, end = int(first), int(last or first)
        found |= dict.fromkeys(range(begin, min(end, begin + WIDEST) + 1) if end > begin else (begin, end))
    return tuple(found)


def of_sentences(spans: Sequence[tuple[int, int]], text: str, markers: Sequence[Marker]) -> list[list[int]]:
    """For each of the sentences `spans` of `text` (without citations) the numbers that it cites.

    A citation behind the full stop belongs to the sentence before it, one that begins a line to what follows.
    """
    cited: list[list[int]] = [[] for _ in spans]
    for marker in markers:
        before = len(text[: marker.position].rstrip()) - 1
        behind = len(text) - len(text[marker.position :].lstrip())
        at = _index(spans, behind if marker.leads or before < 0 else before)
        if at is not None:
            cited[at] += [number for number in marker.numbers if number not in cited[at]]
    return cited


def _index(spans: Sequence[tuple[int, int]], position: int) -> int | None:
    """The sentence that holds a position, or the last one that begins before it."""
    holding = [at for at, (start, _) in enumerate(spans) if start <= position]
    return holding[-1] if holding else (0 if spans else None)

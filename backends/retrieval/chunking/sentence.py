"""Sentences as spans of a text, in many scripts and without a model.

A sentence ends at a closing mark (with the quotes and brackets that close behind it), at a blank line, and where a
heading, a list item or a table row of Markdown begins; a heading is a sentence of its own. A full stop does not end
one inside a number, after an abbreviation or an initial, nor before a small letter, unless a blank stands before it,
as in text that was cut into words, or a paragraph ends with it. A single capital is an initial only where a name can
stand: "0 °C.", "12 V." and "an S." end a sentence. Scripts without marks between sentences (Thai) are divided at
paragraphs alone.
"""

from __future__ import annotations

import re

from backends.retrieval.chunking.abbreviations import ALWAYS, BEFORE_LETTERS, BEFORE_NUMBERS, LETTERED, OPENERS
from backends.retrieval.chunking.graphemes import is_boundary

CLOSERS = "\"'”’»›)\\]}*_」』）】〉》〕"
LINE_STARTS = r"[^\S\n]*(?:[-*+•‣◦▪–]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z]\)\s|\#{1,6}\s|\|)"
ENDS = re.compile(
    rf"""
      \n[^\S\n]*\n\s*                                                       # a blank line
    | (?<![^\n])[^\S\n]{{0,3}}\#{{1,6}}[^\S\n][^\n]*\n\s*                   # the line of a heading
    | \n(?={LINE_STARTS})                                                   # what begins a line of its own
    | [。！？｡︒]++[{CLOSERS}]*+\s*                                          # marks that need no blank behind them
    | [।॥።॥။។།]++[{CLOSERS}]*+\s*
    | (?P<mark>(?<![.!?…؟۔])[.!?…؟۔]++)[{CLOSERS}]*+(?:\[\d{{1,3}}\])*+\s+  # marks that do
    """,
    re.VERBOSE,
)
WORD_BEFORE = re.compile(r"[^\W\d_](?:[^\W\d_]|\.(?=[^\W\d_]))*\Z")
WORD_AFTER = re.compile(r"[^\W\d_]+")
NUMBER_BEFORE = re.compile(r"(?:\A|\n)[^\S\n]*\(?\d{1,3}\Z")
CODE = re.compile(r"[(\[]|[^\W\d_]{0,6}[-–—/.]?\d")  # "5", "(2019)", "A320", "FAA–2020"
LETTER = re.compile(r"(?:[B-HJ-Z]|[IVXLC]{2,5})(?![\w'’])|[AI](?=[),;:.])")  # "B", "IV"; not the words "A" and "I"
NOT_A_NAME = re.compile(  # before a capital that is no initial; a year may stand before one
    rf"(?:(?<![\d.,])(?!(?:1[5-9]|20)\d\d\s)\d[\d.,]*\s?|[°/·^²³µ]|\b(?:{'|'.join(sorted(LETTERED))})\s)\Z",
    re.IGNORECASE,
)
CAMEL = re.compile(r"[^\W\d_]{1,2}[A-Z]")  # "nDCG", "pH": written so at the start of a sentence as well
BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
LOOK_BACK = 40  # characters: longer than any abbreviation


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans ``(start, end)`` that tile the text: blanks belong to the sentence before them, leading ones to the first.

    >>> text = "Dr. Wu measured 3.5 mm. Why? See fig. 2, e.g. the left side."
    >>> [text[start:end] for start, end in sentences(text)]
    ['Dr. Wu measured 3.5 mm. ', 'Why? ', 'See fig. 2, e.g. the left side.']
    >>> [len(sentences(text)) for text in ("", "没有。有！", "यह है। वह है।")]
    [0, 2, 2]
    """
    if not text:
        return []
    small = text == text.lower()
    ends = [m.end() for m in ENDS.finditer(text) if m["mark"] is None or _ends(text, m, small)]
    first = len(text) - len(text.lstrip())
    cuts = [end for end in ends if first < end < len(text) and is_boundary(text, end)]
    return list(zip([0, *cuts], [*cuts, len(text)], strict=True))


def _ends(text: str, match: re.Match[str], small: bool) -> bool:
    """Whether this mark ends a sentence. `small`: the text has no capitals, so that a small letter says nothing."""
    at, after = match.start("mark"), text[match.end() : match.end() + 1]
    if (at and text[at - 1].isspace()) or BLANK_LINE.search(match.group()):
        return True
    if after.islower() and not small and not CAMEL.match(text, match.end()):
        return False
    return match["mark"] != "." or not _goes_on(text, at, match.end())


def _goes_on(text: str, at: int, next_: int) -> bool:
    """Whether the full stop at `at` belongs to an abbreviation, an initial or the number of a list item."""
    before = text[max(0, at - LOOK_BACK) : at]
    found = WORD_BEFORE.search(before)
    if found is None:
        return NUMBER_BEFORE.search(before) is not None
    word = found.group().lower()
    if word in ALWAYS:
        return True
    if (word in BEFORE_NUMBERS and CODE.match(text, next_)) or (word in BEFORE_LETTERS and LETTER.match(text, next_)):
        return True
    following = WORD_AFTER.match(text, next_, next_ + LOOK_BACK)
    if following is None or following.group().lower() in OPENERS or not _is_initial(found.group()):
        return False
    return len(word) > 1 or not NOT_A_NAME.search(before[: found.start()])


def _is_initial(word: str) -> bool:
    """Whether a word is capitals with full stops between them: "J", "U.S"."""
    return all(len(letter) == 1 and letter.isupper() for letter in word.split("."))

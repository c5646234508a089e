"""Where a text can be cut without tearing apart what a reader sees as one character.

A grapheme cluster is a base and all that is drawn on it: letters with their marks, Devanagari conjuncts, syllables of
Hangul jamo, flags, emoji joined by U+200D. The rules follow Unicode Standard Annex 29; those for emoji are a little
wider (nothing is cut after a joiner, whatever stands around it).
"""

from __future__ import annotations

import unicodedata

JOINER = "\u200d"
VIRAMA_CLASS = 9  # canonical combining class of the sign that makes two consonants one conjunct
EXTENDING = frozenset("\u200c\u200d\u0e33\u0eb3\uff9e\uff9f")  # that their category does not give away
PREPENDED = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e")
REGIONS = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # two of these letters are a flag
LOOK_BACK = 10_000  # of them that are counted to find the pairs


def is_boundary(text: str, position: int) -> bool:
    r"""Whether a cut before ``text[position]`` leaves every grapheme cluster whole.

    >>> [is_boundary("e\u0301a", position) for position in range(4)]
    [True, False, True, True]
    """
    if not 0 < position < len(text):
        return True
    before, after = text[position - 1], text[position]
    if after < "\u0300" and before < "\u0300":
        return (before, after) != ("\r", "\n")
    if _extends(after) or before == JOINER or before in PREPENDED:
        return False
    if before in REGIONS and after in REGIONS:
        return _letters_before(text, position) % 2 == 0
    if unicodedata.combining(before) == VIRAMA_CLASS and unicodedata.category(after) == "Lo":
        return False
    return (_jamo(before), _jamo(after)) not in JAMO_PAIRS


def floor(text: str, position: int, low: int) -> int | None:
    """The last boundary in ``(low, position]``, None where a cluster fills all of that."""
    return next((at for at in range(position, low, -1) if is_boundary(text, at)), None)


def ceiling(text: str, position: int, high: int) -> int:
    """The first boundary in ``[position, high)``, or `high`."""
    return next((at for at in range(position, high) if is_boundary(text, at)), high)


def _extends(character: str) -> bool:
    """Whether a character is drawn on, or joins, the one before it."""
    return (
        unicodedata.category(character)[0] == "M"
        or character in EXTENDING
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # the colours of skin
        or "\U000e0020" <= character <= "\U000e007f"  # tags: the flags of regions
    )


def _letters_before(text: str, position: int) -> int:
    """How many letters of flags stand directly before a position."""
    before = text[max(0, position - LOOK_BACK) : position]
    return len(before) - len(before.rstrip(REGIONS))


JAMO_PAIRS = frozenset(
    (before, after)
    for before, followers in {"L": ("L", "V", "LV", "LVT"), "LV": "VT", "V": "VT", "LVT": "T", "T": "T"}.items()
    for after in followers
)


def _jamo(character: str) -> str:
    """The part of a Hangul syllable: leading consonant, vowel, trailing consonant, or several of them in one."""
    if "\u1100" <= character <= "\u115f" or "\ua960" <= character <= "\ua97c":
        return "L"
    if "\u1160" <= character <= "\u11a7" or "\ud7b0" <= character <= "\ud7c6":
        return "V"
    if "\u11a8" <= character <= "\u11ff" or "\ud7cb" <= character <= "\ud7fb":
        return "T"
    if "\uac00" <= character <= "\ud7a3":
        return "LV" if (ord(character) - 0xAC00) % 28 == 0 else "LVT"
    return ""

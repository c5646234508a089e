"""Words that a line's end divided, and whether the hyphen belongs to them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-\u2010\u00ad]$")
_FIRST = re.compile(r"[^\W\d_]+")
_DASHED = re.compile(r"\w[-\u2010\u2013\u2014]$")
_ADDRESS = re.compile(r"(?:https?://(?:\S*[/.=?&_-])?|\w@)$")  # one that a line's end divided
_IN_ADDRESS = frozenset("%/?&=#_~")  # signs that an address goes on with
_REACH = 200  # characters of a line that are looked at, so that the time is bounded
_LEAST = 3  # letters of a word that could stand alone on either side of a real hyphen


def words_in(lines: Iterable[str]) -> frozenset[str]:
    """All words of a text in small letters, compounds with their hyphens; those at the ends of lines are left out.

    >>> sorted(words_in(["A well-known per-", "son of note"]))
    ['a', 'note', 'of', 'son', 'well-known']
    """
    found: set[str] = set()
    for line in lines:
        divided = _LAST.search(line[-_REACH:])
        whole = line.removesuffix(divided.group()) if divided else line
        found.update(match.group().lower() for match in _WORD.finditer(whole))
    return frozenset(found)


def joined(before: str, after: str, words: frozenset[str]) -> str:
    """Two lines as one: a blank between them, or none where a word goes on.

    The hyphen goes when the text has the whole word elsewhere, or when nothing speaks for it. It stays when the text
    has the compound elsewhere, when both halves are words of their own in the text, and beside capitals.

    >>> text = words_in(["the conductor and a well-known long term"])
    >>> joined("the con-", "ductor", text), joined("a well-", "known one", text), joined("a long-", "term plan", text)
    ('the conductor', 'a well-known one', 'a long-term plan')
    >>> joined("FAA-", "approved", text), joined("pages 2018–", "2020", text), joined("one", "two", text)
    ('FAA-approved', 'pages 2018–2020', 'one two')
    """
    end, start = _LAST.search(before[-_REACH:]), _FIRST.match(after[:_REACH])
    if not end or not start:
        return before + after if _closes(before, after) else f"{before} {after}"
    if _is_one_word(end.group(1), start.group(), words):
        return before[:-1] + after
    return before.removesuffix("\u00ad") + after


def _closes(before: str, after: str) -> bool:
    """Is there no blank between two lines: after a dash in a range, in an address, and in Chinese and Japanese?"""
    if _ADDRESS.search(before[-_REACH:]) and (after[:1].isalnum() or after[:1] in _IN_ADDRESS):
        return True
    if _DASHED.search(before[-2:]) and after[:1].isalnum():
        return True
    return _is_unspaced(before[-1:]) and _is_unspaced(after[:1])


def _is_one_word(head: str, tail: str, words: frozenset[str]) -> bool:
    whole, compound = (head + tail).lower(), f"{head}-{tail}".lower()
    if whole in words:
        return True
    if compound in words or not tail.islower() or "-" in head or not (head.islower() or head.istitle()):
        return False
    alone = min(len(head), len(tail)) >= _LEAST and head.lower() in words and tail in words
    return not alone


def _is_unspaced(character: str) -> bool:
    """A character of a script without blanks: CJK ideographs, kana and their punctuation."""
    return bool(character) and ("\u2e80" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"
                                or "\uff00" <= character <= "\uff9f")  # fmt: skip

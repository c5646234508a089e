"""From text to the terms that lexical search compares, each with the characters it came from.

A term is a word in lower case, without its ending (Snowball) and without accents, so that "Réseaux" meets "reseau".
Scripts that put no spaces between words give overlapping pairs of characters instead.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from backends.errors import WorkbenchError
from backends.retrieval.search.stop_words import STOP_WORDS

NO_LANGUAGE = "none"  # takes off no endings
CACHED = 200_000  # words whose terms are kept; a large collection has about as many different ones
LONGEST_TERM = 64  # characters; what is longer is no word, and is cut

_MARKS = re.compile("[\u0300-\u036f]+")  # accents of Latin, Greek and Cyrillic; vowel signs of other scripts stay
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
)  # Thai, Lao, Burmese, Khmer, Japanese, Chinese, Korean


class Term(NamedTuple):
    """One term, and the span ``[start:end]`` of the text that it stands for."""

    start: int
    end: int
    stem: str


def terms(text: str, language: str = "english") -> list[Term]:
    """The terms of a text, in order.

    Numbers stay whole, and what is hyphenated counts as its parts; a code counts as a whole as well.

    >>> [term.stem for term in terms("Wings of the A-320: 3.5 m, in C++")]
    ['wing', 'of', 'the', 'a', '320', 'a320', '3.5', 'm', 'in', 'c++']
    >>> terms("東京都")
    [Term(start=0, end=2, stem='東京'), Term(start=1, end=3, stem='京都'), Term(start=2, end=3, stem='都')]

    The last of these, a single character, is what a search for "都" alone finds.
    """
    known(language)
    found: list[Term] = []
    for match in _pattern(text.isascii()).finditer(text):
        at = match.start()
        found.extend([Term(at + start, at + end, one) for start, end, one in _parts(match.group(), language)])
    return found


def analysed(text: str, language: str = "english") -> str:
    """The stems of a text, joined by spaces: what the full-text index holds.

    >>> analysed("Flows around swept wings")
    'flow around swept wing'
    """
    known(language)
    return " ".join([_stems(whole, language) for whole in _pattern(text.isascii()).findall(text)])


def query_terms(question: str, language: str = "english") -> tuple[str, ...]:
    """The different stems that a question looks for, in order; stop words only where there is nothing else.

    >>> query_terms("What is the lift of a wing?")
    ('lift', 'wing')
    >>> query_terms("To be or not to be")
    ('to', 'be', 'or', 'not')
    """
    found = terms(question, language)
    single = {term for before, term in pairwise(found) if _tail(before, term)}
    stems = dict.fromkeys(term.stem for term in found if term not in single)
    stopped = _stopped(language)
    return tuple(one for one in stems if one not in stopped) or tuple(stems)


def languages() -> tuple[str, ...]:
    """The languages whose word endings can be taken off, and "none"."""
    import Stemmer

    return (*Stemmer.algorithms(), NO_LANGUAGE)


@lru_cache(maxsize=64)
def known(language: str) -> str:
    """The language itself; raises WorkbenchError where its endings are not known."""
    if language not in languages():
        raise WorkbenchError(
            f"There are no word endings for the language {language!r}.", hint=f"Use one of {', '.join(languages())}."
        )
    return language


def is_unspaced(stem: str) -> bool:
    """Whether a term is of a script without spaces.

    >>> is_unspaced("都"), is_unspaced("a")
    (True, False)
    """
    return bool(_UNSPACED.fullmatch(stem))


@lru_cache(maxsize=CACHED)
def stem(word: str, language: str) -> str:
    """One word as a term.

    >>> stem("Flüsse", "german"), stem("ﬁns", "english")
    ('fluss', 'fin')
    """
    plain = word.lower() if word.isascii() else unicodedata.normalize("NFKC", word).casefold()
    plain = plain[:LONGEST_TERM]
    if language != NO_LANGUAGE:
        plain = _stemmer(language).stemWord(plain)
    return plain if plain.isascii() else _folded(plain)


def _folded(word: str) -> str:
    """Without accents. Endings are taken off first, because their rules know accents."""
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", word))) or word


@lru_cache(maxsize=CACHED)
def _stems(whole: str, language: str) -> str:
    return " ".join([term.stem for term in _parts(whole, language)])


@lru_cache(maxsize=CACHED)
def _parts(whole: str, language: str) -> tuple[Term, ...]:
    """The terms of what stands without a space: a word, a number, an acronym, what is hyphenated, an unspaced run."""
    if whole.endswith(("+", "#")):
        return (Term(0, len(whole), whole.casefold()),)
    if whole.endswith("."):
        return (Term(0, len(whole), stem(whole.replace(".", ""), language)),)
    parts = list(_PART.finditer(whole))
    found = [term for part in parts for term in _part(part.group(), part.start(), language)]
    if len(parts) > 1 and any(len(part.group()) == 1 or part.group()[-1].isdigit() for part in parts):
        found.append(Term(0, len(whole), stem("".join(part.group() for part in parts), language)))
    return tuple(found)


def _part(part: str, start: int, language: str) -> Iterator[Term]:
    if part[0].isdigit():
        part, end = _GROUPS.sub("", part), start + len(part)
        yield Term(start, end, stem(part, language))
        return
    at = 0
    for run in _UNSPACED.finditer(part):
        if run.start() > at:
            yield Term(start + at, start + run.start(), stem(part[at : run.start()], language))
        yield from _pairs(run.group(), start + run.start())
        at = run.end()
    if at < len(part):
        yield Term(start + at, start + len(part), stem(part[at:], language))


def _pairs(run: str, start: int) -> Iterator[Term]:
    for at in range(len(run)):
        pair = run[at : at + 2]
        yield Term(start + at, start + at + len(pair), stem(pair, NO_LANGUAGE))


def _tail(before: Term, term: Term) -> bool:
    """Whether a term is the last character of a run whose pairs are there."""
    return term.end - term.start == 1 and before.start == term.start - 1 and before.end == term.end


_PART = re.compile(r"\d+(?:[.,]\d+)+|[^-‐‑]+")
_GROUPS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")  # 1,000 meets 1000


@lru_cache(maxsize=2)
def _pattern(ascii_only: bool) -> re.Pattern[str]:
    """What stands without a space. Words of many scripts hold marks, which are no letters for `re`."""
    letter = "[a-zA-Z0-9]" if ascii_only else f"(?:[^\\W_]|[{_mark_ranges()}])"
    part = rf"(?:\d+(?:[.,]\d+)+|{letter}+)"
    acronym = r"(?:[^\W\d_]\.){2,}"
    return re.compile(rf"{acronym}|[^\W\d_](?:\+\+|#)(?!\w)|{part}(?:[-‐‑]{part})*")


def _mark_ranges() -> str:
    """All characters that combine with the one before, as ranges of a character class."""
    marks = [code for code in range(0x300, 0x20000) if unicodedata.category(chr(code)).startswith("M")]
    starts = [code for code in marks if code - 1 not in set(marks)]
    ends = [code for code in marks if code + 1 not in set(marks)]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))


@lru_cache(maxsize=64)
def _stopped(language: str) -> frozenset[str]:
    """The terms of the language's stop words."""
    return frozenset(term.stem for term in terms(STOP_WORDS.get(language, ""), language))


_local = threading.local()


def _stemmer(language: str) -> Any:
    """This thread's stemmer: one must not be used by two threads at once."""
    import Stemmer

    kept: dict[str, Any] = _local.__dict__
    if language not in kept:
        kept[language] = Stemmer.Stemmer(language, 0)  # 0: words are kept by `stem`
    return kept[language]

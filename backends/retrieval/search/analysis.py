"""From text to the terms that lexical search compares, each with the characters it came from.

A term is a word in lower case, without its ending (Snowball) and without accents, so that "Réseaux" meets "reseau".
Scripts that put no spaces between words give single characters and overlapping pairs instead.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from backends.errors import WorkbenchError
from backends.retrieval.search.stop_words import STOP_WORDS

ANALYSIS = 2  # raised when the same text gets other terms: what is in an index is then to be analysed anew
NO_LANGUAGE = "none"  # takes off no endings
CACHED = 200_000  # words whose terms are kept; a large collection has about as many different ones
LONGEST_TERM = 64  # characters; what is longer is no word, and is cut
LONGEST_CACHED = 24  # characters of what is kept: longer runs hardly come again, and have many terms each

OWN_ACCENTS = {  # letters that the rules for endings know; others are foreign there. No row: the rules know all accents
    "english": "",
    "porter": "",
    NO_LANGUAGE: "",
    "danish": "åæø",
    "german": "äöü",
    "norwegian": "åæø",
    "swedish": "åäö",
}
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
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
    >>> terms("東京")
    [Term(start=0, end=1, stem='東'), Term(start=0, end=2, stem='東京'), Term(start=1, end=2, stem='京')]
    """
    known(language)
    found: list[Term] = []
    for match in _pattern(text.isascii()).finditer(text):
        at = match.start()
        found.extend([Term(at + start, at + end, one) for start, end, one in _parts(match.group(), language)])
    return found


def words(text: str) -> list[str]:
    """The words of a text in lower case, with their endings and accents; numbers and the like are left out.

    >>> words("Élèves of 1970, l'A-320")
    ['élèves', 'of', 'l', 'a']
    """
    plain = unicodedata.normalize("NFC", text).lower()
    found = (part for whole in _pattern(plain.isascii()).findall(plain) for part in _PART.findall(whole))
    return [word for word in found if not word[0].isdigit()]


def occurrences(text: str, stems: Collection[str], language: str = "english") -> list[Term]:
    """Those of the terms of a text that are among `stems`, in order.

    >>> occurrences("The wing lifts", {"lift"})
    [Term(start=9, end=14, stem='lift')]
    """
    known(language)
    found: list[Term] = []
    for match in _pattern(text.isascii()).finditer(text):
        for start, end, one in _parts(match.group(), language):
            if one in stems:
                found.append(Term(match.start() + start, match.start() + end, one))
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
    unspaced = [term for term in found if _UNSPACED.fullmatch(question, term.start, term.end)]
    paired = {at for term in unspaced if term.end - term.start == 2 for at in (term.start, term.start + 1)}
    needless = {term for term in unspaced if term.end - term.start == 1 and term.start in paired}
    stems = dict.fromkeys(term.stem for term in found if term not in needless)
    stopped = stop_terms(language)
    return tuple(one for one in stems if one not in stopped) or tuple(stems)


@lru_cache(maxsize=64)
def stop_terms(language: str) -> frozenset[str]:
    """The terms of the language's stop words; none where there is no list of them."""
    return frozenset(term.stem for term in terms(STOP_WORDS.get(language, ""), language))


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


@lru_cache(maxsize=CACHED)
def stem(word: str, language: str) -> str:
    """One word as a term.

    >>> stem("Flüsse", "german"), stem("ﬁns", "english"), stem("Résumés", "english")
    ('fluss', 'fin', 'resum')
    """
    plain = word.lower() if word.isascii() else _without_foreign_accents(word, language)
    plain = plain[:LONGEST_TERM]
    if language != NO_LANGUAGE:
        plain = _stemmer(language).stemWord(plain)
    return plain if plain.isascii() else _folded(plain)


def _without_foreign_accents(word: str, language: str) -> str:
    """In lower case, without accents that would keep the rules from an ending: English knows "resume", not "résumé"."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    if language not in OWN_ACCENTS:
        return plain
    return "".join(sign if sign in OWN_ACCENTS[language] else _folded(sign) for sign in plain)


@lru_cache(maxsize=CACHED)
def _folded(word: str) -> str:
    """Without accents. The language's own ones go after the endings, whose rules know them."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", word.translate(_LETTERS)))
    return unicodedata.normalize("NFC", bare) or word


def _stems(whole: str, language: str) -> str:
    return _kept_stems(whole, language) if _comes_again(whole) else _joined(_cut(whole, language))


def _parts(whole: str, language: str) -> tuple[Term, ...]:
    return _kept_parts(whole, language) if _comes_again(whole) else _cut(whole, language)


def _comes_again(whole: str) -> bool:
    """Whether it is worth keeping: a word, and not a run without spaces, of which nearly each is another one."""
    return len(whole) <= LONGEST_CACHED and (whole.isascii() or not _UNSPACED.search(whole))


@lru_cache(maxsize=CACHED)
def _kept_stems(whole: str, language: str) -> str:
    return _joined(_cut(whole, language))


@lru_cache(maxsize=CACHED)
def _kept_parts(whole: str, language: str) -> tuple[Term, ...]:
    return _cut(whole, language)


def _joined(parts: tuple[Term, ...]) -> str:
    return " ".join([term.stem for term in parts])


def _cut(whole: str, language: str) -> tuple[Term, ...]:
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
    """Every character, for a question of one alone, and every two that stand together."""
    for at, sign in enumerate(run):
        yield Term(start + at, start + at + 1, stem(sign, NO_LANGUAGE))
        if at + 1 < len(run):
            yield Term(start + at, start + at + 2, stem(run[at : at + 2], NO_LANGUAGE))


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
    marks = {code for code in range(0x300, 0x20000) if unicodedata.category(chr(code)).startswith("M")}
    starts = sorted(code for code in marks if code - 1 not in marks)
    ends = sorted(code for code in marks if code + 1 not in marks)
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))


_local = threading.local()


def _stemmer(language: str) -> Any:
    """This thread's stemmer: one must not be used by two threads at once."""
    import Stemmer

    kept: dict[str, Any] = _local.__dict__
    if language not in kept:
        kept[language] = Stemmer.Stemmer(language, 0)  # 0: words are kept by `stem`
    return kept[language]

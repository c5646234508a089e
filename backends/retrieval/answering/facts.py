"""What a sentence claims that a change of one word would make false: numbers, units, names, negations, directions.

English, and for numbers and capitalised names most European languages. Found by patterns, without a parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from backends.retrieval.answering.quantities import Quantity, quantities
from backends.retrieval.chunking.sentence import sentences
from backends.retrieval.search.analysis import Term, stop_terms, terms

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_WORD_OR_CODE = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_QUOTES = " \t\n\"'“”‘«([-*•"
_TOKEN = re.compile(r"[^\W_]+(?:['’\-.][^\W_]+)*|[.,;:!?()\n]")
_CODE = re.compile(r"\b(?=\w*\d)(?=\w*[^\W\d_])[\w\-]+\b")
_ADVERBIAL = frozenset({"in", "at", "on", "during", "since", "until", "near"})  # what follows can move in a sentence
_LINKS = frozenset({"from", "to", "by", "with", "of", "for", "against", "under"})  # they tell the part of what follows
_NEGATOR_WORDS = """
    not no never none neither nor without cannot hardly scarcely rarely seldom nobody nothing lacks lacked lack
    fails failed fail refuses refused denies denied stopped absent unable nicht kein keine keinen nie niemals
    ohne ne pas jamais sans aucun aucune nunca sin ningún ninguna non mai senza não sem niet geen nooit zonder
"""
_NEGATORS = frozenset(_NEGATOR_WORDS.split())
_NEGATION_REACH = 3  # content words after a negator that it negates, at most to the end of the clause


class Name(NamedTuple):
    """A word of a name, and the word before it, which says its part: "to Oslo"."""

    stem: str
    before: str = ""

    @property
    def part(self) -> str:
        """The preposition that says its part, "" for none."""
        return self.before if self.before in _LINKS else ""

    @property
    def adverbial(self) -> bool:
        """Whether it tells where or when, so that it may stand anywhere."""
        return self.before in _ADVERBIAL


@dataclass(frozen=True)
class Facts:
    """What can be compared of a sentence. All words are stems."""

    stems: frozenset[str]  # of all words
    content: frozenset[str]  # without stop words
    sequence: tuple[str, ...]  # the content words in order
    numbers: frozenset[str]  # in one way of writing: "1,200" and "1200" are the same
    units: frozenset[tuple[str, str]]  # number and unit, where one stands after or before it
    names: tuple[Name, ...]  # words with a capital within a sentence, and codes such as "A320", in order
    opening: str  # the first word where it is capitalised as every first word is, "" for none
    negated: frozenset[str]  # content words within the reach of a negator


@lru_cache(maxsize=4_096)
def facts(text: str, language: str = "english") -> Facts:
    """Everything comparable of a text.

    >>> said = facts("In Oslo the 1,200 guests did not leave.")
    >>> said.numbers, [name.stem for name in said.names], sorted(said.negated)
    (frozenset({'1200'}), ['oslo'], ['leav'])
    """
    found = list(terms(text, language))
    numbers = quantities(text)
    sequence = _sequence(found, numbers, language)
    names, opening = _names(text, language)
    return Facts(
        stems=frozenset(term.stem for term in found),
        content=frozenset(sequence),
        sequence=sequence,
        numbers=frozenset(number.value for number in numbers),
        units=frozenset((number.value, number.unit) for number in numbers if number.unit),
        names=names,
        opening=opening,
        negated=_negated(text, language),
    )


def _sequence(found: list[Term], numbers: list[Quantity], language: str) -> tuple[str, ...]:
    """The content words in order, numbers in one way of writing."""
    within = {place for number in numbers for place in range(number.start, number.end)}
    placed = [(number.start, number.value) for number in numbers]
    placed += [(term.start, term.stem) for term in found if term.start not in within]
    return tuple(stem for _, stem in sorted(placed) if stem not in stop_terms(language))


def _names(text: str, language: str) -> tuple[tuple[Name, ...], str]:
    """The names, and the word that opens the text where its capital says nothing."""
    spans = [(start, text[start:end]) for start, end in sentences(text)]
    starts = {start + len(piece) - len(piece.lstrip(_QUOTES)) for start, piece in spans}
    found, opening = [], ""
    words = list(_WORD_OR_CODE.finditer(text))
    for before, match, after in zip([None, *words], words, [*words[1:], None], strict=False):
        word = match.group()
        code = bool(_CODE.fullmatch(word))
        if not code and (not word[0].isupper() or len(word) < 2 or _stem(word, language) in stop_terms(language)):
            continue
        opens = match.start() in starts and word[1:].islower()
        if code or not opens or _continues(text, match, after, language):
            found.append(Name(_stem(word, language), before.group().lower() if before else ""))
        elif not opening and match.start() == min(starts):
            opening = word
    return tuple(found), opening


def _continues(text: str, match: re.Match[str], after: re.Match[str] | None, language: str) -> bool:
    """Whether a first word is the first part of a name of several words, as "Anna" in "Anna Lind"."""
    if after is None or not after.group()[0].isupper() or text[match.end() : after.start()] != " ":
        return False
    return _stem(after.group(), language) not in stop_terms(language)


def _stem(word: str, language: str) -> str:
    found = terms(re.sub(r"['’]s$", "", word), language)
    return found[-1].stem if found else word.casefold()


def _negated(text: str, language: str) -> frozenset[str]:
    """Content words shortly after a negator, within its clause."""
    negated: set[str] = set()
    reach = 0
    for match in _TOKEN.finditer(text):
        word = match.group().lower().replace("’", "'")
        if word in ".;:!?()\n,":
            reach = 0
        elif word in _NEGATORS or word.endswith("n't"):
            reach = _NEGATION_REACH
        elif reach and (found := {term.stem for term in terms(word, language)} - stop_terms(language)):
            negated |= found
            reach -= 1
    return frozenset(negated)

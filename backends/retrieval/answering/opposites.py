"""Words that exclude each other: a sentence with the one is not said by a text with the other."""

from __future__ import annotations

import itertools
from functools import lru_cache

from backends.retrieval.answering.facts import Facts
from backends.retrieval.search.analysis import terms

_PAIRS = """
    increase rise rose risen grow grew grown gain raise / decrease fall fell fallen shrink lose lost reduce drop decline
    more / less fewer
    higher / lower
    before / after
    above / below
    open / close shut
    first / last
    always / never
    all every / none no
    success succeed / failure fail
    hot / cold
    warm / cool
    allow permit / forbid prohibit ban
    accept approve / reject refuse
    left / right
    large larger largest big bigger / small smaller smallest
    long longer / short shorter
    win won / lose lost
    early earlier earliest / late later latest
    north northern / south southern
    east eastern / west western
    true / false
    enable / disable
    include / exclude
    start begin began / end finish
    maximum most / minimum least
    safe / dangerous unsafe
    rich / poor
    strong / weak
    fast faster quickly / slow slower slowly
    positive / negative
    add / remove
    upper / lower
    possible / impossible
    legal / illegal
    old older oldest / new newer newest young younger youngest
    required mandatory compulsory / optional voluntary
    inside / outside
    heavier heavy / lighter light
    better best / worse worst
    public / private
    cheap cheaper / expensive
    male / female
    morning / evening
    summer / winter
    hard harder / easy easier
    stable / unstable
"""


def opposed(said: Facts, known: Facts, language: str = "english") -> bool:
    """Whether one text has a word where the other has its opposite.

    That is: the other text does not have the word at all, or both say them of the same word. What is negated is left
    out, so that "does not rise" is no opposite of "falls".

    >>> from backends.retrieval.answering.facts import facts
    >>> opposed(facts("Prices rise."), facts("Prices fall while wages rise."))
    True
    >>> opposed(facts("Wages rise."), facts("Prices fall while wages rise."))
    False
    """
    return any(
        _excluded(said, known, one, other)
        for first, second in _opposites(language)
        for one, other in ((first, second), (second, first))
    )


def _excluded(said: Facts, known: Facts, one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether `said` has one side of a pair where `known` has the other side."""
    ours, theirs = one & said.stems - said.negated, other & known.stems - known.negated
    if not ours or not theirs:
        return False
    if not one & known.stems and not other & said.stems:
        return True
    of_ours = {of for of, word in _neighbours(said) if word in ours}
    of_theirs = {of for of, word in _neighbours(known) if word in theirs}
    also = {of for of, word in _neighbours(known) if word in one}
    return bool(of_ours & of_theirs - also)


def _neighbours(of: Facts) -> set[tuple[str, str]]:
    """Content words and the one that follows each."""
    return set(itertools.pairwise(of.sequence))


@lru_cache(maxsize=8)
def _opposites(language: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Both sides of every pair, as stems."""
    lines = [line.split("/") for line in _PAIRS.strip().splitlines()]
    return tuple((_stems(first, language), _stems(second, language)) for first, second in lines)


def _stems(words: str, language: str) -> frozenset[str]:
    return frozenset(term.stem for term in terms(words, language))

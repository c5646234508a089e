"""The language that a text is in, told by its stop words: about every third word of running prose is one.

Only languages with a list of stop words can be told, each of which has rules for endings. Of related ones, such as
Danish and Norwegian, most stop words are the same: so two languages are compared by the words that one of them has.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from backends.retrieval.search.analysis import words
from backends.retrieval.search.stop_words import STOP_WORDS

LOOKED_AT = 20_000  # characters, the first ones
SHARE = 0.18  # of a text's words that are stop words of its language, at the least
FEWEST = 3  # different stop words, at the least
LEAD = 2  # as many words that only this language has as of those that only another has


def guess_language(text: str) -> str | None:
    """The language of a text, by the names that `analysis.languages` has; None for one that cannot be told.

    >>> guess_language("Die Häuser der Bürger sind schön, und die Straße nach Köln ist gesperrt.")
    'german'
    >>> guess_language("Total 300") is None
    True
    """
    counts = Counter(words(text[:LOOKED_AT]))
    found = {language: _held(counts, stop) for language, stop in _lists().items()}
    best = max(found, key=lambda language: found[language].total())
    if len(found[best]) < FEWEST or found[best].total() < SHARE * counts.total():
        return None
    return best if all(_leads(best, other, found) for other in found if other != best) else None


def _held(counts: Counter[str], stop: frozenset[str]) -> Counter[str]:
    """How often a text has each of these words."""
    return Counter({word: count for word, count in counts.items() if word in stop})


def _leads(best: str, other: str, found: dict[str, Counter[str]]) -> bool:
    own = sum(count for word, count in found[best].items() if word not in found[other])
    its = sum(count for word, count in found[other].items() if word not in found[best])
    return own > LEAD * its


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    return {language: frozenset(listed.split()) for language, listed in STOP_WORDS.items()}

"""Levels that are the same word in different spellings, and near-spellings that are probably slips."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets.recipe import Step
from backends.datasets.wording import agreeing, number_of
from backends.profiling.alerts.evidence import Evidence, Pool
from backends.profiling.alerts.rule import Finding, Rule, cut, quoted

TIMES = 20  # how many times more frequent the right spelling is than a slip
Gate = tuple[int, str, tuple[str, ...]]
WORD = 5  # letters from which on one slip is looked for …
CHANGED = 7  # … in which a letter may be another one …
LONG = 10  # … and in which there may be two slips
_BETWEEN = r"[\s_.\-/'’,]+"


def spelling_keys(texts: pa.Array) -> pa.Array:
    """What is left of texts without case, accents, blanks and punctuation between words or at the ends.

    Signs that may mean something stay: + - < = # at the ends, and all between digits.

    >>> spelling_keys(pa.array(["New-York ", "new york", "Café", "A-", "1.5", "1-5"])).to_pylist()
    ['new york', 'new york', 'cafe', 'a-', '1.5', '1-5']
    """
    keys, letter = pc.utf8_lower(texts), "[a-z]"
    if not pc.all(pc.string_is_ascii(texts), min_count=0).as_py():
        keys, letter = pc.replace_substring_regex(pc.utf8_normalize(keys, form="NFKD"), r"\p{Mn}+", ""), r"\pL"
    for before, after in ((letter, rf"{letter}|\d"), (letter, rf"{letter}|\d"), (r"\d", letter)):
        keys = pc.replace_substring_regex(keys, rf"({before}){_BETWEEN}({after})", r"\1 \2")
    return pc.utf8_trim(pc.replace_substring_regex(keys, r"\s+", " "), " .,;:\t\n")


def near(one: str, other: str) -> bool:
    """Whether two words are probably the same one, slipped on the keyboard.

    One letter is missing, too many or exchanged with its neighbour, in words of five letters or more, or wrong, in
    words of seven or more; two letters are, in words of ten or more. The first letter is right (so is the last
    where two are wrong), and neither word is the other with an ending, as "Nigerian" is.

    >>> near("chicago", "chciago"), near("electronic", "eletronnic"), near("nigeria", "nigerian"), near("item", "itme")
    (True, True, False, False)
    """
    short, long = sorted((one, other), key=len)
    if len(short) < WORD or short[0] != long[0] or long.startswith(short):
        return False
    if len(short) == len(long) < CHANGED and sorted(short) != sorted(long):
        return False
    twice = len(short) >= LONG and short[-1] == long[-1]
    return 0 < _distance(short, long) <= 1 + twice


def _distance(one: str, other: str) -> int:
    """Letters to insert, delete, change or exchange with a neighbour (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]


def _same_word(e: Evidence) -> Iterator[Finding]:
    pool = e.pool
    compared = np.flatnonzero(_compared(e, pool)) if len(pool.texts) else ()
    if not len(compared):
        return
    keys = spelling_keys(pool.texts.take(pa.array(compared))).dictionary_encode().indices.to_numpy()
    own = pool.owner[compared] * len(compared) + keys
    _, group, sizes = np.unique(own, return_inverse=True, return_counts=True)
    spelt = np.full(len(pool.texts), -1)
    spelt[compared[sizes[group] > 1]] = group[sizes[group] > 1]
    for name, at in pool.columns(spelt >= 0):
        renames = [pair for one in np.unique(spelt[at]) for pair in _into_first(pool.take(at[spelt[at] == one]))]
        yield _merged(e, name, renames, f"differ from another one of {name!r} only in case, accents or signs")


def _compared(e: Evidence, pool: Pool) -> np.ndarray:
    """Texts of categories, and of columns of text in which values repeat."""
    kinds = np.array([e.values.column(name).kind for name in pool.names])
    looked = (kinds == "category") | ((kinds == "text") & (pool.rows() > pool.levels()))
    return looked[pool.owner] & pool.whole


def _into_first(spellings: list[str]) -> list[tuple[str, str]]:
    """Every spelling but the most frequent one, with that one."""
    return [(spelling, spellings[0]) for spelling in spellings[1:]]


def _near_word(e: Evidence) -> Iterator[Finding]:
    pool = e.pool
    if not len(pool.texts):
        return
    most = np.zeros(len(pool.names), dtype=np.int64)
    np.maximum.at(most, pool.owner, pool.counts)
    category = np.array([e.values.column(name).kind == "category" for name in pool.names], dtype=bool)
    unequal = category[pool.owner] & (most[pool.owner] >= TIMES * pool.counts) & pool.whole
    suspects = {name for name, _ in pool.columns(unequal)}
    for name, at in pool.columns(category[pool.owner] & pool.whole):
        if name in suspects and (renames := _slips(pool, at)):
            have = agreeing(len(renames), "looks", "look")
            yield _merged(e, name, renames, f"{have} like a slip in a much more frequent one of {name!r}")


def _slips(pool: Pool, at: np.ndarray) -> list[tuple[str, str]]:
    """Rare levels with the frequent one that they differ from by a slip in one word."""
    texts, counts = pool.texts.take(pa.array(at)).to_pylist(), pool.counts[at].tolist()
    words = [key.split() for key in spelling_keys(pa.array(texts)).to_pylist()]
    frequent = _gates(words, [i for i, count in enumerate(counts) if count >= TIMES])
    rare = _gates(words, [i for i, count in enumerate(counts) if count * TIMES <= max(counts)])
    right: dict[int, int] = {}
    for gate in rare.keys() & frequent.keys():
        for i, j in _alike(words, gate[0], rare[gate], frequent[gate]):
            if counts[j] >= TIMES * counts[i] and counts[j] > counts[right.get(i, i)]:
                right[i] = j
    return [(texts[i], texts[j]) for i, j in sorted(right.items())]


def _gates(words: list[list[str]], levels: list[int]) -> dict[Gate, list[int]]:
    """Levels by what has to be equal when one long word holds a slip: its place, its first letter, all other words."""
    found: dict[Gate, list[int]] = defaultdict(list)
    for i in levels:
        for place, word in enumerate(words[i]):
            if len(word) >= WORD and word.isalpha():
                found[place, word[0], (*words[i][:place], *words[i][place + 1 :])].append(i)
    return found


def _alike(words: list[list[str]], place: int, rare: list[int], frequent: list[int]) -> Iterator[tuple[int, int]]:
    """Rare and frequent levels whose words at this place are near.

    Two words that are a slip apart are equal once a letter of each is left out (two, for two slips), so only words
    with such a remainder in common are compared.
    """
    worn: dict[str, set[int]] = defaultdict(set)
    for j in frequent:
        for rest in _worn(words[j][place]):
            worn[rest].add(j)
    for i in rare:
        word = words[i][place]
        met = {j for rest in _worn(word) for j in worn.get(rest, ())}
        yield from ((i, j) for j in sorted(met) if near(word, words[j][place]))


def _worn(word: str) -> Iterator[str]:
    """A word, and what is left of it without one letter or, where it is long, two."""
    yield word
    for gone in range(1, 2 + (len(word) >= LONG)):
        for places in combinations(range(1, len(word)), gone):
            yield "".join(letter for at, letter in enumerate(word) if at not in places)


def _merged(e: Evidence, name: str, renames: list[tuple[str, str]], how: str) -> Finding:
    levels = e.pool.samples.get(name, "")
    told = ", ".join(f"{quoted(old)} for {quoted(new)}" for old, new in renames[:3])
    left = f" and {len(renames) - 3:,} more" if len(renames) > 3 else ""
    found = f"{number_of(len(renames), 'level')} {how}: {told}{left}."
    examples = tuple(cut(text) for pair in renames[:5] for text in pair)
    steps = (Step("merge_levels", (name,), renames=tuple(renames)),)
    return Finding((name,), found, len(renames), steps, examples, levels)


RULES = (
    Rule(
        "spellings",
        "One level in several spellings",
        "Levels are equal but for case, accents, and blanks or punctuation between words.",
        "medium",
        "One group is counted as several: each has fewer rows, and every share and chart of it is wrong.",
        "Merge the spellings into the most frequent one.",
        _same_word,
    ),
    Rule(
        "near_spellings",
        "Levels that may be slips",
        f"In a word of at least {WORD} letters, one letter is missing, too many or in the wrong place (from {CHANGED} "
        f"on also wrong, from {LONG} on two), and the right spelling is at least {TIMES} times as frequent.",
        "low",
        "A mistyped level is one of its own: too rare to learn from, and missing where it belongs.",
        "Look at each pair: names of places and people can be neighbours by nature. Merge those that are slips.",
        _near_word,
    ),
)

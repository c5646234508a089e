"""Passages that say nearly the same as one that is shown already, such as a page that is in two documents.

A passage is a near-duplicate of an earlier one when both are the same but for case, space and punctuation, or when the
earlier one holds nine tenths of its runs of three words (shingles; Broder, "On the resemblance and containment of
documents", 1997) and the numbers in it. Numbers have to agree because a table's rows, or two years' reports, differ in
little else. So two short passages, and rows of a table, are only compared whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SHINGLE = 3  # words
HELD = 0.9  # share of a passage's shingles that an earlier one holds
SHORTEST = 20  # words, below which only the whole counts
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Sketch:
    """What of a passage is compared."""

    words: tuple[str, ...]
    shingles: frozenset[tuple[str, ...]]  # none where only the whole counts
    numbers: frozenset[str]


def sketch(text: str, whole: bool = False) -> Sketch:
    """The sketch of a passage; `whole` for one that is only compared whole.

    >>> sketch("A b, 3 c!").words
    ('a', 'b', '3', 'c')
    """
    words = tuple(_WORD.findall(text.casefold()))
    runs = range(len(words) - SHINGLE + 1) if len(words) >= SHORTEST and not whole else range(0)
    shingles = frozenset(words[at : at + SHINGLE] for at in runs)
    return Sketch(words, shingles, frozenset(word for word in words if any(sign.isdigit() for sign in word)))


def repeats(later: Sketch, earlier: Sketch) -> bool:
    """Whether `earlier` says nearly all that `later` says.

    >>> repeats(sketch("Lift, drag."), sketch("lift  DRAG"))
    True
    >>> repeats(sketch("Lift was 3."), sketch("Lift was 4."))
    False
    """
    if later.words == earlier.words:
        return bool(later.words)
    if not later.shingles or not later.numbers <= earlier.numbers:
        return False
    return len(later.shingles & earlier.shingles) >= HELD * len(later.shingles)

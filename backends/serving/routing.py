"""Which version answers: the champion (a newest one while there is none), one by its number, or one of a split."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from math import inf, log
from typing import Literal

Way = Literal["champion", "newest", "version", "split", "shadow"]


@dataclass(frozen=True)
class Choice:
    """The version that answers, the way it was chosen, and the version that runs along unseen."""

    number: int
    way: Way
    shadow: int | None = None


def by_weight(split: Iterable[tuple[int, float]], name: str, sticky: str | None = None) -> int:
    """One of the versions of a split, each as often as its weight says.

    With a `sticky` key (a person, a session) the same key always gets the same version: by weighted rendezvous
    hashing (Thaler & Ravishankar 1998; weights after Schindelhauer & Schomaker 2005) the version of the largest
    -weight / ln(u) wins, where u in (0, 1) is made from the BLAKE2b hash of the model's name, the version and the
    key. Each version's u is its own, so that changing one weight moves only the keys which that version gains or
    loses. Without a key it is drawn at random. Versions of weight 0 get nothing.

    >>> by_weight([(1, 90), (2, 10)], "churn", "ann") == by_weight([(1, 90), (2, 10)], "churn", "ann")
    True
    >>> by_weight([(1, 0), (2, 10)], "churn")
    2
    """
    some = [(number, weight) for number, weight in split if weight > 0]
    if sticky is None:
        [number] = random.choices([number for number, _ in some], [weight for _, weight in some])
        return number
    return max(some, key=lambda one: _score(one[1], uniform(name, one[0], sticky)))[0]


def uniform(name: str, number: int, sticky: str) -> float:
    """A number in (0, 1) that depends on these three alone and looks random: 53 bits of a hash.

    Lengths go into the hash, so that no two triples are the same text.
    """
    text = f"{len(name)}:{name}:{number}:{sticky}".encode("utf-8", "surrogatepass")
    bits = int.from_bytes(blake2b(text, digest_size=8).digest(), "big") >> 11
    return (bits + 0.5) / 2**53


def _score(weight: float, u: float) -> float:
    below = -log(u)
    return weight / below if below else inf

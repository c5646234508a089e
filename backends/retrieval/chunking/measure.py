"""How many tokens of the embedding model any slice of a text holds, from one tokenisation of the whole."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np

LONGEST_TOKEN = 24  # characters; what is longer is no word of a vocabulary but an unknown one taken whole
UNKNOWN_CHARACTERS = 4  # of such a word that count as one token, about what a token of English has
SILENT_CHARACTERS = 64  # in a row that belong to no token (blanks, marks that are stripped) and count as one


@dataclass(frozen=True)
class Measure:
    """Counts the tokens between two positions of a text by bisection.

    Some models read a word that they do not know as one token, however long it is: a page of Thai, or a picture in
    base 64, would be a chunk of a few tokens. Such a token counts as one for every four characters, and a long run
    without any token as one for every 64, so that a budget of tokens is one of characters too.

    >>> measure = Measure.of("a cat sat", np.array([[0, 1], [2, 5], [6, 9]]))
    >>> measure.count(0, 9), measure.count(2, 6), measure.reach(0, 2), measure.back(9, 1)
    (3, 1, 6, 6)
    """

    starts: list[int]
    ends: list[int]
    length: int

    @classmethod
    def of(cls, text: str, spans: np.ndarray) -> Measure:
        """From the tokens' spans: integers (tokens, 2) in order; several tokens may share a character."""
        given = np.asarray(spans, dtype=np.int64).reshape(-1, 2)
        given = given[given[:, 1] > given[:, 0]]
        starts, ends = _cut_up(given[:, 0], given[:, 1], LONGEST_TOKEN, UNKNOWN_CHARACTERS)
        silent_from = np.concatenate([[0], np.maximum.accumulate(ends)]).astype(np.int64)
        silent_to = np.append(starts, len(text)).astype(np.int64)
        long = silent_to - silent_from > SILENT_CHARACTERS
        more = _cut_up(silent_from[long], silent_to[long], SILENT_CHARACTERS, SILENT_CHARACTERS)
        starts, ends = np.concatenate([starts, more[0]]), np.concatenate([ends, more[1]])
        order = np.lexsort((ends, starts))
        return cls(starts[order].tolist(), ends[order].tolist(), len(text))

    def count(self, start: int, end: int) -> int:
        """Tokens of which a part lies in ``[start, end)``."""
        return max(0, bisect_left(self.starts, end) - bisect_right(self.ends, start))

    def reach(self, start: int, tokens: int) -> int:
        """The last position up to which there are at most `tokens` tokens from `start` on."""
        beyond = bisect_right(self.ends, start) + tokens
        return self.starts[beyond] if beyond < len(self.starts) else self.length

    def back(self, end: int, tokens: int) -> int:
        """The start of the token from which on there are at most `tokens` tokens up to `end`."""
        first = bisect_left(self.starts, end) - tokens
        if first <= 0:
            return 0
        return min(end, max(self.starts[first], self.ends[first - 1])) if first < len(self.starts) else end


def _cut_up(starts: np.ndarray, ends: np.ndarray, longest: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Spans in which those longer than `longest` are cut into spans of `step` characters."""
    pieces = np.where(ends - starts > longest, -(-(ends - starts) // step), 1)
    nth = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    from_ = np.repeat(starts, pieces) + nth * step
    to = np.where(nth == np.repeat(pieces, pieces) - 1, np.repeat(ends, pieces), from_ + step)
    return from_, to

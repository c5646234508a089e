"""The words of a passage that a question asks for."""

from __future__ import annotations

from collections.abc import Iterable

from backends.retrieval.search.analysis import Term


def marks(found: Iterable[Term]) -> tuple[tuple[int, int], ...]:
    """Spans of the terms that were found in a text, in order; those that overlap or touch are one.

    >>> from backends.retrieval.search.analysis import occurrences
    >>> marks(occurrences("The wing lifts; winged flight.", {"wing", "lift"}))
    ((4, 8), (9, 14), (16, 22))
    >>> marks(occurrences("東京都", {"東京", "京都"}))
    ((0, 3),)
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted((term.start, term.end) for term in found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)

"""The words of a passage that a question asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from backends.retrieval.search.analysis import Term


def marks(found: Iterable[Term], stems: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Spans of the terms of a text that are among `stems`, in order; those that overlap or touch are one.

    >>> from backends.retrieval.search.analysis import terms
    >>> marks(terms("The wing lifts; winged flight."), {"wing", "lift"})
    ((4, 8), (9, 14), (16, 22))
    >>> marks(terms("東京都"), {"東京", "京都"})
    ((0, 3),)
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted((term.start, term.end) for term in found if term.stem in stems):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)

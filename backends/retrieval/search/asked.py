"""What can be asked: a question and options that make sense, or a WorkbenchError that says what does not."""

from __future__ import annotations

import math

from backends.errors import WorkbenchError
from backends.retrieval.search.hit import MODES, SearchOptions

LONGEST_QUESTION = 10_000  # characters
MOST_HITS = 1_000
MOST_CANDIDATES = 5_000
_WHOLE = (("k", 1, MOST_HITS), ("candidates", 1, MOST_CANDIDATES), ("rrf_k", 0, 10_000), ("feedback", 0, 100))
_WEIGHTS = ("dense_weight", "lexical_weight", "feedback_weight")


def checked_question(question: str) -> str:
    """The question without white space around it.

    >>> checked_question(" why? ")
    'why?'
    >>> checked_question(" ")
    Traceback (most recent call last):
    backends.errors.WorkbenchError: The question is empty. Type a question.
    """
    asked = question.replace("\x00", " ").strip()
    if not asked:
        raise WorkbenchError("The question is empty.", hint="Type a question.")
    if len(asked) > LONGEST_QUESTION:
        raise WorkbenchError(
            f"The question has {len(asked):,} characters.", hint=f"Ask with at most {LONGEST_QUESTION:,}."
        )
    return asked


def check_options(options: SearchOptions) -> None:
    """Raise WorkbenchError for an option out of its range."""
    if options.mode not in MODES:
        raise WorkbenchError(f"There is no way of searching {options.mode!r}.", hint=f"Use one of {', '.join(MODES)}.")
    for name, least, most in _WHOLE:
        value = getattr(options, name)
        if not least <= value <= most:
            raise WorkbenchError(f"{name} is {value}.", hint=f"Set it to a whole number from {least} to {most:,}.")
    for name in _WEIGHTS:
        value = getattr(options, name)
        if not (math.isfinite(value) and value >= 0):
            raise WorkbenchError(f"{name} is {value}.", hint="Set it to zero or a larger number.")
    if options.mode == "hybrid" and not options.dense_weight and not options.lexical_weight:
        raise WorkbenchError("Both weights are 0, so nothing is searched.", hint="Set one of them above 0.")

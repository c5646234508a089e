"""Which options of a collection make sense."""

from __future__ import annotations

import math

from backends.errors import WorkbenchError
from backends.retrieval.index.records import CollectionOptions


def checked_options(options: CollectionOptions) -> CollectionOptions:
    """The options themselves. Raises WorkbenchError for values that make no sense."""
    from backends.retrieval.search.analysis import known
    from backends.retrieval.search.hit import MODES

    known(options.language)
    size = options.size
    weights = (options.dense_weight, options.lexical_weight)
    ranked = (*weights, options.feedback_weight)
    threshold = 0.0 if options.threshold is None else options.threshold
    most, ways = size.tokens // 2, ", ".join(MODES)
    rules = (  # what is so, what is said where it is not, and the way out
        (16 <= size.tokens <= 8_192, f"Passages of {size.tokens} tokens are", "Use 16 to 8,192 tokens."),
        (0 <= size.overlap <= most, f"An overlap of {size.overlap} tokens is", f"At most half of the passage: {most}."),
        (options.mode in MODES, f"A search by {options.mode!r} is", f"Use one of {ways}."),
        (all(math.isfinite(one) and one >= 0 for one in ranked), f"The weights {ranked} are", "Use 0 or more."),
        (any(weights), f"The weights {weights} are", "One of them has to be above 0."),
        (1 <= options.k <= 100, f"{options.k} hits are", "Use 1 to 100."),
        (0 <= threshold <= 1, f"The threshold {options.threshold} is", "Use a number from 0 to 1."),
    )
    for fine, what, hint in rules:
        if not fine:
            raise WorkbenchError(f"{what} not possible.", hint=hint)
    return options

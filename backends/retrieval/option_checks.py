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
    threshold = 0.0 if options.threshold is None else options.threshold
    rules = {
        f"Passages of {size.tokens} tokens are not possible.": 16 <= size.tokens <= 8_192,
        f"An overlap of {size.overlap} tokens is not possible.": 0 <= size.overlap <= size.tokens // 2,
        f"There is no way of searching {options.mode!r}.": options.mode in MODES,
        f"The weights {weights} are not possible.": all(math.isfinite(w) and w >= 0 for w in weights) and any(weights),
        f"{options.k} hits are not possible.": 1 <= options.k <= 100,
        f"The threshold {options.threshold} is not possible.": 0 <= threshold <= 1,
    }
    wrong = next((message for message, fine in rules.items() if not fine), None)
    if wrong is not None:
        raise WorkbenchError(
            wrong,
            hint="Passages have 16 to 8,192 tokens, of which they share up to half; weights are 0 or more and not both "
            f"0; the ways are {', '.join(MODES)}; hits are 1 to 100; the threshold is 0 to 1.",
        )
    return options

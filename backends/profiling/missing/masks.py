"""Where values are missing, as one array per column that has gaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from backends.profiling.values import Values

WORD = 64  # columns per number of a row's pattern


def gaps_of(values: Values) -> dict[str, np.ndarray]:
    """The columns with missing values, in table order, and where they are missing, (rows,) bool."""
    full = {np.dtype(kind) for kind in ("int64", "bool")}  # these cannot hold a missing value
    dtypes = values.dataset.frame.dtypes
    masks = {
        name: values.missing(name)
        for name, dtype in zip(values.dataset.schema.names, dtypes.to_numpy(), strict=True)
        if dtype not in full
    }
    return {name: mask for name, mask in masks.items() if mask.any()}


def pattern_ids(masks: Sequence[np.ndarray], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """The pattern of each row (which columns are missing in it), as (rows,) numbers, and the first row of each.

    >>> pattern_ids([np.array([True, False, True])], 3)[0].tolist()
    [0, 1, 0]
    """
    ids = np.zeros(rows, dtype=np.int64)
    for start in range(0, len(masks), WORD):
        word = np.zeros(rows, dtype=np.uint64)
        for bit, mask in enumerate(masks[start : start + WORD]):
            word[mask] |= np.uint64(1) << np.uint64(bit)
        numbers, words = pd.factorize(word)
        ids = pd.factorize(ids * len(words) + numbers)[0] if start else numbers
    example = np.zeros(int(ids.max(initial=-1)) + 1, dtype=np.intp)
    example[ids[::-1]] = np.arange(rows)[::-1]  # the first row of a pattern is written last
    return ids, example


def rows_both(masks: Sequence[np.ndarray]) -> np.ndarray:
    """The number of rows in which both columns of a pair are missing, (k, k) int64."""
    both = np.zeros((len(masks), len(masks)), dtype=np.int64)
    packed = [np.packbits(mask) for mask in masks]
    for first, bits in enumerate(packed):
        for second in range(first + 1):
            shared = int(np.bitwise_count(bits & packed[second]).sum(dtype=np.int64))
            both[first, second] = both[second, first] = shared
    return both

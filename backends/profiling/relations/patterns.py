"""Columns that are equal, or equal but for the names of their levels, found without comparing pairs.

Each column gets a key: the numbers of its levels in the order of their first rows. Two columns are one under
other names exactly where these agree. A column that hardly repeats a value goes by its values instead: all such
columns are numbered alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from hashlib import blake2b

import numpy as np
import pandas as pd

from backends.profiling.budget import Sample
from backends.profiling.relations.columns import DISTINCT_SHARE, LEVELS, QUANTITIES, codes_of, is_text, numbers_of
from backends.profiling.values import Values

STEP = 512  # columns of numbers looked at together
FAMILIES = {"number": "number", "integer": "number", "datetime": "date", "boolean": "boolean"}  # others hold text


def same_patterns(values: Values, names: Sequence[str], sample: Sample) -> Iterator[tuple[str, str, bool]]:
    """Pairs (earlier column, later column, whether they are equal in every row) with one key on the sampled rows.

    Equality is checked on all rows. A pair that is not equal is one to one on the sample; it is given beside the
    first column of its kind. Columns of one value in every row are left out.
    """
    keys = _keys(values, names, sample)
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for name in names:
        groups[keys[name]].append(name)
    for key, members in groups.items():
        if len(members) > 1:
            yield from _within(values, members, by_levels=isinstance(key, bytes))


def identical(values: Values, first: str, second: str) -> bool:
    """Whether two columns are equal in every row, missing values included; 1 equals 1.0, but no text, date or truth.

    Whole numbers are compared as such, however large.
    """
    if _family(values, first) != _family(values, second):
        return False
    if _family(values, first) == "text":
        one, two = (values.texts(name) for name in (first, second))
        return np.array_equal(one.codes, two.codes) and one.levels.equals(two.levels)
    missing = values.missing(first)
    if not np.array_equal(missing, values.missing(second)):
        return False
    one_known, two_known = (values.dataset.frame[name][~missing].to_numpy() for name in (first, second))
    return np.array_equal(one_known, two_known)


def one_to_one(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether each code of one column always meets the same code of the other, over the rows where both are present.

    >>> one_to_one(np.array([0, 1, 2, -1]), np.array([1, 2, 0, 0]))
    True
    """
    both = (first >= 0) & (second >= 0)
    pairs = first[both].astype(np.int64) << 32 | second[both]
    sizes = [len(pd.unique(codes)) for codes in (pairs, first[both], second[both])]
    return sizes[0] == sizes[1] == sizes[2]


def _keys(values: Values, names: Sequence[str], sample: Sample) -> dict[str, Hashable]:
    quantities = [name for name in names if values.column(name).kind in QUANTITIES]
    keys: dict[str, Hashable] = {}
    for start in range(0, len(quantities), STEP):
        block = quantities[start : start + STEP]
        matrix = numbers_of(values, block, sample) + 0.0  # -0.0 equals 0.0
        ordered = np.sort(matrix, axis=1)
        many = (ordered[:, 1:] > ordered[:, :-1]).sum(axis=1) >= DISTINCT_SHARE * sample.rows
        for name, numbers, repeats in zip(block, matrix, ~many, strict=True):
            keys[name] = pd.factorize(numbers)[0].tobytes() if repeats else (_family(values, name), numbers.tobytes())
    return keys | {name: _level_key(values, name, sample) for name in names if name not in keys}


def _level_key(values: Values, name: str, sample: Sample) -> Hashable:
    codes = sample.take(codes_of(values, name)[0])
    numbered, distinct = pd.factorize(np.where(codes < 0, np.nan, codes))  # -1 stands for missing again
    if len(distinct) < DISTINCT_SHARE * sample.rows:
        return numbered.tobytes()
    return _family(values, name), numbered.tobytes()


def _within(values: Values, members: list[str], by_levels: bool) -> Iterator[tuple[str, str, bool]]:
    """The pairs of a group: each later column with an equal one, else (where levels were compared) with the first."""
    varying = [name for name in members if not (by_levels and _one_value(values, name))]
    unlike: dict[Hashable, list[str]] = defaultdict(list)  # columns that equal no earlier one
    for name in varying:
        alike = unlike[_digest(values, name)]
        earlier = next((other for other in alike if identical(values, other, name)), None)
        if earlier is not None:
            yield earlier, name, True
            continue
        alike.append(name)
        if by_levels and name != varying[0]:
            yield varying[0], name, False


def _digest(values: Values, name: str) -> Hashable:
    """The same for equal columns, and seldom for others: made from all rows, and the first levels of text."""
    if _family(values, name) == "text":
        texts = values.texts(name)
        return blake2b(texts.codes.tobytes()).digest(), len(texts.levels), tuple(texts.levels[:LEVELS].to_pylist())
    numbers = values.numbers(name) + 0.0
    return _family(values, name), blake2b(np.where(np.isnan(numbers), np.nan, numbers).tobytes()).digest()


def _family(values: Values, name: str) -> str:
    """What a column's values can be equal to."""
    kind = values.column(name).kind
    if kind == "identifier":
        return "text" if is_text(values, name) else "number"
    return FAMILIES.get(kind, "text")


def _one_value(values: Values, name: str) -> bool:
    """Whether every row is the same, missing values included."""
    codes, _ = codes_of(values, name)
    return not len(codes) or bool((codes == codes[0]).all())

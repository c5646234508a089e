"""Columns of words and of yes and no: counted by their distinct values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc

from backends.datasets.preparation import spellings
from backends.profiling.facts.numeric import TOPS, Item
from backends.profiling.facts.order import most_frequent
from backends.profiling.facts.result import Part
from backends.profiling.values import Texts, Values


def describe_texts(values: Values, items: Sequence[Item]) -> Part:
    """The facts of columns of text: each distinct value is looked at once and weighs as often as it occurs."""
    part = Part([item.position for item in items])
    rows = []
    for item in items:
        texts = values.texts(item.name)
        chosen = most_frequent(texts.counts, TOPS)
        top = tuple(zip(texts.levels.take(chosen).to_pylist(), texts.counts[chosen].tolist(), strict=True))
        part.tops[item.name] = top
        mode, count = top[0] if top else ("", 0)
        rows.append((len(texts.codes) - int(texts.counts.sum()), len(texts.levels), mode, count, *_lengths(texts)))
    names = ("missing", "distinct", "mode", "mode_count", "length_min", "length_mean", "length_max", "blank")
    part.figures = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return part


def _lengths(texts: Texts) -> tuple[float, float, float, int]:
    """Shortest, mean and longest length in characters, and how many values are blank."""
    if not len(texts.levels):
        return np.nan, np.nan, np.nan, 0
    lengths = pc.utf8_length(texts.levels).to_numpy()
    blank = pc.utf8_is_space(texts.levels).to_numpy(zero_copy_only=False) | (lengths == 0)
    mean = float(lengths @ texts.counts) / float(texts.counts.sum())
    return float(lengths.min()), mean, float(lengths.max()), int(texts.counts[blank].sum())


def describe_booleans(values: Values, items: Sequence[Item]) -> Part:
    """The facts of columns of yes and no, which are told in the file's own words."""
    part = Part([item.position for item in items])
    rows = []
    for item in items:
        absent = item.series.isna().to_numpy()
        answers = item.series[~absent].to_numpy(dtype=np.bool_)
        yes = int(np.count_nonzero(answers))
        counted = [(True, yes), (False, len(answers) - yes)]
        if len(answers) and not answers[0]:
            counted.reverse()
        spelt = spellings(values.column(item.name))
        top = tuple((spelt[level], count) for level, count in sorted(counted, key=lambda pair: -pair[1]) if count)
        part.tops[item.name] = top
        rows.append((len(absent) - len(answers), len(top), *(top[0] if top else ("", 0))))
    names = ("missing", "distinct", "mode", "mode_count")
    part.figures = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return part

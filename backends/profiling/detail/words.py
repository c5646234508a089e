"""The words that a column of text is made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from backends.profiling.budget import Budget, Sample
from backends.profiling.facts.order import most_frequent
from backends.profiling.values import Texts

MOST = 30
LETTERS = 3  # a word has at least so many
CHARACTERS_PER_SECOND = 4_000_000
LEAST = 100  # rows of a sample: long texts say much each
BETWEEN = r"[^\p{L}\p{M}]+"  # what separates words: all but letters and the accents that stand by themselves


def sample_for_words(texts: Texts, mean_length: float, budget: Budget) -> Sample:
    """The rows whose words are counted, given the mean number of characters in a row."""
    characters = 1 if np.isnan(mean_length) else int(mean_length) + 1
    return budget.sample(len(texts.codes), characters, CHARACTERS_PER_SECOND, least=LEAST)


def count_words(texts: Texts, sample: Sample) -> pd.DataFrame:
    """The most frequent words, lower-cased: columns word, count (occurrences), rows (that hold it).

    A word is a run of at least three letters of any script; digits and signs separate words. Equally frequent
    words stand in the order of the file. Each distinct text is split once.
    """
    codes = sample.take(texts.codes)
    weights = np.bincount(codes[codes >= 0], minlength=len(texts.levels))
    used = np.flatnonzero(weights)
    lists = pc.split_pattern_regex(pc.utf8_lower(texts.levels.take(pa.array(used))), pattern=BETWEEN)
    found = lists.flatten().dictionary_encode()
    word = found.indices.to_numpy()
    weight = weights[used][pc.list_parent_indices(lists).to_numpy()]
    counts = np.bincount(word, weights=weight, minlength=len(found.dictionary)).astype(np.int64)
    counts[pc.utf8_length(found.dictionary).to_numpy() < LETTERS] = 0
    chosen = most_frequent(counts, MOST)
    chosen = chosen[counts[chosen] > 0]
    rows = _rows_with(chosen, word, pc.list_parent_indices(lists).to_numpy(), weights[used])
    names = pd.array(found.dictionary.take(pa.array(chosen)).to_pylist(), dtype="str")
    return pd.DataFrame({"word": names, "count": counts[chosen], "rows": rows})


def _rows_with(chosen: np.ndarray, word: np.ndarray, text: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """In how many rows each of the `chosen` words occurs: `word[i]` stands in text `text[i]` of `weights` rows."""
    place = np.full(int(word.max(initial=-1)) + 1, -1)
    place[chosen] = np.arange(len(chosen))
    kept = place[word] >= 0
    pairs = np.unique(text[kept].astype(np.int64) * max(len(chosen), 1) + place[word[kept]])
    texts, words = np.divmod(pairs, max(len(chosen), 1))
    return np.bincount(words, weights=weights[texts], minlength=len(chosen)).astype(np.int64)

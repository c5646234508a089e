"""In how many ways the numbers or dates of a column of text are written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets import dates, numbers
from backends.datasets.schema import Kind
from backends.profiling.alerts.evidence import Pool

LEAST = 0.1  # share of a column's values that a way of writing has to have
TRIED = 300  # different values on which it is tried whether a way can be read
_LARGE_DAY = r"(?:1[3-9]|2\d|3[01])"

# What texts have in common that are written alike: each pattern (RE2) becomes its sign, one after the other.
_DATES = (
    (r"[A-Za-z]{4,}\.?", "B"),
    (r"[A-Za-z]{3}\.?", "b"),
    (r"[T ]\s?\d{1,2}:\d{2}.*$", "~"),
    (rf"^{_LARGE_DAY}([-/.])\d{{1,2}}([-/.])", r"D\1M\2"),
    (rf"^\d{{1,2}}([-/.]){_LARGE_DAY}([-/.])", r"M\1D\2"),
    (r"\d{4}", "Y"),
    (r"\d+", "9"),
)
_NUMBERS = (
    (r"^.*%\D*$", "%"),
    (r"^.*,(?:\d{1,2}|\d{4,})\D*$", ","),
    (r"^.*\.(?:\d{1,2}|\d{4,})\D*$", "."),  # three digits behind a mark may be thousands
    (r"^.*\d.*$", "9"),
)
_SIGNS: dict[Kind, tuple[tuple[tuple[str, str], ...], dict[int, int]]] = {
    "datetime": (_DATES, str.maketrans("DM", "99")),
    "number": (_NUMBERS, str.maketrans(",.", "99")),
}


@dataclass(frozen=True)
class Way:
    """One way of writing: how many rows use it, and the positions in the pool of texts that show it clearly."""

    rows: int
    texts: np.ndarray


def signs(texts: pa.Array, kind: Kind) -> pa.Array:
    """What is left of dates or numbers when all that changes from one to the next is taken out.

    >>> signs(pa.array(["2020-01-02", "31/01/2020", "01/02/2020", "2 May 2020 10:30"]), "datetime").to_pylist()
    ['Y-9-9', 'D/M/Y', '9/9/Y', '9 b Y~']
    >>> signs(pa.array(["57,5", "76.25", "1,250", "8 %"]), "number").to_pylist()
    [',', '.', '9', '%']
    """
    for pattern, sign in _SIGNS[kind][0]:
        texts = pc.replace_substring_regex(texts, pattern, sign)
    return texts


def ways(pool: Pool, at: np.ndarray, kind: Kind) -> list[Way]:
    """The ways in which the dates or numbers at these positions are written, the most frequent first.

    Each is that of a tenth of the rows or more, and can be read. Texts that fit several ways, as 01/02/2020 does,
    are those of the one that is clear from the others; where two are, they count for none.
    """
    coded = signs(pc.utf8_trim_whitespace(pool.texts.take(pa.array(at))), kind).dictionary_encode()
    codes = coded.indices.to_numpy()
    rows = np.bincount(codes, weights=pool.counts[at], minlength=len(coded.dictionary))
    total = rows.sum()
    _settle(coded.dictionary.to_pylist(), rows, kind)
    order = np.argsort(-rows, kind="stable")
    found = [Way(int(rows[code]), at[codes == code]) for code in order[rows[order] >= LEAST * total]]
    return [way for way in found if readable(pool, way.texts, kind)]


def _settle(names: list[str], rows: np.ndarray, kind: Kind) -> None:
    """Give the rows of unclear signs to the clear ones that they may stand for."""
    alike: dict[str, list[int]] = defaultdict(list)
    for code, name in enumerate(names):
        alike[name.translate(_SIGNS[kind][1])].append(code)
    for code, name in enumerate(names):
        clear = sorted((other for other in alike.get(name, ()) if other != code), key=lambda other: -rows[other])
        if not clear:
            continue
        if len(clear) == 1 or rows[clear[1]] < LEAST * rows[clear[0]]:
            rows[clear[0]] += rows[code]
        rows[code] = 0


def readable(pool: Pool, at: np.ndarray, kind: Kind) -> bool:
    """Whether one way of writing fits at least nine tenths of the texts, so that they can be read as this kind.

    As for the table's reader, words without a digit do not count where they are all that speaks against it.
    """
    picked = np.sort(at)[np.linspace(0, len(at) - 1, min(len(at), TRIED)).astype(int)]
    sample = pc.utf8_trim_whitespace(pool.texts.take(pa.array(picked))).to_pylist()
    return _fits(sample, kind) or _fits([text for text in sample if any(map(str.isdigit, text))], kind)


def _fits(sample: list[str], kind: Kind) -> bool:
    if kind == "datetime":
        return bool(sample and dates.date_formats(sample))
    formats = numbers.number_formats(sample, "", None) if sample else []
    return bool(formats) and bool(numbers.parse_numbers(pa.array(sample), formats[0]).valid.mean() >= 0.9)

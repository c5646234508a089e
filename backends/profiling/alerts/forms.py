"""Columns of text whose values are, wholly or in part, numbers or dates."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa

from backends.datasets import dates, numbers
from backends.datasets.cells import CURRENCY
from backends.datasets.describe import percentage
from backends.datasets.recipe import Step
from backends.datasets.schema import Kind
from backends.datasets.wording import number_of
from backends.profiling.alerts.evidence import Evidence
from backends.profiling.alerts.rule import Finding, Rule, cut, some

MOSTLY = 0.8  # share of the values that are numbers (or dates) in a column of numbers
PARTLY = 0.1
LEAST = 20  # values
_DIGITS = r"[.]?\d[\d.,'’ \x{a0}\x{202f}]*(?:[eE][+-]?\d+)?"
_NUMBER = rf"^\s*\(?[+-]?\s?[{CURRENCY}]?\s?[+-]?{_DIGITS}\s?[%{CURRENCY}]?\)?\s*$"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = (
    r"(?i)^\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}[ -]{_MONTH}[ ,-]{{1,2}}\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}})(?:[T ]\s?\d{{1,2}}:\d{{2}}.*)?\s*$"
)
_CODE = r"^[+-]?0\d|^[+-]?\d{19}"  # a zero in front, or too many digits: a name, no amount
NOUNS: tuple[tuple[Kind, str], ...] = (("number", "numbers"), ("datetime", "dates"))
_CLASSES = 3  # different numbers from which on they are more than names of a few classes


def _fitting(e: Evidence, kind: Kind) -> Iterator[tuple[str, np.ndarray, np.ndarray, float]]:
    """Columns of text with values that read like this kind: the texts that do, those that do not, their share."""
    pool = e.pool
    codes = pool.levels(pool.matching(_CODE)) > 0
    dated = pool.matching(_DATE)
    like = dated if kind == "datetime" else pool.matching(_NUMBER) & ~dated
    fitting, rows = pool.rows(like), pool.rows()
    share = fitting / np.maximum(rows, 1)
    enough = (share >= PARTLY) & (rows >= LEAST) & (pool.levels(like) >= _CLASSES)
    if kind == "number":
        enough &= ~codes
    for at in np.flatnonzero(enough & (pool.levels(~like) > 0)).tolist():
        name = pool.names[at]
        if e.values.column(name).kind == "identifier" or e.decided(name):
            continue
        own = np.flatnonzero(pool.owner == at)
        yield name, own[like[own]], own[~like[own]], float(share[at])


def _stored(e: Evidence, kind: Kind, noun: str) -> Iterator[Finding]:
    for name, like, unlike, share in _fitting(e, kind):
        if share < MOSTLY:
            continue
        count, rows = int(e.pool.counts[like].sum()), int(e.pool.counts[like].sum() + e.pool.counts[unlike].sum())
        odd = e.pool.take(unlike)
        found = (
            f"{count:,} of {number_of(rows, 'value')} of {name!r} ({percentage(count, rows)}) are {noun} such as "
            f"{some(e.pool.take(like)[:1])}; the others are {some(odd)}."
        )
        steps = (Step("treat_as", (name,), kind=kind),) if _readable(e.pool.take(like), kind) else ()
        yield Finding((name,), found, share, steps, tuple(map(cut, odd[:10])), e.pool.samples.get(name, ""))


def _readable(texts: list[str], kind: Kind) -> bool:
    """Whether one way of writing fits at least nine tenths of the values, so that they can be read as this kind."""
    sample = [text.strip() for text in texts[:300]]
    if kind == "datetime":
        return bool(dates.date_formats(sample))
    formats = numbers.number_formats(sample, "", None)
    return bool(formats) and bool(numbers.parse_numbers(pa.array(sample), formats[0]).valid.mean() >= 0.9)


def _mixed(e: Evidence) -> Iterator[Finding]:
    for kind, noun in NOUNS:
        for name, like, unlike, share in _fitting(e, kind):
            if share >= MOSTLY:
                continue
            counts = [int(e.pool.counts[part].sum()) for part in (like, unlike)]
            texts = [e.pool.take(part) for part in (like, unlike)]
            found = (
                f"{name!r} mixes {counts[0]:,} {noun} such as {some(texts[0][:1])} with {counts[1]:,} other texts such "
                f"as {some(texts[1][:1])}."
            )
            examples = tuple(cut(text) for part in texts for text in part[:5])
            yield Finding((name,), found, min(share, 1 - share), (), examples, e.pool.samples.get(name, ""))


def _as_text(kind: Kind, noun: str) -> partial[Iterator[Finding]]:
    return partial(_stored, kind=kind, noun=noun)


RULES = (
    Rule(
        "numbers_as_text",
        "Numbers stored as text",
        f"At least {MOSTLY:.0%} of at least {LEAST} texts are numbers (without a zero in front, as codes have).",
        "medium",
        "As text, 10 is as far from 11 as from 1,000: the order is lost, and new numbers are unknown.",
        "Treat the column as numbers; what is no number becomes missing, so look at those values first.",
        _as_text("number", "numbers"),
        unless=("personal_pattern",),
    ),
    Rule(
        "dates_as_text",
        "Dates stored as text",
        f"At least {MOSTLY:.0%} of at least {LEAST} texts are dates.",
        "medium",
        "As text a date has no order: trends, seasons and a split in time are out of reach.",
        "Treat the column as dates; what is no date becomes missing. Dates written in several ways have to be made "
        "equal first.",
        _as_text("datetime", "dates"),
    ),
    Rule(
        "mixed_types",
        "Two kinds of values in one column",
        f"{PARTLY:.0%} to {MOSTLY:.0%} of at least {LEAST} texts are numbers or dates, the rest are not.",
        "medium",
        "Two things were written into one column; as a category it has too many levels, as numbers too many gaps.",
        "Find out what was meant, and split it into two columns before loading.",
        _mixed,
        unless=("personal_pattern",),
    ),
)

"""Columns of text whose values are, wholly or in part, numbers or dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from backends.datasets.cells import CURRENCY
from backends.datasets.describe import percentage
from backends.datasets.recipe import Step
from backends.datasets.schema import Kind
from backends.datasets.traits import names_a_group, spaced
from backends.datasets.wording import number_of, per_cent
from backends.profiling.alerts.evidence import Evidence
from backends.profiling.alerts.rule import Finding, Rule, cut, quoted, some
from backends.profiling.alerts.ways import LEAST as SHARE
from backends.profiling.alerts.ways import readable, ways

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
CODE_NAME = re.compile(r"(?i)(?:^|[\W_])(?:nr|no|num|number|code|ref|sku|isbn|serial|invoice|order|ticket)$")
_CLASSES = 3  # different numbers from which on they are more than names of a few classes


@dataclass(frozen=True)
class Fitting:
    """A column of text with values that read like a kind: positions in the pool, and the share of the rows."""

    name: str
    like: np.ndarray
    unlike: np.ndarray
    share: float


def _fitting(e: Evidence, kind: Kind) -> Iterator[Fitting]:
    """Columns of text with enough values that read like this kind."""
    pool = e.pool
    codes = pool.levels(pool.matching(_CODE)) > 0
    dated = pool.matching(_DATE)
    like = dated if kind == "datetime" else pool.matching(_NUMBER) & ~dated
    fitting, rows = pool.rows(like), pool.rows()
    share = fitting / np.maximum(rows, 1)
    enough = (share >= PARTLY) & (rows >= LEAST) & (pool.levels(like) >= _CLASSES)
    if kind == "number":
        enough &= ~codes
    for at in np.flatnonzero(enough).tolist():
        name = pool.names[at]
        if e.decided(name) or (kind == "number" and share[at] < 1 and _names_rows(e, name, float(share[at]))):
            continue
        own = np.flatnonzero(pool.owner == at)
        yield Fitting(name, own[like[own]], own[~like[own]], float(share[at]))


def _names_rows(e: Evidence, name: str, share: float) -> bool:
    """Whether an identifier is one by its name, or by having too many texts that are no numbers."""
    if e.values.column(name).kind != "identifier":
        return False
    return share < MOSTLY or names_a_group(name) or bool(CODE_NAME.search(spaced(name)))


def _several_ways(e: Evidence) -> Iterator[Finding]:
    for kind, noun in NOUNS:
        for fitting in _fitting(e, kind):
            if fitting.share < MOSTLY or len(found := ways(e.pool, fitting.like, kind)) < 2:
                continue
            examples = [e.pool.take(way.texts)[0] for way in found]
            told = ", ".join(f"{way.rows:,} as {quoted(text)}" for way, text in zip(found[:3], examples, strict=False))
            number = "two" if len(found) == 2 else f"{len(found)}"
            sample = e.pool.samples.get(fitting.name, "")
            words = f"{fitting.name!r} holds {noun} written in {number} ways: {told}."
            yield Finding((fitting.name,), words, found[1].rows, (), tuple(map(cut, examples)), sample)


def _stored(e: Evidence, kind: Kind, noun: str) -> Iterator[Finding]:
    for fitting in _fitting(e, kind):
        if fitting.share < MOSTLY or not len(fitting.unlike):
            continue
        texts, odd = e.pool.take(fitting.like), e.pool.take(fitting.unlike)
        count = int(e.pool.counts[fitting.like].sum())
        rows = count + int(e.pool.counts[fitting.unlike].sum())
        found = (
            f"{count:,} of {number_of(rows, 'value')} of {fitting.name!r} ({percentage(count, rows)}) are {noun} such "
            f"as {some(texts[:1])}; the others are {some(odd)}."
        )
        steps = (Step("treat_as", (fitting.name,), kind=kind),) if _can_be(e, fitting, kind) else ()
        sample = e.pool.samples.get(fitting.name, "")
        yield Finding((fitting.name,), found, fitting.share, steps, tuple(map(cut, odd[:10])), sample)


def _can_be(e: Evidence, fitting: Fitting, kind: Kind) -> bool:
    """Whether the column can be read as this kind: numbers are taken where they are, dates need most texts to fit."""
    parts = [fitting.like, fitting.unlike] if kind == "datetime" else [fitting.like]
    return readable(e.pool, np.concatenate(parts), kind)


def _mixed(e: Evidence) -> Iterator[Finding]:
    for kind, noun in NOUNS:
        for fitting in _fitting(e, kind):
            if fitting.share >= MOSTLY:
                continue
            parts = fitting.like, fitting.unlike
            counts = [int(e.pool.counts[part].sum()) for part in parts]
            texts = [e.pool.take(part) for part in parts]
            found = (
                f"{fitting.name!r} mixes {counts[0]:,} {noun} such as {some(texts[0][:1])} with {counts[1]:,} other "
                f"texts such as {some(texts[1][:1])}."
            )
            examples = tuple(cut(text) for part in texts for text in part[:5])
            value = min(fitting.share, 1 - fitting.share)
            yield Finding((fitting.name,), found, value, (), examples, e.pool.samples.get(fitting.name, ""))


def _as_text(kind: Kind, noun: str) -> partial[Iterator[Finding]]:
    return partial(_stored, kind=kind, noun=noun)


RULES = (
    Rule(
        "two_formats",
        "Dates or numbers written in two ways",
        f"At least {per_cent(MOSTLY)} of at least {LEAST} texts are dates, or numbers, and two ways of writing them "
        f"(day or month first, point or comma, with % or without, …) are each those of {per_cent(SHARE)} or more.",
        "medium",
        "No one way reads them all: read as one, the others are missing or, where day and month change places, wrong.",
        "Write them in one way before loading; two sources were probably put into one file, which are worth comparing.",
        _several_ways,
        unless=("personal_pattern",),
    ),
    Rule(
        "numbers_as_text",
        "Numbers stored as text",
        f"At least {per_cent(MOSTLY)} of at least {LEAST} texts are numbers (without a zero in front, as codes have).",
        "medium",
        "As text, 10 is as far from 11 as from 1,000: the order is lost, and new numbers are unknown.",
        "Treat the column as numbers; what is no number becomes missing, so look at those values first.",
        _as_text("number", "numbers"),
        unless=("personal_pattern", "two_formats"),
    ),
    Rule(
        "dates_as_text",
        "Dates stored as text",
        f"At least {per_cent(MOSTLY)} of at least {LEAST} texts are dates.",
        "medium",
        "As text a date has no order: trends, seasons and a split in time are out of reach.",
        "Treat the column as dates; what is no date becomes missing. Dates written in several ways have to be made "
        "equal first.",
        _as_text("datetime", "dates"),
        unless=("two_formats",),
    ),
    Rule(
        "mixed_types",
        "Two kinds of values in one column",
        f"{per_cent(PARTLY)} to {per_cent(MOSTLY)} of at least {LEAST} texts are numbers or dates, the rest are not.",
        "medium",
        "Two things were written into one column; as a category it has too many levels, as numbers too many gaps.",
        "Find out what was meant, and split it into two columns before loading.",
        _mixed,
        unless=("personal_pattern",),
    ),
)

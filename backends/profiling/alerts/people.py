"""Columns that tell who somebody is: by the form of their values, or named like names and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets.traits import spaced
from backends.datasets.wording import per_cent
from backends.profiling.alerts.evidence import CHARACTERS, LEVELS, WORDS, Evidence, Pool
from backends.profiling.alerts.patterns import EMAIL, PATTERNS, Pattern
from backends.profiling.alerts.rule import Finding, Rule, cut, drop

NAMES = 20  # different values of a column that holds names of people
CALLED = 0.8  # share of the values of a column "name" that look like a person's
PERSON_NAME = re.compile(
    r"(?i)(?:^|[\W_])(?:(?:first|last|full|given|family|middle|maiden|birth|user|nick|sur|fore)[\W_]?names?|vorname|"
    r"nachname|prenom|prénom|apellidos?|cognome|street|(?:home|postal|street)?[\W_]?address(?:[\W_]?(?:line)?[\W_]?\d)?|"
    r"passport(?:[\W_]?(?:no|number|id))?|driver[\W_]?licen[cs]e)$"
)
NAME = re.compile(
    r"(?i)^(?:name|(?:patient|customer|client|employee|person|passenger|student|member|applicant)[\W_]?names?)$"
)
_CALLED = r"^\PN*\p{Lu}\pL+\PN* \PN*\p{Lu}\PN*$"  # two words with a capital, and no digit


def _by_pattern(e: Evidence) -> Iterator[Finding]:
    claimed: set[str] = set()
    for every in (e.pool, e.numerals):
        levels, pool = every.levels(), every.part(every.matching("[0-9@]"))  # no pattern does without
        for pattern in PATTERNS if len(pool.texts) else ():
            suited = np.fromiter(map(pattern.suits, pool.names), bool, len(pool.names))
            if not suited.any():
                continue
            fits = pool.matching(rf"^\s*(?:{pattern.regex})\s*$") & suited[pool.owner]
            for name, fitting in pool.columns(fits):
                own = int(levels[pool.owner[fitting[0]]])
                passed = _passed(pattern, pool, fitting, own) if name not in claimed else []
                if passed:
                    claimed.add(name)
                    yield _told(pool, name, passed, own, f"are {pattern.words}")
    yield from _inside_texts(e, claimed)


def _passed(pattern: Pattern, pool: Pool, fitting: np.ndarray, own: int) -> list[str]:
    """The values that are of this pattern; none where they are too few of the column's `own`."""
    if len(fitting) < max(pattern.least, pattern.share * own):
        return []
    texts = pool.take(fitting)
    passed = [text for text in texts if pattern.passes(text)]
    return passed if len(passed) >= max(pattern.least, pattern.share * len(texts)) else []


def _inside_texts(e: Evidence, claimed: set[str]) -> Iterator[Finding]:
    """E-mail addresses somewhere in longer texts: one is enough."""
    levels = e.pool.levels()
    for name, found in e.pool.columns(e.pool.matching(EMAIL)) if len(e.pool.texts) else ():
        if name not in claimed:
            own = int(levels[e.pool.owner[found[0]]])
            yield _told(e.pool, name, e.pool.take(found), own, "contain an e-mail address")


def _told(pool: Pool, name: str, texts: list[str], own: int, what: str) -> Finding:
    found = f"{len(texts):,} of {own:,} different values of {name!r} {what}."
    return Finding((name,), found, len(texts), drop(name), tuple(map(cut, texts[:5])), pool.samples.get(name, ""))


def _by_name(e: Evidence) -> Iterator[Finding]:
    for at, name in e.where(e.of_kind(*WORDS) & (e.figures("distinct") >= NAMES)):
        if not (PERSON_NAME.search(spaced(name)) or NAME.search(name)) or name not in e.pool.names:
            continue
        texts = e.pool.texts.filter(pa.array(e.pool.owner == e.pool.names.index(name)))
        if NAME.search(name) and pc.mean(pc.match_substring_regex(texts, _CALLED)).as_py() < CALLED:
            continue
        distinct = e.figures("distinct")[at]
        found = f"{name!r} is named like names or addresses of people and has {distinct:,} different values."
        yield Finding((name,), found, distinct, drop(name), tuple(map(cut, texts[:3].to_pylist())))


RULES = (
    Rule(
        "personal_pattern",
        "Personal data",
        "At least half of a column's different values have the form of e-mail addresses, phone, card, account, IP or "
        "national numbers (with their check digits, where they have some), or the digits of a phone or "
        "social-security number in a column named like one; or a text contains an e-mail address. "
        f"Looked at: up to {LEVELS:,} different values, {CHARACTERS} characters of each.",
        "high",
        "It tells who somebody is. It must not get into a published widget, a report or a log, and it teaches a model "
        "the people instead of a rule.",
        "Drop the column, unless you are allowed to hold it and need it to look rows up.",
        _by_pattern,
    ),
    Rule(
        "personal_name",
        "Names or addresses of people",
        f"A column with at least {NAMES} different texts is named like names or addresses of people; one that is just "
        f"called a name counts when {per_cent(CALLED)} of its values have two words with capitals and no digit.",
        "high",
        "It tells who somebody is. It must not get into a published widget, a report or a log.",
        "Drop the column, unless you are allowed to hold it and need it to look rows up.",
        _by_name,
        unless=("personal_pattern",),
    ),
)

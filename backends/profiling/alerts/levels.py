"""Categories and codes: too many levels, too rare ones, one that outweighs all, and columns that are really codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from backends.datasets.describe import percentage
from backends.datasets.recipe import OTHER, Step
from backends.datasets.traits import spaced
from backends.datasets.wording import agreeing, number_of, per_cent
from backends.profiling.alerts.evidence import Evidence
from backends.profiling.alerts.rule import Finding, Rule, cut, drop, quoted

LEAST = 100  # values below which shares and rare levels say nothing
MANY = 50
RARE = 10  # rows
FREQUENT = 0.01  # share of the values that a level has which is kept among many
OUTWEIGHED = 0.9
NAMES = 20  # different values from which on a column can be said to name the rows
SHORT = 40  # characters on average; longer texts differ by nature
CODES = 20
CODE_NAME = re.compile(
    r"class$|(?:^|[\W_])(?:month|weekday|day_?of_?week|quarter|codes?|types?|category|status|group|zone|region|cluster"
    r"|segment|dept|department|branch|store|zip|zip_?code|post_?code)(?:[\W_]?(?:id|nr|no))?$",
    re.IGNORECASE,
)


def _many_levels(e: Evidence) -> Iterator[Finding]:
    distinct = e.figures("distinct")
    for at, name in e.where(e.of_kind("category") & (distinct > MANY)):
        coded, present = e.values.coded(name), int(e.present[at])
        rare = int((coded.counts < RARE).sum())
        found = f"{name!r} has {distinct[at]:,} levels in {number_of(present, 'value')}"
        found += f"; {rare:,} of them {agreeing(rare, 'has', 'have')} fewer than {RARE} rows." if rare else "."
        kept = coded.counts >= max(RARE, FREQUENT * present)
        yield Finding((name,), found, distinct[at], _keep(name, coded.levels, coded.counts, kept))


def _rare_levels(e: Evidence) -> Iterator[Finding]:
    distinct = e.figures("distinct")
    for at, name in e.where(e.of_kind("category") & (distinct > 2) & (distinct <= MANY) & (e.present >= LEAST)):
        coded = e.values.coded(name)
        rare = (coded.counts < RARE) & (coded.levels != OTHER)
        if not rare.any():
            continue
        order = np.flatnonzero(rare)[np.argsort(coded.counts[rare], kind="stable")]
        shown = ", ".join(f"{quoted(coded.levels[i])} ({coded.counts[i]:,})" for i in order[:3])
        left = f" and {len(order) - 3:,} more" if len(order) > 3 else ""
        has = agreeing(len(order), "has", "have")
        found = f"{len(order):,} of {distinct[at]:,} levels of {name!r} {has} fewer than {RARE} rows: {shown}{left}."
        steps = _keep(name, coded.levels, coded.counts, ~rare)
        yield Finding((name,), found, len(order), steps, tuple(cut(coded.levels[i]) for i in order[:10]))


def _shown(codes: list[int]) -> str:
    """The first codes, and how many more there are.

    >>> _shown([1, 2, 3, 5])
    '1, 2, 3 and 1 more'
    """
    left = f" and {len(codes) - 3:,} more" if len(codes) > 3 else ""
    return ", ".join(map(str, codes[:3])) + left


def _keep(name: str, levels: np.ndarray, counts: np.ndarray, kept: np.ndarray) -> tuple[Step, ...]:
    """The step that keeps these levels, the most frequent first; none where it would not leave two of them."""
    order = np.flatnonzero(kept)[np.argsort(-counts[kept], kind="stable")][: MANY - 1]  # and 'other'
    if len(order) < 2:
        return ()
    return (Step("keep_levels", (name,), values=tuple(str(levels[at]) for at in order)),)


def _imbalanced(e: Evidence) -> Iterator[Finding]:
    share = np.nan_to_num(e.figures("mode_share").astype(float))
    distinct = e.figures("distinct")
    mask = e.of_kind("category", "boolean") & (share >= OUTWEIGHED) & (distinct > 1) & (e.present >= LEAST)
    for at, name in e.where(mask):
        most, present, value = int(e.figures("mode_count")[at]), int(e.present[at]), e.figures("mode")[at]
        found = f"{name!r} is {quoted(value)} in {most:,} of {present:,} values ({percentage(most, present)})."
        yield Finding((name,), found, share[at], examples=(cut(value),))


def _unique(e: Evidence) -> Iterator[Finding]:
    distinct, lengths = e.figures("distinct"), e.figures("length_mean").astype(float)
    every = (distinct == e.present) & (distinct >= NAMES) & e.of_kind("category", "text") & (lengths <= SHORT)
    for at, name in e.where(every | (e.of_kind("identifier") & (distinct >= 2))):
        if e.decided(name):
            continue
        found = f"{name!r} has {distinct[at]:,} different values in {number_of(int(e.present[at]), 'row')}."
        steps = drop(name)
        if e.figures("kind")[at] != "identifier":
            steps = (Step("treat_as", (name,), kind="identifier"), *steps)
        yield Finding((name,), found, distinct[at] / e.present[at], steps)


def _same_length(e: Evidence) -> Iterator[Finding]:
    low, high = (e.figures(end).astype(float) for end in ("length_min", "length_max"))
    fixed = (low == high) & (low >= 4) & e.of_kind("category", "text") & (e.figures("distinct") >= NAMES)
    if not fixed.any():
        return
    digits = e.pool.levels(e.pool.matching(r"^\S*\d\S*$")) >= 0.9 * e.pool.levels()
    coded = {name for name, so in zip(e.pool.names, digits.tolist(), strict=True) if so}
    for at, name in e.where(fixed):
        if name not in coded or e.decided(name):
            continue
        example = str(e.values.coded(name).levels[0])
        found = (
            f"All {e.figures('distinct')[at]:,} different values of {name!r} have {low[at]:.0f} characters, "
            f"as {quoted(example)} has."
        )
        steps = (Step("treat_as", (name,), kind="identifier"),)
        yield Finding((name,), found, low[at], steps, (cut(example),), e.pool.samples.get(name, ""))


def _codes(e: Evidence) -> Iterator[Finding]:
    distinct = e.figures("distinct")
    few = (distinct > 2) & (distinct <= CODES) & (e.present >= RARE * np.maximum(distinct, 1))
    for at, name in e.where(e.of_kind("integer") & few):
        if name == e.target or e.decided(name):
            continue
        named = bool(CODE_NAME.search(spaced(name)))
        if not named and e.figures("max")[at] - e.figures("min")[at] < 5 * (distinct[at] - 1):
            continue
        levels = np.sort(e.values.coded(name).levels.astype(np.int64))
        if not named and np.gcd.reduce(levels - levels[0]) != 1:
            continue
        why = "and is named like a code" if named else "far apart without a common step"
        found = (
            f"{name!r} has {distinct[at]:,} whole numbers ({_shown(levels.tolist())}) in {e.present[at]:,} rows, {why}."
        )
        yield Finding((name,), found, 1 / distinct[at], (Step("treat_as", (name,), kind="category"),))


RULES = (
    Rule(
        "many_levels",
        "A category with very many levels",
        f"A category has more than {MANY} levels.",
        "medium",
        "Most levels have too few rows to learn from, and one column becomes hundreds.",
        "Keep the frequent levels and take the rest together, or use a coarser column such as a region for a city.",
        _many_levels,
        unless=("personal_pattern", "two_formats", "numbers_as_text", "dates_as_text"),
    ),
    Rule(
        "unique",
        "Identifies the rows",
        f"An identifier, or at least {NAMES} texts of up to {SHORT} characters on average of which no two are equal.",
        "low",
        "A model would learn the rows by heart instead of a rule; new rows have values it has never seen.",
        "Keep it to look rows up, but do not learn from it.",
        _unique,
        unless=("groups", "personal_pattern", "personal_name", "two_formats", "numbers_as_text", "dates_as_text"),
    ),
    Rule(
        "rare_levels",
        "Rare levels",
        f"Of a category with up to {MANY} levels and at least {LEAST} values, some have fewer than {RARE} rows.",
        "low",
        "So few rows teach nothing, and may all fall into one part of the data: a level that a model never saw.",
        "Keep the frequent levels and take the rest together as 'other'.",
        _rare_levels,
        unless=("target_rare_class", "target_imbalance"),
    ),
    Rule(
        "imbalanced",
        "One level outweighs all others",
        f"One level has at least {per_cent(OUTWEIGHED)} of at least {LEAST} values.",
        "low",
        "What a model does for the other levels rests on few rows, and an average over all hides it.",
        "Look at the results for the small levels apart, with their uncertainty.",
        _imbalanced,
        unless=("near_constant", "target_imbalance", "placeholder_texts"),
    ),
    Rule(
        "same_length",
        "Texts of one length: codes",
        f"At least {NAMES} different texts without blanks, nine in ten with a digit, all have the same length of 4 or "
        "more.",
        "low",
        "Such texts are made by a system and name something; their characters may hold the place or the year.",
        "Treat it as an identifier, or take the part of the code that means something.",
        _same_length,
        unless=("unique", "groups", "two_formats", "dates_as_text", "numbers_as_text", "personal_pattern"),
    ),
    Rule(
        "integer_codes",
        "Whole numbers that look like codes",
        f"3 to {CODES} different whole numbers, with {RARE} rows each on average, in a column named like a code "
        "(class, type, region, month, …) or whose numbers lie far apart without a common step.",
        "low",
        "Read as a quantity, code 3 is three times code 1; a straight-line model takes that for a fact.",
        "Treat it as a category where the numbers only name something.",
        _codes,
        unless=("target_rare_class", "target_imbalance"),
    ),
)

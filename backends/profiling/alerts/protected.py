"""Columns that may describe a protected trait, by their name or by their levels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets.traits import looks_sensitive
from backends.datasets.wording import number_of, per_cent
from backends.profiling.alerts.evidence import Evidence, Pool
from backends.profiling.alerts.rule import Finding, Rule, drop

# Levels, in lower case, that give a trait away whatever the column is called.
TRAITS: tuple[tuple[str, frozenset[str]], ...] = (
    ("sex", frozenset({
        "male", "female", "m", "f", "man", "woman", "men", "women", "boy", "girl", "non-binary", "nonbinary", "diverse",
    })),
    ("sex", frozenset({"mr", "mrs", "ms", "miss", "husband", "wife"})),
    ("race", frozenset({
        "white", "black", "asian", "hispanic", "latino", "caucasian", "african-american", "amer-indian-eskimo",
    })),
    ("marital status", frozenset({
        "married", "single", "divorced", "widowed", "separated", "never-married", "unmarried",
    })),
    ("religion", frozenset({
        "christian", "muslim", "jewish", "hindu", "buddhist", "sikh", "catholic", "protestant", "atheist",
    })),
)  # fmt: skip
UNCLEAR = frozenset(("other", "others", "unknown", "n/a", "na", "-", "?", "not stated", "prefer not to say", "none"))
MOST = 30  # levels of a column in which a trait is looked for
TELLING = 0.3  # share of the levels, unclear ones left out, that have to be of the trait


def _sensitive(e: Evidence) -> Iterator[Finding]:
    traits = _traits(e.pool)
    for at, name in enumerate(e.names):
        named, trait = looks_sensitive(name), traits.get(name, "")
        if named or trait:
            why = "as its name says" if named else f"as its levels are of {trait}"
            number = number_of(int(e.figures("distinct")[at]), "different value")
            yield Finding((name,), f"{name!r}, {why}; it has {number}.", 1, drop(name))


def _traits(pool: Pool) -> dict[str, str]:
    """The trait that the levels of a column give away, by the column's name."""
    words = pa.array(sorted(frozenset.union(*(group for _, group in TRAITS))), type=pa.large_string())
    known = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(pool.texts)), value_set=words)
    own, matched = pool.levels(), pool.levels(np.asarray(known, dtype=bool))
    found = {}
    for at in np.flatnonzero((own <= MOST) & (matched >= 2)).tolist():
        levels = {text.strip().lower() for text in pool.take(np.flatnonzero(pool.owner == at))}
        trait = next((trait for trait, group in TRAITS if _tells(levels, group)), "")
        if trait:
            found[pool.names[at]] = trait
    return found


def _tells(levels: set[str], group: frozenset[str]) -> bool:
    return len(levels & group) >= max(2, TELLING * len(levels - UNCLEAR))


RULES = (
    Rule(
        "sensitive",
        "May describe a protected trait",
        "The column is named like age, sex, race, origin, religion, marital status, postcode, …, or at least "
        f"two, and {per_cent(TELLING)}, of its levels are of such a trait.",
        "medium",
        "A model can treat groups of people differently by it, which may be unfair or unlawful. Dropping the column "
        "does not end that: other columns stand in for it, and then nobody can measure it.",
        "Decide whether the model may use it. Keep it in the table in any case, to measure the differences on the page "
        "Fairness; drop it only where it must not be held.",
        _sensitive,
    ),
)

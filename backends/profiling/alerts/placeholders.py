"""Words that stand for "no value"."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets.describe import percentage
from backends.datasets.recipe import Step
from backends.datasets.wording import number_of
from backends.profiling.alerts.evidence import Evidence
from backends.profiling.alerts.rule import Finding, Rule, cut, quoted

# Compared in lower case without blanks around. "none" and "nd" are not here: nothing at all, and North Dakota.
WORDS = (
    "unknown", "unk", "(unknown)", "not known", "not available", "not applicable", "not specified", "unspecified",
    "not stated", "not recorded", "not reported", "not provided", "not given", "no data", "no answer", "no response",
    "no information", "n/a", "#n/a", "n.a.", "n.a", "na", "<na>", "nan", "null", "(null)", "nil", "missing",
    "(missing)", "(blank)", "blank", "undefined", "undetermined", "tbd", "to be determined", "xxx", "?", "??", "???",
    "-", "--", "---", ".", "..", "...", "#value!", "#ref!", "#div/0!", "#name?", "#num!",
    "unbekannt", "keine angabe", "k.a.", "inconnu", "desconocido", "sconosciuto", "onbekend",
)  # fmt: skip


def _placeholders(e: Evidence) -> Iterator[Finding]:
    pool = e.pool
    spelt = pc.utf8_lower(pc.utf8_trim_whitespace(pool.texts))
    marks = np.asarray(pc.is_in(spelt, value_set=pa.array(WORDS, type=pa.large_string())), dtype=bool)
    levels = pool.levels()
    for name, at in pool.columns(marks):
        others = levels[pool.owner[at[0]]] - len(at)
        texts = pool.take(at)
        if name == e.target or others == 0 or ("-" in texts and "+" in set(e.values.coded(name).levels)):
            continue
        counts = dict(zip(pool.texts.take(pa.array(at)).to_pylist(), pool.counts[at].tolist(), strict=True))
        total, present = sum(counts.values()), int(e.present[e.place[name]])
        told = ", ".join(f"{quoted(text)} ({counts[text]:,})" for text in texts[:3])
        found = f"{total:,} of {number_of(present, 'value')} of {name!r} ({percentage(total, present)}) say nothing: "
        steps = (Step("treat_as_missing", (name,), values=tuple(texts)),)
        examples = tuple(map(cut, texts))
        yield Finding((name,), f"{found}{told}.", total / present, steps, examples, pool.samples.get(name, ""))


RULES = (
    Rule(
        "placeholder_texts",
        "Words that stand for a missing value",
        "A text is, whatever its case, a usual mark of missing values: unknown, not available, n/a, ?, - and the like.",
        "medium",
        "Counted as a level of its own it hides how much is missing, and a model may learn who filled in the form.",
        "Treat it as missing, unless not knowing is an answer that new rows will give as well.",
        _placeholders,
    ),
)

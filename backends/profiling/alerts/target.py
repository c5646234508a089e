"""The target: given away by a feature, missing, or with classes too small to learn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from backends.datasets.describe import percentage
from backends.datasets.wording import agreeing, number_of, per_cent
from backends.profiling.alert import Severity
from backends.profiling.alerts.evidence import Evidence
from backends.profiling.alerts.rule import Finding, Rule, cut, drop, quoted
from backends.profiling.bins import level_labels
from backends.profiling.values import Coded

SMALL = 0.1  # share of the rows of the smallest class
TINY = 0.01
RARE = 10  # rows
CLASSES = 20  # distinct numbers that may be classes
MOST = 100  # classes


def _leaks(e: Evidence) -> Iterator[Finding]:
    view = e.profile.target_view
    if view is None:
        return
    from backends.profiling.target import nearly_determines

    features = view.features.set_index("column")
    for name in nearly_determines(view):
        at = features.index.get_loc(name)
        auc, rank, share = (float(features[figure].to_numpy()[at]) for figure in ("auc", "spearman", "mi_share"))
        told = [f"its own AUC is {auc:.3f}"] if np.isfinite(auc) else []
        told += [f"its rank correlation with it is {rank:.3f}"] if np.isfinite(rank) else []
        told.append(f"it holds {per_cent(share)} of the target's information")
        found = f"{name!r} alone nearly gives {e.target!r} away: {' and '.join(told)}."
        value = np.nanmax([auc, abs(rank), share])
        yield Finding((name,), found, value, drop(name), sample=view.sample.words)


def _missing(e: Evidence) -> Iterator[Finding]:
    if e.target is None or not 0 < (count := int(e.figure("missing", e.target))) < e.rows:
        return
    found = f"{e.target!r} has no value in {count:,} of {number_of(e.rows, 'row')} ({percentage(count, e.rows)})."
    yield Finding((e.target,), found, count / e.rows)


def _classes(e: Evidence) -> Coded | None:
    """The target's classes, as the file writes them; None where it is not set, or a quantity."""
    if e.target is None:
        return None
    kind, distinct = e.figures("kind")[e.place[e.target]], e.figure("distinct", e.target)
    most = CLASSES if kind in ("number", "integer") else MOST
    if not 2 <= distinct <= most or kind == "datetime":
        return None
    return replace(e.values.coded(e.target), levels=np.array(level_labels(e.values, e.target), dtype=object))


def _imbalance(e: Evidence) -> Iterator[Finding]:
    classes = _classes(e)
    if classes is None:
        return
    least = int(np.argmin(classes.counts))
    count, total = int(classes.counts[least]), int(classes.counts.sum())
    if count < min(SMALL, 0.5 / len(classes.counts)) * total:
        found = (
            f"The smallest of {len(classes.counts):,} classes of {e.target!r}, {quoted(classes.levels[least])}, has "
            f"{count:,} of {total:,} rows ({percentage(count, total)})."
        )
        severity: Severity | None = "high" if count < TINY * total else None
        examples = (cut(classes.levels[least]),)
        yield Finding((e.target or "",), found, 1 - count / total, (), examples, severity=severity)


def _rare_classes(e: Evidence) -> Iterator[Finding]:
    classes = _classes(e)
    if classes is None or not (rare := np.flatnonzero(classes.counts < RARE)).size:
        return
    order = rare[np.argsort(classes.counts[rare], kind="stable")]
    told = ", ".join(f"{quoted(classes.levels[at])} ({classes.counts[at]:,})" for at in order[:3])
    left = f" and {len(order) - 3:,} more" if len(order) > 3 else ""
    found = (
        f"{len(order):,} of {len(classes.counts):,} classes of {e.target!r} {agreeing(len(order), 'has', 'have')} "
        f"fewer than {RARE} rows: {told}{left}."
    )
    yield Finding((e.target or "",), found, len(order), (), tuple(cut(classes.levels[at]) for at in order[:10]))


RULES = (
    Rule(
        "target_leak",
        "A feature that gives the target away",
        "One feature alone has an AUC of 0.98 or more (the lower end of its 95 % interval), for a quantity a rank "
        "correlation of as much or of -0.98 or less, or holds 95 % of the target's information.",
        "high",
        "Such a feature is mostly known only after the fact, as the end date of a contract is for churn. A model that "
        "uses it looks perfect here and fails in use.",
        "Ask when its value is known. If that is after the outcome, drop it.",
        _leaks,
    ),
    Rule(
        "target_rare_class",
        "Classes with very few rows",
        f"A class of the target has fewer than {RARE} rows.",
        "high",
        "Such a class cannot be learnt, and its score rests on a handful of rows or cannot be measured at all.",
        "Join it with a class that is close to it, leave it out, or collect more rows.",
        _rare_classes,
    ),
    Rule(
        "target_imbalance",
        "A small class",
        f"The smallest class of the target has less than {per_cent(SMALL)} of the rows, and of half an equal share; "
        f"below {per_cent(TINY)} of the rows it weighs more.",
        "medium",
        "A model that never names this class is right nearly always: accuracy says nothing here.",
        "Compare by average precision or recall at a threshold that you choose, and look at the intervals.",
        _imbalance,
        unless=("target_rare_class",),
    ),
    Rule(
        "target_missing",
        "Rows without a target",
        "The target has no value in some rows, but not in all.",
        "medium",
        "These rows cannot be learnt from. Where they are not missing by chance, the rest is a selection.",
        "They are left out of training. Look whether they differ from the others.",
        _missing,
    ),
)

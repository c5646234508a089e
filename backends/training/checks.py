"""What to look at before trusting a comparison: rules as rows of a table, each with "why" and "what to do"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from backends.training import rules
from backends.training.evidence import Evidence
from backends.training.results import Check

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class CheckRow:
    """A rule: `find` yields what it found, or returns None where the evidence it needs is missing."""

    rule: str
    severity: Severity
    fine: str  # the sentence for when nothing was found
    why: str
    what_to_do: str
    find: Callable[[Evidence], list[rules.Finding] | None]


@dataclass(frozen=True)
class Verdict:
    """What the rules found, the rules that found nothing (as sentences) and those that could not be judged."""

    found: tuple[Check, ...]
    fine: tuple[str, ...]
    not_judged: tuple[str, ...]


def judge(evidence: Evidence) -> Verdict:
    """Run every rule of `CHECKS`; the findings come gravest first, then in the order of the table."""
    found: list[Check] = []
    fine, unknown = [], []
    for row in CHECKS:
        findings = row.find(evidence)
        if findings is None:
            unknown.append(row.rule)
        elif not findings:
            fine.append(row.fine)
        found += [Check(row.rule, row.severity, f.title, row.why, row.what_to_do, f.model) for f in findings or []]
    found.sort(key=lambda check: ("error", "warning", "info").index(check.severity))
    return Verdict(tuple(found), tuple(fine), tuple(unknown))


def run_checks(evidence: Evidence) -> tuple[Check, ...]:
    """What the rules of `CHECKS` found, gravest first."""
    return judge(evidence).found


CHECKS: tuple[CheckRow, ...] = (
    CheckRow(
        "no-better-than-baseline", "error",
        "The recommended model beats guessing.",
        "A model that cannot be told from guessing by class frequency has found nothing in these features.",
        "Look for features that bear on the target, check that the target is the right column, or collect more rows.",
        rules.baseline,
    ),
    CheckRow(
        "target-leak", "warning",
        "No feature alone separates the target.",
        "Such a feature is often written down after the outcome, or is the outcome in other words; "
        "it will not be there when a prediction is needed.",
        "Ask when the column is filled in. Unless it is known before the outcome, take it off the features.",
        rules.leak,
    ),
    CheckRow(
        "group-leak", "warning",
        "No identifier recurs in both the training and the held-out rows.",
        "Rows of one person or thing resemble each other; with some of them in training, the score says how well the "
        "model knows those, not new ones.",
        "Validate by group with this column, so that no value is on both sides.",
        rules.groups,
    ),
    CheckRow(
        "duplicates-across-split", "warning",
        "Held-out rows do not repeat training rows.",
        "A model that remembers its training rows gets repeated ones right without having learnt anything.",
        "Remove duplicates before loading, unless the same values are really measured again and again.",
        rules.duplicates,
    ),
    CheckRow(
        "overfit", "warning",
        "The recommended model does about as well on new rows as on those it learnt from.",
        "It learns peculiarities of the training rows that other rows do not share.",
        "Try a simpler or more regularised model, tune it, or collect more rows (see the learning curve).",
        rules.overfit,
    ),
    CheckRow(
        "underfit", "warning",
        "The recommended model learns something from its training rows.",
        "The model is too simple for the pattern, or the features hold little of it.",
        "Try a more flexible model, or add features that bear on the target.",
        rules.underfit,
    ),
    CheckRow(
        "unstable-folds", "warning",
        "The score is about the same on every fold.",
        "The score depends on which rows happen to be tested, so its mean is uncertain.",
        "Use repeated folds, collect more rows, or look for groups or a trend over time in the table.",
        rules.unstable,
    ),
    CheckRow(
        "holdout-differs", "warning",
        "The hold-out agrees with the cross-validation.",
        "Either the held-out rows are of another kind (with folds in order of time they are the latest ones, and "
        "things change), or the choice of model and parameters flattered the folds; chance alone does this in a "
        "few comparisons of a hundred.",
        "Count on the score of the hold-out. Look for columns that change over time or between groups, and validate "
        "in order of time or by group if the model will meet later rows or new groups.",
        rules.holdout,
    ),
    CheckRow(
        "rare-class", "warning",
        "Every class has enough rows to be judged.",
        "What is said about a class rests on a handful of held-out rows.",
        "Collect more rows of it, merge it with a similar class, or leave it out.",
        rules.rare,
    ),
    CheckRow(
        "badly-calibrated", "warning",
        "Probabilities agree with how often things happen.",
        "The order of the rows may be right, but 30 % does not mean 30 of 100, and costs computed from it are wrong.",
        "Choose a calibrated model, or decide by a threshold that was chosen on data.",
        rules.calibration,
    ),
    CheckRow(
        "imbalance", "info",
        "No class is much smaller than the others.",
        "A model that always says the frequent class is right most of the time, so accuracy looks good without merit.",
        "Judge by average precision or balanced accuracy, and choose the threshold by what each error costs.",
        rules.imbalance,
    ),
    CheckRow(
        "parameter-at-edge", "info",
        "No tuned parameter of the recommended model is at the end of its range.",
        "A value beyond the range that was searched might do a little better; the scores shown are not wrong for it.",
        "Tune for longer, since with few candidates the best one may lie there by chance; or keep the model as it is.",
        rules.edges,
    ),
)  # fmt: skip

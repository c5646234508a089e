"""Every word of a fairness report in one or two sentences, with its formula and when it matters."""

from __future__ import annotations

from dataclasses import dataclass

from backends.datasets.wording import per_cent
from backends.fairness.disparities import CRITERIA
from backends.fairness.measures import MEASURES
from backends.fairness.resampling import LEVEL


@dataclass(frozen=True)
class Definition:
    """One entry of the glossary; `formula` and `matters` may be empty."""

    key: str
    title: str
    definition: str
    formula: str = ""
    matters: str = ""


_MATTERS = {
    "base_rate": "Where base rates differ, some criteria exclude each other.",
    "selection_rate": "Where a yes gives or takes a chance.",
    "accuracy": "As a first look only: it hides which kind of error a group suffers.",
    "balanced_accuracy": "Where the outcome is rare.",
    "tpr": "Where a missed yes hurts: a loan that would have been paid back, an illness that would have been treated.",
    "fpr": "Where a wrong yes hurts: a suspicion, an arrest, an unneeded treatment.",
    "fnr": "The other side of the true positive rate.",
    "tnr": "The other side of the false positive rate.",
    "ppv": "Where somebody relies on a yes.",
    "npv": "Where somebody relies on a no.",
    "auc": "Where rows are ranked and the threshold is chosen later.",
    "brier": "Where the probability itself is used. It depends on the base rate, so compare it with care.",
    "calibration_gap": "Where the probability itself is used: is the risk of one group overstated?",
    "calibration_error": "Where the probability itself is used.",
}
_FORMULAS = {
    "demographic_parity": "selection rate of A = selection rate of B",
    "equalised_odds": "TPR of A = TPR of B and FPR of A = FPR of B; the wider of the two gaps counts",
    "equal_opportunity": "TPR of A = TPR of B",
    "predictive_parity": "PPV of A = PPV of B",
}
_TERMS = (
    Definition(
        "difference", "Difference", "How many percentage points two rates are apart; 0 is equal.",
        "rate of A − rate of B",
    ),
    Definition(
        "ratio", "Ratio", "The smaller rate as a share of the larger; 1 is equal.", "smaller rate / larger rate"
    ),
    Definition(
        "best", "Against the best group", "Each group is set against the one that is best off.",
        matters="The largest gap is then that between the two ends of the scale.",
    ),
    Definition(
        "rest", "Against the rest", "Each group is set against all rows outside it.",
        matters="Where there are many groups and none of them is the norm.",
    ),
    Definition(
        "reference", "Against a reference group", "Each group is set against one that you choose.",
        matters="Where law or habit names the group to compare with.",
    ),
    Definition(
        "four_fifths", "Four-fifths rule",
        "A selection rate below four fifths of the highest group's is taken as evidence of adverse impact.",
        "lowest selection rate / highest selection rate ≥ 0.8",
        "In hiring in the United States (Uniform Guidelines on Employee Selection Procedures, 1978); a rule of thumb.",
    ),
    Definition(
        "interval", f"{per_cent(LEVEL)} interval",
        "Where the figure would lie for most other hold-outs of the same kind: the middle of thousands of resamples of "
        "the held-out rows.",
    ),
    Definition(
        "q_value", "q-value",
        "How well chance explains a gap, corrected for the number of gaps that were looked at. Of a widest gap: how "
        "often, at most, chance alone makes any of them so clear. Of a comparison: which share, at most, of those as "
        "clear as it is expected to be chance.",
        "Bonferroni for the largest gaps, Benjamini–Hochberg for the comparisons of single groups",
        "A gap with q ≤ 0.05 is called clear. An interval that does not hold 0 can still have a larger q and may be "
        "chance: the interval is that of one pair, but the pair was picked for being the widest of many, and q counts "
        "all of them.",
    ),
    Definition(
        "not_measurable", "Not measurable (n = 3)",
        "The group has too few rows, or none of those that the figure is a share of. It is left out of every gap.",
        matters="So is a rate of too few rows, which is shown with its interval: all of 2 against none of 1 would be "
        "100 percentage points. Balanced accuracy and ROC AUC set positives against negatives and need enough of both.",
    ),
    Definition(
        "impossibility", "What cannot both hold",
        "Where base rates differ, a model that errs cannot have both equalised odds and predictive parity.",
        "FPR = base rate / (1 − base rate) · (1 − PPV) / PPV · TPR",
        "Choose which of the two matters here (Chouldechova 2017; Kleinberg, Mullainathan & Raghavan 2017).",
    ),
)  # fmt: skip

DEFINITIONS: tuple[Definition, ...] = (
    *(Definition(row.key, row.title, row.definition, _FORMULAS[row.key], row.matters) for row in CRITERIA),
    *(Definition(row.key, row.title, row.definition, row.formula, _MATTERS[row.key]) for row in MEASURES),
    *_TERMS,
)

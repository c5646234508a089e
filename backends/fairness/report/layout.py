"""The layout of the JSON report: every field of every object, in words.

The report carries this table itself (its field `layout`), so that a file can be read without the workbench. A path
names an object from the top: `""` is the whole, `a[]` each entry of the list `a`. `null` is what cannot be measured or
was not computed, never zero. The number of the format grows when a field changes its meaning or goes.
"""

from __future__ import annotations

FORMAT = 2
Fields = dict[str, str]

_ENDS: Fields = {"low": "lower end of its 95 % interval", "high": "upper end of it"}
_INTERVAL: Fields = {"value": "the figure; null where the note says why it is not measurable", **_ENDS}
_NAMED: Fields = {"key": "the quantity", "title": "the quantity in words"}
_FIGURE: Fields = {
    "rows": "rows of the group",
    "measure": "what was measured; see definitions",
    **_INTERVAL,
    "n": "the rows that a rate is a share of",
    "note": "why there is no value, or what to be careful with",
}
_GROUP: Fields = {"split": "the sensitive columns", "group": "the group in words"}
_PAIR: Fields = {
    "against": "whom the group is set against: reference, best or rest",
    "p": "Fisher's exact test",
    "q": "p, corrected for the number of gaps looked at",
    "other": "the other group of the pair",
}
_EFFECT: Fields = {
    **_NAMED,
    **{
        f"{side}{end}": f"{name}{words}"
        for side, name in (("before", "before"), ("after", "after"), ("change", "after less before"))
        for end, words in (("", ""), ("_low", ", lower end of the 95 % interval"), ("_high", ", upper end of it"))
    },
}
_POLICY: Fields = {
    "threshold": "yes from this probability on, for all without a threshold of their own",
    "by": "how the groups with a threshold of their own are made",
    "thresholds": "pairs: the labels of a group, and its threshold",
    "purpose": "what it was chosen for",
}
_COSTS: Fields = {"false_positive": "what a wrong yes costs", "false_negative": "what a wrong no costs"}
_RATES: Fields = {
    f"{key}{end}": f"{words}{more}"
    for key, words in (
        ("selection_rate", "selection rate"),
        ("accuracy", "accuracy"),
        ("tpr", "true positive rate"),
        ("fpr", "false positive rate"),
        ("ppv", "positive predictive value"),
    )
    for end, more in (
        ("", ""),
        ("_n", ": the rows that it is a share of"),
        ("_low", ", lower end of the 95 % interval"),
        ("_high", ", upper end of it"),
    )
}

LAYOUT: dict[str, Fields] = {
    "": {
        "format": "the number of this format",
        "layout": "this table",
        "made": "when, of what and with what the report was made",
        "assessment": "every figure by group, the gaps, and what they say",
        "in_force": "when the model says yes, and the assessment is under it; null where it has no threshold",
        "sliders": "the thresholds set by hand; null where they were not looked at",
        "solutions": "the thresholds that were solved for, one entry per goal, costs and way",
        "mitigations": "the mitigations that were tried",
        "pareto": "accuracy against disparity of all models and mitigations, one entry per criterion looked at",
        "subgroups": "the searches for the worst subgroups",
        "not_computed": "what the page can work out and has not",
        "definitions": "what every word means",
    },
    "made": {
        "date": "ISO 8601, UTC",
        "model": "its name",
        "rows": "held-out rows",
        "resamples": "bootstrap draws behind every interval of the assessment",
        "seed": "of the draws",
        "minimum_rows": "a group, and a rate that is compared, needs as many rows",
        "versions": "of the workbench, of Python and of libraries, by name",
    },
    "assessment": {
        "title": "the model's name",
        "positive": "the outcome that is spoken of",
        "reference": "the group that the others are set against; null for none",
        "rows": "held-out rows",
        "minimum_rows": "a smaller group is not measurable",
        "resamples": "bootstrap draws",
        "seed": "of the draws",
        "groupings": "how the sensitive columns are cut into groups",
        "reading": "what the figures say, in sentences",
        "impossibility": "why two criteria cannot both hold; empty where nothing stands against it",
        "notes": "what was left out and what to be careful with",
        "overall": "every measure of all rows",
        "by_group": "every measure of every group",
        "comparisons": "each group against another",
        "disparities": "the largest gap of each criterion",
        "calibration": "the calibration curve of each group that is large enough",
    },
    "assessment.groupings[]": {
        "column": "the sensitive column",
        "edges": "where numbers are cut; empty: each value is a group",
        "format": "how the file writes the values",
    },
    "assessment.overall[]": _FIGURE,
    "assessment.by_group[]": {**_GROUP, **_FIGURE},
    "assessment.comparisons[]": {
        **_GROUP,
        "measure": "the rate that is compared",
        **_PAIR,
        **{
            f"{kind}{end}": f"{words}{more}"
            for kind, words in (("difference", "the group's rate less the other's"), ("ratio", "one over the other"))
            for end, more in (("", ""), ("_low", ", lower end of the 95 % interval"), ("_high", ", upper end of it"))
        },
    },
    "assessment.disparities[]": {
        **_GROUP,
        "criterion": "the notion of fairness",
        "measure": "the rate that is furthest apart",
        "kind": "difference or ratio",
        **_INTERVAL,
        **_PAIR,
        "looks": "the comparisons that it was picked from",
        "largest": "the group with the largest rate",
        "smallest": "the group with the smallest rate",
        "passes_four_fifths": "whether a ratio of selection rates is 0.8 or more",
        "note": "groups that are left out",
    },
    "assessment.calibration[]": {
        **_GROUP,
        "predicted": "mean probability of the bin",
        "observed": "share of its rows that have the outcome",
        **_ENDS,
        "count": "rows of the bin",
    },
    "in_force": {"policy": "when the model says yes", "warning": "what to know before it decides about people"},
    "in_force.policy": _POLICY,
    "sliders": {
        "policy": "the thresholds",
        "costs": "what errors cost",
        "cost": "the total on the rows that thresholds are chosen on",
        "note": "which rows those are",
        "warning": "what to know before it decides about people",
        "by_group": "counts, rates and cost of each group, on the rows that thresholds are chosen on",
        "disparities": "how far the groups are apart, on the same rows",
        "effect": "the more probable class (before) against these thresholds (after), on held-out rows",
    },
    "sliders.policy": _POLICY,
    "sliders.costs": _COSTS,
    "sliders.by_group[]": {
        "group": "the group in words",
        "rows": "its rows",
        "positives": "those with the outcome",
        "threshold": "its threshold",
        "true negatives": "a right no",
        "false positives": "a wrong yes",
        "false negatives": "a wrong no",
        "true positives": "a right yes",
        **_RATES,
        "cost": "what its errors cost",
        "cost_per_row": "the same per row",
    },
    "sliders.disparities[]": {
        **_NAMED,
        **_INTERVAL,
        "rate": "the rate that is furthest apart",
        "highest": "the group where it is highest",
        "lowest": "the group where it is lowest",
    },
    "sliders.effect[]": _EFFECT,
    "solutions[]": {
        "goal": "what the thresholds were chosen for",
        "words": "the same in a sentence",
        "policy": "the thresholds",
        "per_group": "one per group, or one for all",
        "costs": "what errors cost",
        "tolerance": "how far the groups may be apart; null where the goal limits nothing",
        "reached": "how far they are, on the rows the thresholds were chosen on",
        "cost": "the total on those rows",
        "note": "all that is not as asked for",
        "warning": "what to know before it decides about people",
        "effect": "the more probable class (before) against these thresholds (after), on held-out rows",
    },
    "solutions[].policy": _POLICY,
    "solutions[].costs": _COSTS,
    "solutions[].effect[]": _EFFECT,
    "mitigations[]": {
        "title": "its name",
        "method": "how",
        "when": "before, while or after training",
        "words": "what it does",
        "source": "who described it",
        "constraint": "the criterion aimed at",
        "seed": "of what is drawn by lot",
        "rows": "held-out rows that it is judged on",
        "notes": "what has to be said about it",
        "why_no_model": "why it cannot be taken as the model; empty where it can",
        "seconds": "how long it took",
        "effect": "the model (before) against the mitigation (after), on the same held-out rows",
    },
    "mitigations[].effect[]": _EFFECT,
    "pareto[]": {"key": "the criterion", "criterion": "the same in words", "rows": "models and mitigations"},
    "pareto[].rows[]": {
        "title": "the model or mitigation",
        "kind": "model, mitigation or policy",
        "rows": "held-out rows that it is judged on",
        **{
            f"{name}{end}": f"{words}{more}"
            for name, words in (("accuracy", "accuracy"), ("disparity", "difference between groups"))
            for end, more in (("", ""), ("_low", ", lower end of the 95 % interval"), ("_high", ", upper end of it"))
        },
        "best": "no other is at least as good in both and better in one",
    },
    "subgroups[]": {
        "measure": "the rate that was searched by",
        "looked_at": "subgroups that were compared",
        "tested_on_other_rows": "whether one half was searched and the other tested",
        "note": "the same in words, and what came of it",
        "rows": "the subgroups that were tested",
    },
    "subgroups[].rows[]": {
        "subgroup": "its conditions in words",
        "columns": "the columns",
        "levels": "the level of each",
        "depth": "the number of conditions",
        "rows": "rows that the rate is a share of",
        "value": "the rate",
        "rest": "the rate of all other rows",
        "difference": "the one less the other",
        **_ENDS,
        "p": "Fisher's exact test",
        "q": "p, corrected for all that were tested or looked at",
        "found": "worse by more than chance makes it (q ≤ 0.05)",
    },
    "not_computed[]": {"part": "the field it would be in", "what": "what is missing", "why": "why, or how to get it"},
    "definitions[]": {
        "key": "the word as a key",
        "title": "the word",
        "definition": "what it means",
        "formula": "how it is computed",
        "matters": "when it matters",
    },
}

"""What was done about the findings, as cells and pictures that are ready to be read."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from backends.datasets.grouping import Grouping
from backends.fairness.groups import Groups
from backends.fairness.measures import BY_KEY
from backends.fairness.report import drawing
from backends.fairness.report.tables import MOST, chance, cut_words, effect, interval
from backends.profiling.report.parts import Table
from backends.profiling.report.texts import NOTHING, amount, measured, shown

CURVES = 20  # pictures of calibration; the table and the JSON report have all groups
RATES = ("selection_rate", "tpr", "fpr", "ppv", "accuracy")
Data = dict[str, Any]


def calibration(assessment: Data) -> Data:
    """A picture and the rows of a table per group, the largest splits first as in the assessment."""
    curves: dict[tuple[str, str], list[Data]] = {}
    for row in assessment["calibration"]:
        curves.setdefault((row["split"], row["group"]), []).append(row)
    pictures: list[tuple[str, Markup]] = [
        (shown(group, 80), drawing.calibration(bins, group)) for (_, group), bins in list(curves.items())[:CURVES]
    ]
    rows = [
        (
            *(shown(row["split"]), shown(row["group"], 80), amount(row["count"]), measured(row["predicted"])),
            *(measured(row["observed"]), interval(row["low"], row["high"])),
        )
        for row in assessment["calibration"][:MOST]
    ]
    heads = ("Groups by", "Group", "Rows", "Mean probability", "Share with the outcome", "95 % interval")
    caption = cut_words("Calibration by group: each line a range of the probability", assessment["calibration"])
    return {
        "pictures": pictures,
        "more": max(len(curves) - CURVES, 0),
        "table": Table(caption, heads, rows, (2, 3, 4, 5)),
    }


def in_force(one: Data | None) -> Data:
    """What decides now: thresholds, or for a model without any the most probable class."""
    if one is None:
        words = "The model decides for the most probable class, or by itself; there is no threshold to choose."
        return {"words": words, "warning": "", "table": Table("", (), ())}
    words = "The model decides by these thresholds, and everything above is under them."
    return {"words": words, "warning": one["warning"], "table": policy(one["policy"])}


def policy(one: Data) -> Table:
    """The thresholds of a policy."""
    by = tuple(Grouping.from_dict(row) for row in one["by"])
    rows = [(_name(by, labels), measured(value)) for labels, value in one["thresholds"][:MOST]]
    rows.append(("all others" if rows else "everyone", measured(one["threshold"])))
    return Table("Yes from this probability on", ("Group", "Threshold"), rows, (1,))


def sliders(one: Data | None) -> Data | None:
    """Thresholds set by hand: what they give and cost by group, how far groups are apart, and before and after."""
    if one is None:
        return None
    cells = [
        (
            *(shown(row["group"], 80), amount(row["rows"]), measured(row["threshold"])),
            *(_rate(row, key) for key in RATES),
            amount(row["cost"]),
        )
        for row in one["by_group"][:MOST]
    ]
    heads = ("Group", "Rows", "Threshold", *(BY_KEY[key].title for key in RATES), "Cost")
    gaps = [
        (row["title"], measured(row["value"]), interval(row["low"], row["high"]), _between(row))
        for row in one["disparities"]
    ]
    return {
        "words": f"{_costs(one['costs'])} In all {one['cost']:,.6g}. {one['note']}",
        "warning": one["warning"],
        "by_group": Table("By group, on the rows that thresholds are chosen on", heads, cells, tuple(range(1, 9))),
        "gaps": Table("Gaps on the same rows", ("", "Difference", "95 % interval", "Between"), gaps, (1, 2)),
        "effect": effect(one["effect"]),
    }


def solution(one: Data) -> Data:
    """Thresholds that were solved for: words, costs, thresholds and what they changed."""
    reached = "" if one["reached"] is None else f" Difference reached where chosen: {one['reached']:.3f}."
    way = "one threshold per group" if one["per_group"] else "one threshold for all"
    return {
        "goal": f"{one['goal']}, {way}",
        "words": f"{one['words']}{reached} {_costs(one['costs'])} In all {one['cost']:,.6g} where chosen.",
        "note": one["note"],
        "warning": one["warning"],
        "table": policy(one["policy"]),
        "effect": effect(one["effect"]),
    }


def pareto(one: Data) -> Data:
    """All models and mitigations by one criterion, the most accurate first, as a picture and a table."""
    rows = [
        (
            *(shown(row["title"], 80), row["kind"], amount(row["rows"]), measured(row["accuracy"])),
            *(interval(row["accuracy_low"], row["accuracy_high"]), measured(row["disparity"])),
            *(interval(row["disparity_low"], row["disparity_high"]), "none beats it" if row["best"] else NOTHING),
        )
        for row in one["rows"][:MOST]
    ]
    heads = ("", "Kind", "Rows", "Accuracy", "95 % interval", one["criterion"], "95 % interval", "In both")
    caption = f"Accuracy against disparity: {one['criterion'].lower()}"
    return {
        "picture": drawing.pareto(one["rows"], one["criterion"]),
        "caption": caption,
        "table": Table(cut_words(caption, one["rows"]), heads, rows, (2, 3, 4, 5, 6)),
    }


def subgroups(one: Data) -> Data:
    """The subgroups that were tested, the worst first."""
    rows = [
        (
            *(shown(row["subgroup"], 120), amount(row["rows"]), measured(row["value"]), measured(row["rest"])),
            *(measured(row["difference"]), interval(row["low"], row["high"]), chance(row["q"])),
            "worse than chance makes it" if row["found"] else "may be chance",
        )
        for row in one["rows"][:MOST]
    ]
    title = BY_KEY[one["measure"]].title
    heads = ("Subgroup", "Rows", title, "All others", "Difference", "95 % interval", "q", "")
    table = Table(f"{title} of the worst subgroups", heads, rows, (1, 2, 3, 4, 5, 6))
    return {"note": f"{title}: {one['note']}", "table": table}


def _rate(row: Data, key: str) -> str:
    if row[key] is None:
        return f"not measurable (n = {row[f'{key}_n']:,})"
    return f"{measured(row[key])} ({measured(row[f'{key}_low'])} to {measured(row[f'{key}_high'])})"


def _between(row: Data) -> str:
    return f"{shown(row['highest'], 80)} and {shown(row['lowest'], 80)}" if row["highest"] else "not measurable"


def _costs(costs: Data) -> str:
    return f"A wrong yes costs {costs['false_positive']:,.6g}, a wrong no {costs['false_negative']:,.6g}."


def _name(by: tuple[Grouping, ...], labels: list[str] | tuple[str, ...]) -> str:
    return shown(Groups(by, (tuple(labels),), np.zeros(0, dtype=np.intp)).names[0], 120)

"""What the page shows, as tables of cells that are ready to be read."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from backends.fairness.measures import BY_KEY
from backends.fairness.tallies import CRITERIA
from backends.profiling.report import pictures
from backends.profiling.report.parts import Table
from backends.profiling.report.texts import NOTHING, amount, measured, shown

SHOWN = ("base_rate", "selection_rate", "accuracy", "tpr", "fpr", "ppv", "auc", "calibration_gap")
SIGNED = ("calibration_gap",)
OPPONENTS = {"reference": "the reference group", "best": "the best group", "rest": "all other rows"}
MOST = 200  # rows of a table that are drawn; the JSON report has all
Data = dict[str, Any]


def gaps(assessment: Data) -> list[Table]:
    """The largest gap of each criterion, one table per opponent: the reference or the best group first."""
    rows = assessment["disparities"]
    return [
        _gaps(against, kept) for against in OPPONENTS if (kept := [row for row in rows if row["against"] == against])
    ]


def _gaps(against: str, gaps: list[Data]) -> Table:
    rows = []
    for row in gaps[:MOST]:
        four = {True: "passes", False: "below 0.8"}.get(row["passes_four_fifths"], NOTHING)
        pair = f"{shown(row['group'])} against {shown(row['other'])}" if row["group"] else shown(row["note"], 120)
        rows.append(
            (
                *(shown(row["split"]), CRITERIA[row["criterion"]].title, row["kind"], measured(row["value"])),
                *(
                    interval(row["low"], row["high"]),
                    _dot(row, row["kind"] == "difference"),
                    chance(row["q"]),
                    pair,
                    four,
                ),
            )
        )
    heads = ("Groups by", "Criterion", "Gap", "Value", "95 % interval", "", "q", "Between", "Four fifths")
    return Table(
        cut_words(f"The largest gap of each criterion against {OPPONENTS[against]}", gaps), heads, rows, (3, 4, 6)
    )


def groups(assessment: Data) -> list[Table]:
    """Per measure a table of the groups, with a dot for each."""
    found = []
    for key in SHOWN:
        rows = [row for row in assessment["by_group"] if row["measure"] == key]
        if not rows:
            continue
        cells = [
            (
                *(shown(row["split"]), shown(row["group"]), amount(row["rows"])),
                measured(row["value"]) if row["value"] is not None else shown(row["note"], 80),
                *(interval(row["low"], row["high"]), _dot(row, key in SIGNED)),
            )
            for row in rows[:MOST]
        ]
        heads = ("Groups by", "Group", "Rows", BY_KEY[key].title, "95 % interval", "")
        found.append(Table(cut_words(f"{BY_KEY[key].title}: {BY_KEY[key].definition}", rows), heads, cells, (2, 3, 4)))
    return found


def mitigation(one: Data) -> Data:
    """A mitigation: what it does and what it changed."""
    aim = CRITERIA[one["constraint"]].title.lower()
    return {
        "title": shown(one["title"], 120),
        "words": f"{one['words']} Aimed at {aim}, {one['when']} ({one['source']}).",
        "notes": [shown(note, 400) for note in (*one["notes"], one["why_no_model"]) if note],
        "effect": effect(one["effect"]),
    }


def effect(rows: list[Data]) -> Table:
    """Before and after on the same held-out rows."""
    cells = [
        (
            row["title"],
            *(
                text
                for side in ("before", "after", "change")
                for text in (measured(row[side]), interval(row[f"{side}_low"], row[f"{side}_high"]))
            ),
        )
        for row in rows
    ]
    heads = ("", "Before", "95 % interval", "After", "95 % interval", "Change", "95 % interval")
    return Table("Before and after on the same held-out rows", heads, cells, (1, 2, 3, 4, 5, 6))


def interval(low: float | None, high: float | None) -> str:
    """The two ends, or a dash."""
    return NOTHING if low is None or high is None else f"{measured(low)} to {measured(high)}"


def _dot(row: Data, signed: bool) -> Markup:
    """The value with its interval on a scale from 0 to 1, or from -1 where the figure may be negative."""
    return pictures.dot(row["value"], (row["low"], row["high"]), (-1.0 if signed else 0.0, 1.0))


def chance(q: float | None) -> str:
    """A q-value with three decimals."""
    return NOTHING if q is None else "<0.001" if q < 0.001 else f"{q:.3f}"


def cut_words(caption: str, rows: list[Data]) -> str:
    """A caption that says when not all rows are drawn."""
    return caption if len(rows) <= MOST else f"{caption} (the first {MOST:,} of {len(rows):,})"

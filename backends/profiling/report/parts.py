"""What the page shows of the alerts, the target, the relations and the missing values, as tables and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from backends.datasets.wording import agreeing, number_of
from backends.profiling.report import pictures
from backends.profiling.report.texts import amount, measured, percent, shown

FIRST = 5  # findings of one rule that are open at once
CLASSES = 6  # of the target that are named
Data = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A table of the page: its caption, its heads, its rows of cells, and which columns hold numbers."""

    caption: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True)
class Findings:
    """What one rule found: its words, and a line for each finding, the first ones and the others."""

    severity: str
    title: str
    meaning: str
    advice: str
    condition: str
    shown: list[str]
    rest: list[str]

    @property
    def count(self) -> int:
        """The number of findings."""
        return len(self.shown) + len(self.rest)


def findings(alerts: Sequence[Data]) -> list[Findings]:
    """The alerts, rule by rule in the order of their severity."""
    return [_findings(list(group)) for _, group in groupby(alerts, lambda alert: (alert["severity"], alert["rule"]))]


def _findings(group: list[Data]) -> Findings:
    lines = [_line(alert) for alert in group]
    words = {name: group[0][name] for name in ("severity", "title", "meaning", "advice", "condition")}
    return Findings(**words, shown=lines[:FIRST], rest=lines[FIRST:])


def _line(alert: Data) -> str:
    words = [shown(alert["found"], 600)]
    if alert["sample"]:
        words.append(f"({alert['sample']})")
    if examples := [shown(example, 40) for example in alert["examples"] if example not in alert["found"]]:
        words.append(f"For example: {', '.join(examples)}.")
    ways = " or ".join(shown(step["words"], 200) for step in alert["steps"])
    return Markup("{} <em>{}</em>").format(" ".join(words), ways) if ways else " ".join(words)


def target_part(target: Data) -> Data:
    """The features in the order of what they tell of the target."""
    numeric = target["problem"] == "numeric"
    measure = "Spearman, -1 to 1" if numeric else "ROC AUC alone, 0.5 to 1"
    heads = ("Feature", "Kind", "Mutual information, share", measure, "95 % interval", "Missing", "Note")
    rows = [_feature(feature, numeric) for feature in target["features"]]
    lead = (
        f"{number_of(len(rows), 'feature')} of a {target['problem']} target{_classes(target['classes'])}, each alone, "
    )
    lead += "the most telling first: by mutual information as a share of the target's entropy."
    lead += f" {number_of(target['left_out'], 'row')} without a target left out." if target["left_out"] else ""
    return {
        "name": shown(target["target"]),
        "lead": target["reason"] or lead,
        "sample": target["sample"],
        "features": Table("Each feature alone", heads, rows, (5,)),
    }


def _classes(labels: Sequence[str] | None) -> str:
    if not labels:
        return ""
    named = ", ".join(shown(label, 30) for label in labels[:CLASSES])
    more = f" and {len(labels) - CLASSES:,} more" if len(labels) > CLASSES else ""
    return f" ({named}{more})"


def _feature(feature: Data, numeric: bool) -> tuple[str, ...]:
    value, low, high = (
        feature[key]
        for key in (("spearman", "spearman_low", "spearman_high") if numeric else ("auc", "auc_low", "auc_high"))
    )
    interval = "" if low is None else f"{measured(low)} to {measured(high)}"
    picture = pictures.dot(value, (low, high), (-1.0, 1.0) if numeric else (0.5, 1.0))
    name, share = shown(feature["column"]), feature["mi_share"]
    cells = (name, feature["kind"], _share(share), picture + " " + measured(value), interval)
    return *cells, amount(feature["missing"]), feature["note"] or ""


def _share(share: float | None) -> Markup:
    return pictures.share_bar(share) + percent(share)


def relations_part(relations: Data) -> Data:
    """The matrix and the pairs."""
    names, count = [shown(name) for name in relations["columns"]], len(relations["columns"])
    numbers = [str(at) for at in range(1, count + 1)]
    labels = [f"{shown(name, 22)} {at}" for name, at in zip(relations["columns"], numbers, strict=True)]
    picture = pictures.heat_map(relations["strength"], labels, names, numbers, "How strongly the columns go together")
    shown_, possible = relations["shown_of"]
    lead = f"{shown_:,} of {number_of(possible, 'column')} that can be compared, alike ones side by side."
    lead += " They are those with the strongest associations." if shown_ < possible else ""
    pair_heads = ("Column", "and", "Strength", "Measure", "Rows with both")
    left_out = [(shown(row["column"]), row["reason"] or "") for row in relations["left_out"]]
    return {
        "lead": lead if names else "No two columns can be compared.",
        "sample": relations["sample"],
        "map": picture,
        "words": "Strength of association, empty where it cannot be measured:",
        "pairs": Table(
            "Pairs of columns, the strongest first", pair_heads, list(map(_pair, relations["pairs"])), (2, 4)
        ),
        "left_out": Table("Columns that are not compared", ("Column", "Why"), left_out),
    }


def _pair(pair: Data) -> tuple[str, ...]:
    words = f"{pair['measure']} {measured(pair['value'])}"
    for name in ("Pearson", "Spearman"):
        if name != pair["measure"] and pair[name.lower()] is not None:
            words += f", {name} {measured(pair[name.lower()])}"
    words += f" ({pair['note']})" if pair["note"] else ""
    return shown(pair["first"]), shown(pair["second"]), measured(pair["strength"]), words, amount(pair["rows"])


def missing_part(missing: Data, rows: int) -> Data:
    """Where values are missing, and what is missing together."""
    columns, complete = missing["columns"], missing["complete_rows"]
    share = f" ({percent(complete / rows)})" if rows else ""
    lead = (
        f"{number_of(len(columns), 'column')} with missing values; "
        f"{complete:,} of {number_of(rows, 'row')}{share} {agreeing(complete, 'is', 'are')} complete."
    )
    return {
        "lead": lead if columns else "No value is missing.",
        "sample": missing["sample"],
        "columns": Table(
            "Columns with missing values", ("Column", "Missing", "Share"), list(map(_gaps, columns)), (1,)
        ),
        "map": _matrix(missing["matrix"], rows) if columns else "",
        "words": f"Missing share along the file, first rows on the left{_of(missing['matrix']['shown_of'])}:",
        "patterns": _patterns(missing["patterns"], missing["patterns_left"]),
        "together": _coinciding(missing["together"], missing["shown_of"]),
    }


def _of(shown_of: Sequence[int]) -> str:
    """How many columns a picture shows, where that is not all of them."""
    return f", {shown_of[0]:,} of {shown_of[1]:,} columns" if shown_of[0] < shown_of[1] else ""


def _gaps(row: Data) -> tuple[str, ...]:
    return shown(row["column"]), amount(row["missing"]), _share(row["share"])


def _patterns(patterns: Sequence[Data], left: int) -> Table:
    rows = [
        (", ".join(shown(name, 30) for name in row["columns"]), amount(row["rows"]), percent(row["share"]))
        for row in patterns
    ]
    more = f"; {number_of(left, 'rarer combination')} not listed" if left else ""
    return Table(f"Missing in the same rows{more}", ("Columns", "Rows", "Share of rows"), rows, (1, 2))


def _coinciding(pairs: Sequence[Data], shown_of: Sequence[int]) -> Table:
    heads = ("Column", "and", "Rows where both are missing", "Correlation of the gaps", "Share of the rarer gaps")
    rows = [
        (
            *(shown(row["first"]), shown(row["second"]), amount(row["rows_both"])),
            *(measured(row["phi"]), percent(row["overlap"])),
        )
        for row in pairs
    ]
    return Table(f"Gaps that coincide{_of(shown_of)}", heads, rows, (2, 3, 4))


def _matrix(matrix: Data, rows: int) -> Markup:
    starts = matrix["first_rows"]
    ends = [start - 1 for start in starts[1:]] + [rows]
    across = [
        f"rows {start:,} to {end:,}" if start < end else f"row {start:,}"
        for start, end in zip(starts, ends, strict=True)
    ]
    down = [shown(name, 24) for name in matrix["columns"]]
    grid = [list(column) for column in zip(*matrix["share"], strict=True)]
    return pictures.heat_map(grid, down, across, ("",) * len(across), "Where in the file values are missing")

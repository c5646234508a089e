"""Rows that repeat, that belong together, or that change on the way down the file."""

from __future__ import annotations

from collections.abc import Iterator

from backends.datasets.describe import percentage
from backends.datasets.recipe import Step, listed
from backends.datasets.traits import names_a_group
from backends.datasets.wording import agreeing, number_of, per_cent
from backends.profiling.alert import Severity
from backends.profiling.alerts.evidence import Evidence
from backends.profiling.alerts.rule import Finding, Rule

REPEATED = 0.01  # share of the rows from which on copies weigh more
GROUPS = 20  # values
LARGE = 0.25  # PSI that is usually called a large shift
LARGEST = 50  # rows per value on average; more are categories


def _duplicate_rows(e: Evidence) -> Iterator[Finding]:
    count = e.profile.overview.duplicate_rows
    if count:
        found = f"{count:,} of {number_of(e.rows, 'row')} ({percentage(count, e.rows)}) "
        found += f"{agreeing(count, 'repeats', 'repeat')} an earlier row in every column."
        severity: Severity | None = "medium" if count >= REPEATED * e.rows else None
        yield Finding((), found, count / e.rows, (Step("drop_duplicates"),), severity=severity)


def _groups(e: Evidence) -> Iterator[Finding]:
    distinct = e.figures("distinct")
    sized = (distinct >= GROUPS) & (distinct < e.present) & (e.present <= LARGEST * distinct)
    identifier = e.of_kind("identifier")
    for at, name in e.where(sized & e.of_kind("identifier", "integer", "category", "text")):
        if name == e.target or not (identifier[at] or names_a_group(name)):
            continue
        each = e.present[at] / distinct[at]
        found = f"{name!r} has {distinct[at]:,} values in {e.present[at]:,} rows: {each:.1f} rows each on average."
        yield Finding((name,), found, each, (Step("split_by", (name,)),))


def _drift(e: Evidence) -> Iterator[Finding]:
    """One finding for the table: what changes over time changes in many columns at once."""
    shift = e.drift
    if shift is None or not (shifted := shift.table["shifted"].to_numpy(dtype=bool)).any():
        return
    from backends.profiling.shift import IN_FILE_ORDER

    names, sizes = shift.table["column"].to_numpy()[shifted].tolist(), shift.table["psi"].to_numpy()[shifted]
    told = ", ".join(f"{name!r} (PSI {size:.2f})" for name, size in zip(names[:3], sizes, strict=False))
    left = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    found = (
        f"{number_of(len(names), 'column')} {agreeing(len(names), 'differs', 'differ')} between the {shift.labels[0]} "
    )
    found += f"and the {shift.labels[1]}: {told}{left}."
    order = [name for name in shift.table["column"][shift.table["note"] == IN_FILE_ORDER] if name in e.place]
    if order:
        found += f" The file is in the order of {listed(tuple(order))}."
    sorted_by = any(e.values.column(name).kind != "datetime" for name in order)
    steps = (Step("split_in_time", (e.time,)),) if e.time and not sorted_by else ()
    severity: Severity | None = "medium" if sizes.max() >= LARGE and not sorted_by else None
    yield Finding(tuple(names), found, sizes.max(), steps, sample=shift.sample.words, severity=severity)


RULES = (
    Rule(
        "duplicate_rows",
        "Repeated rows",
        f"A row equals an earlier one in every column; from {per_cent(REPEATED)} of the rows on it weighs more.",
        "low",
        "A copy in the hold-out part of a row that was trained on is an exam question known beforehand.",
        "Drop the copies, unless equal rows are different cases by chance, as happens where columns are few.",
        _duplicate_rows,
    ),
    Rule(
        "groups",
        "Rows that belong together",
        f"An identifier that repeats, or a column named like one (customer, patient_id, …), has at least {GROUPS} "
        f"values of up to {LARGEST} rows each on average.",
        "medium",
        "With rows of one person in both parts, a model is tested on people it knows, and looks better than it is.",
        "Keep the rows of one value together in validation.",
        _groups,
    ),
    Rule(
        "drift",
        "The data change down the file",
        "Columns differ between the first and the last half of the file: a PSI of at least 0.1, and a test that holds "
        f"(false discovery rate 5 %). From a PSI of {LARGE} on it weighs more, unless the file is sorted by "
        "a column that is no date.",
        "low",
        "Where the file is in order of time, a model made today will meet data unlike those it learnt from.",
        "If the file is in the order of time, validate in that order. If it is sorted by something else, the "
        "difference means that alone: shuffle before you split.",
        _drift,
    ),
)

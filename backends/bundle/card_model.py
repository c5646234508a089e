"""Sections of the card about the model: data, features, metrics, decision, fairness."""

from __future__ import annotations

from typing import Any

from backends.bundle.bundle import Bundle
from backends.bundle.card_text import LONG, bullets, cell, interval, literal, number, table
from backends.datasets.schema import Column
from backends.datasets.wording import number_of
from backends.profiling.report.texts import amount, percent
from backends.training.policy import HALF

LEVELS = 5  # of a category that are named
NOT_ASSESSED = (
    "Not assessed. Whether the model treats groups of people differently is not known; that no figure is given here "
    "says nothing in its favour."
)


def data(bundle: Bundle) -> list[str]:
    """What it was trained and judged on, so that the very file can be known again."""
    signature, metrics = bundle.signature, bundle.metrics
    rows = metrics["rows"]
    steps = "; ".join(literal(step.words, LONG) for step in signature.recipe)
    lines = [
        f"Table: {cell(signature.dataset)}, {number_of(rows['table'], 'row')}.",
        f"SHA-256 of the table: `{signature.digest}`." if signature.digest else "The digest of the table is not known.",
        f"Trained on {number_of(rows['training'], 'row')}; judged on {number_of(rows['held_out'], 'other row')}.",
        f"Steps before the training, repeated on every new row: {steps}." if steps else "",
    ]
    counts = [(cell(row["name"]), f"{row['rows']:,}", f"{row['held_out']:,}") for row in metrics["classes"]]
    target = f"Classes of {cell(signature.target.name)}:"
    return [bullets(line for line in lines if line), target, table(("class", "rows", "held out"), counts)]


def features(bundle: Bundle) -> list[str]:
    """The columns that the model takes, as they were in the training's table."""
    signature = bundle.signature
    rows = [
        (cell(column.name), _kind(column, column.name in signature.features), percent(column.missing), _values(column))
        for column in signature.columns
    ]
    return [table(("column", "kind", "missing", "values"), rows)]


def _kind(column: Column, feature: bool) -> str:
    return column.kind if feature else f"{column.kind}, for the decision only"


def _values(column: Column) -> str:
    """The range of numbers and dates, or the most frequent levels."""
    if column.low is not None and column.high is not None:
        ends = [amount(end) if isinstance(end, int | float) else literal(end) for end in (column.low, column.high)]
        return " to ".join(ends)
    levels = ", ".join(cell(level) for level in column.categories[:LEVELS])
    more = len(column.categories) - LEVELS
    return f"{levels} and {more:,} more" if more > 0 else levels or f"{number_of(column.distinct, 'distinct value')}"


def metrics(bundle: Bundle) -> list[str]:
    """Every score on the held-out rows with its interval, beside the baseline's and the folds'."""
    found = bundle.metrics
    baseline = {row["metric"]: row["value"] for row in (found["baseline"] or {"hold_out": ()})["hold_out"]}
    folds = {row["metric"]: row for row in found["cross_validation"]["scores"]}
    rows = [
        (
            row["title"] + (" (ranks the models)" if row["metric"] == found["metric"]["key"] else ""),
            interval(row["value"], row["low"], row["high"]),
            number(baseline.get(row["metric"])) if row["metric"] in baseline else "–",
            _mean(folds.get(row["metric"])),
        )
        for row in found["hold_out"]
    ]
    heads = ("metric", "on held-out rows", "baseline there", "mean over the folds (standard deviation)")
    said = "Intervals are percentile bootstraps over the held-out rows."
    if not bundle.signature.policy.plain:
        said += " Scores of labels on held-out rows are of the decision below; the folds took the more probable class."
    guess = f" The baseline is: {literal(found['baseline']['title'])}." if found["baseline"] else ""
    return [table(heads, rows), said + guess]


def _mean(row: dict[str, Any] | None) -> str:
    if row is None or row["mean"] is None:
        return "–"
    return number(row["mean"]) + ("" if row["std"] is None else f" ({number(row['std'])})")


def decision(bundle: Bundle) -> list[str]:
    """When the graph says which class."""
    signature = bundle.signature
    policy = signature.policy
    if not signature.binary:
        return ["The label is the most probable class."]
    yes, no = (cell(name) for name in reversed(signature.classes))
    said = f"The label is {yes} where its probability is {_from(policy.threshold)}, else {no}."
    purpose = [f"Chosen for: {literal(policy.purpose, LONG)}."] if policy.purpose else []
    if not policy.thresholds:
        return [said, *purpose]
    from backends.fairness.thresholds import LAWFUL_WARNING

    columns = " and ".join(cell(name) for name in policy.columns)
    rows = [(", ".join(map(cell, group)), _from(value)) for group, value in policy.thresholds]
    own = f"{said} Groups by {columns} have thresholds of their own, which the graph applies:"
    return [own, table(("group", f"{yes} where the probability is"), rows), f"**{LAWFUL_WARNING}**", *purpose]


def _from(threshold: float) -> str:
    """At the threshold itself it is a yes, but not at one half, where the first class is as probable."""
    return f"above {threshold:g}" if threshold == HALF else f"at least {threshold:.6g}"


def fairness(bundle: Bundle) -> list[str]:
    """What the fairness report says, and its largest gaps."""
    if bundle.fairness is None:
        return [NOT_ASSESSED]
    found = bundle.fairness["assessment"]
    said = f"Assessed on {number_of(found['rows'], 'held-out row')} for the outcome {cell(found['positive'])}."
    gaps = [row for row in found["disparities"] if row["kind"] == "difference" and row["against"] == "best"]
    rows = [
        (cell(row["split"]), row["criterion"].replace("_", " "), interval(row["value"], row["low"], row["high"]),
         f"{cell(row['group'])} and {cell(row['other'])}")
        for row in gaps
    ]  # fmt: skip
    heads = ("groups by", "criterion", "largest difference", "between")
    reading = bullets(literal(sentence, LONG) for sentence in found["reading"])
    return [said, *([reading] if reading else []), *([table(heads, rows)] if rows else [])]

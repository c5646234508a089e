"""What stands first in a report, and what has to stand beside its figures."""

from __future__ import annotations

from typing import Any

from backends.datasets.wording import number_of

NAMED = 4  # rules that the first sentence names
PRIVATE = (
    "Values of the table are left out, counts below 5 masked, means and percentiles rounded to three digits. "
    "A percentile stands for at least five rows, but in a column of whole or few numbers it can equal a value of "
    "the table. The names of the file and its columns and the SHA-256 stay."
)
Data = dict[str, Any]
SAMPLED = {
    "columns": "columns",
    "target": "features against the target",
    "relations": "relations",
    "missing": "missing values",
}


def answer(data: Data) -> str:
    """The report in two sentences: how large the table is, and what has to be decided first."""
    overview, alerts = data["overview"], data["alerts"]
    table = f"{number_of(overview['rows'], 'row')} and {number_of(overview['columns'], 'column')}."
    first = list(dict.fromkeys(alert["title"] for alert in alerts if alert["severity"] == "high"))
    if first:
        count = sum(alert["severity"] == "high" for alert in alerts)
        titles = ", ".join(title[:1].lower() + title[1:] for title in first[:NAMED])
        more = f" and {len(first) - NAMED} more" if len(first) > NAMED else ""
        return f"{table} {number_of(count, 'finding')} of {len(alerts):,} should be decided first: {titles}{more}."
    if alerts:
        return f"{table} {number_of(len(alerts), 'thing')} to look at, none of them serious."
    return f"{table} No rule found anything to look at."


def sampled(data: Data) -> str:
    """Which parts were made from a sample, and from which; empty when all rows were looked at everywhere."""
    samples = {name: data[key]["sample"] for key, name in SAMPLED.items() if data[key]}
    return "; ".join(f"{name} {words}" for name, words in samples.items() if words)

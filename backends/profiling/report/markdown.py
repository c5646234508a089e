"""The report as Markdown, in the tables that GitHub draws."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from backends.datasets.wording import number_of
from backends.profiling.report.summary import PRIVATE, answer, sampled
from backends.profiling.report.texts import amount, measured, percent, shown

MOST = 300  # rows of a table: GitHub shows no file beyond half a megabyte
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&@-])")
Data = dict[str, Any]


def literal(text: str, most: int = 60) -> str:
    """A text of the table that Markdown does not read as markup.

    >>> literal("a|b `c` <b>")
    'a\\\\|b \\\\`c\\\\` \\\\<b\\\\>'
    """
    return _MARKUP.sub(r"\\\1", shown(text, most))


def markdown(data: Data) -> str:
    """The document of `content`'s data."""
    made = data["made"]
    blocks = [f"# {literal(made['table'], 120)}", answer(data), _overview(data["overview"])]
    blocks += ["## What to look at", *_alerts(data["alerts"])]
    blocks += ["## Columns", _columns(data["columns"]["rows"])]
    if data["target"]:
        blocks += [f"## Features against {literal(data['target']['target'])}", _features(data["target"])]
    blocks += ["## Relations", _pairs(data["relations"]), "## Missing values", _gaps(data["missing"])]
    told = sampled(data) or "every figure from all rows"
    blocks.append(
        f"Made {made['date']} by workbench {made['versions']['workbench']}; {told}. SHA-256: {made['digest'] or '–'}."
    )
    if made["private"]:
        blocks.append(f"Private: {PRIVATE}")
    return "\n\n".join(blocks) + "\n"


def _table(heads: Sequence[str], rows: Sequence[Data], write: Callable[[Data], Iterable[str]]) -> str:
    """A table of at most `MOST` rows, and how many there are."""
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    lines += [f"| {' | '.join(write(row))} |" for row in rows[:MOST]]
    more = f"\n\n{MOST} of {len(rows):,} rows; the JSON report has all." if len(rows) > MOST else ""
    return "\n".join(lines) + more


def _overview(overview: Data) -> str:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in overview["kinds"].items() if count)
    figures = {
        "rows": amount(overview["rows"]),
        "columns": f"{amount(overview['columns'])} ({kinds})",
        "missing values": f"{amount(overview['missing'])} ({percent(overview['missing_share'])})",
        "duplicate rows": amount(overview["duplicate_rows"]),
        "complete rows": amount(overview["complete_rows"]),
    }
    return _table(("figure", "value"), [{"name": name, "value": value} for name, value in figures.items()], dict.values)


def _alerts(alerts: Sequence[Data]) -> list[str]:
    if not alerts:
        return ["No rule found anything to look at."]
    lines = [_alert(alert) for alert in alerts[:MOST]]
    more = [f"{MOST} of {len(alerts):,} findings; the JSON report has all."] if len(alerts) > MOST else []
    return ["\n".join(lines), *more]


def _alert(alert: Data) -> str:
    ways = " or ".join(step["words"] for step in alert["steps"])
    offered = f" → {literal(ways, 200)}" if ways else ""
    sample = f" ({literal(alert['sample'], 100)})" if alert["sample"] else ""
    found, advice = literal(alert["found"], 600), literal(alert["advice"], 600)
    return f"- **{alert['severity']}: {literal(alert['title'])}.** {found}{sample} {advice}{offered}"


def _columns(rows: Sequence[Data]) -> str:
    heads = ("column", "kind", "missing", "distinct", "most frequent", "mean", "std", "min", "median", "max")
    return _table(heads, rows, _column)


def _column(row: Data) -> Iterable[str]:
    yield from (literal(row["column"]), row["kind"], percent(row["missing_share"]), amount(row["distinct"]))
    yield "–" if row["mode"] is None else f"{literal(row['mode'], 30)} ({percent(row['mode_share'])})"
    yield from (amount(row[name]) for name in ("mean", "std"))
    yield from (_end(row, "min", "first"), amount(row["p50"]), _end(row, "max", "last"))


def _end(row: Data, number: str, date: str) -> str:
    return amount(row[number]) if row[date] in (None, "") else literal(row[date])


def _features(target: Data) -> str:
    measure = "spearman" if target["problem"] == "numeric" else "auc"
    low, high = f"{measure}_low", f"{measure}_high"
    name = "Spearman" if measure == "spearman" else "ROC AUC"

    def write(row: Data) -> Iterable[str]:
        interval = f"{measured(row[measure])} ({measured(row[low])} to {measured(row[high])})"
        yield from (literal(row["column"]), percent(row["mi_share"]), "–" if row[measure] is None else interval)
        yield literal(row["note"], 200) if row["note"] else ""

    return _table(("feature", "mutual information, share", f"{name}, 95 % interval", "note"), target["features"], write)


def _pairs(relations: Data) -> str:
    def write(row: Data) -> Iterable[str]:
        yield from (literal(row["first"]), literal(row["second"]), row["measure"])
        yield from (measured(row["value"]), measured(row["strength"]), amount(row["rows"]))

    compared, able = relations["shown_of"]
    shown_of = f"{compared:,} of {number_of(able, 'column')} that can be compared."
    heads = ("column", "and", "measure", "value", "strength", "rows")
    return f"{shown_of}\n\n{_table(heads, relations['pairs'], write)}" if relations["pairs"] else shown_of


def _gaps(missing: Data) -> str:
    def write(row: Data) -> Iterable[str]:
        yield from (literal(row["column"]), amount(row["missing"]), percent(row["share"]))

    if not missing["columns"]:
        return "No value is missing."
    return _table(("column", "missing", "share"), missing["columns"], write)

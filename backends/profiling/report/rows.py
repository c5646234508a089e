"""The table of the columns, one `<tbody>` each: a row to compare, which opens to everything that is known.

There may be thousands, so the rows are formatted here and not by the template, without the end tags
that HTML can do without; every text goes through `_safe`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from markupsafe import Markup

from backends.datasets.wording import number_of
from backends.profiling.report import pictures
from backends.profiling.report.texts import NOTHING, amount, percent, shown
from backends.profiling.wording import bytes_in_words

Row = dict[str, Any]
LEVEL = 40  # characters of a frequent value that are shown
NUMERIC = ("number", "integer")
LINE = 22  # height of a line of frequent values, in CSS pixels

# What an opened row shows in groups: a name, the field, how it is written, the kinds that have it (none: all).
Figure = tuple[str, str, Callable[[Any], str], tuple[str, ...]]
GROUPS: tuple[tuple[Figure, ...], ...] = (
    (
        ("least", "min", amount, ()),
        ("1st percentile", "p1", amount, ()),
        ("5th percentile", "p5", amount, ()),
        ("25th percentile", "p25", amount, ()),
        ("median", "p50", amount, ()),
        ("75th percentile", "p75", amount, ()),
        ("95th percentile", "p95", amount, ()),
        ("99th percentile", "p99", amount, ()),
        ("greatest", "max", amount, ()),
        ("first", "first", str, ()),
        ("last", "last", str, ()),
        ("shortest, characters", "length_min", amount, ()),
        ("mean length", "length_mean", amount, ()),
        ("longest, characters", "length_max", amount, ()),
    ),
    (
        ("mean", "mean", amount, ()),
        ("standard deviation", "std", amount, ()),
        ("skewness", "skewness", amount, ()),
        ("excess kurtosis", "kurtosis", amount, ()),
        ("zero", "zeros", amount, NUMERIC),
        ("negative", "negatives", amount, NUMERIC),
        ("infinite", "infinite", amount, NUMERIC),
        ("outliers (1.5 IQR)", "outliers", amount, NUMERIC),
    ),
    (
        ("missing", "missing", amount, ()),
        ("distinct", "distinct", amount, ()),
        ("distinct share", "distinct_share", percent, ()),
        ("blank", "blank", amount, ("category", "text", "identifier")),
        ("order in the file", "sorted", str, ()),
        ("memory", "memory", bytes_in_words, ()),
    ),
)


def column_rows(rows: Sequence[Row], alerts: Sequence[Row]) -> Markup:
    """The bodies of the table; a column that alerts speak of says how many."""
    concerned = Counter(name for alert in alerts for name in alert["columns"])
    return Markup("\n".join(_body(row, concerned[row["column"]]) for row in rows))  # noqa: S704 - escaped cell by cell


def _safe(text: str, most: int = 60) -> str:
    return escape(shown(text, most))


def _body(row: Row, alerts: int) -> str:
    mark = f" <span class=mark>{number_of(alerts, 'alert')}</span>" if alerts else ""
    figures = "".join(_figures(row, group) for group in GROUPS)
    cells = (row["kind"], percent(row["missing_share"]), amount(row["distinct"]))
    kind, missing, distinct = map(escape, cells)
    detail = f"<div class=detail>{figures}{_levels(row)}</div>"
    return (
        f"<tbody><tr><th scope=row><details><summary>{_safe(row['column'])}{mark}</summary>{detail}</details>"
        f"<td>{kind}<td class=n>{missing}<td class=n>{distinct}<td>{_typical(row)}<td>{_range(row)}<td>{_shape(row)}"
    )


def _typical(row: Row) -> str:
    if row["kind"] in NUMERIC and row["p50"] is not None:
        return f"median {amount(row['p50'])}"
    if row["mode"] is None:
        return NOTHING
    if row["mode_count"] == 1:
        return "no value repeats"
    return f"{_safe(row['mode'], LEVEL)} ({escape(percent(row['mode_share']))})"


def _range(row: Row) -> str:
    if row["min"] is not None and row["kind"] in NUMERIC:
        return f"{amount(row['min'])} to {amount(row['max'])}"
    if row["first"] is not None:
        return _safe(f"{row['first']} to {row['last']}")
    if row["p5"] is not None and row["kind"] in NUMERIC:
        return f"9 of 10 in {amount(row['p5'])} to {amount(row['p95'])}"
    if row["length_max"] is not None:
        least, most = int(row["length_min"]), int(row["length_max"])
        return number_of(most, "character") if least == most else f"{least:,} to {most:,} characters"
    return NOTHING


def _shape(row: Row) -> str:
    if row["histogram"] is not None:
        return pictures.bars(row["histogram"]["counts"], f"{len(row['histogram']['counts'])} bins")
    counts = [level["count"] for level in row["top"]]
    return pictures.bars(counts, f"{len(counts)} most frequent", apart=True) if sum(counts) > len(counts) > 1 else ""


def _figures(row: Row, group: Sequence[Figure]) -> str:
    """A group of figures; one that the column does not have is left away."""
    cells = [
        f"<dt>{name}<dd>{escape(write(row[field]))}"
        for name, field, write, kinds in group
        if row[field] not in (None, "") and (not kinds or row["kind"] in kinds)
    ]
    return f"<dl>{''.join(cells)}</dl>" if cells else ""


def _levels(row: Row) -> str:
    """The most frequent values with their rows and bars; where none repeats, a few values."""
    counts = [level["count"] for level in row["top"]]
    if not counts:
        return ""
    repeats = max(counts) > 1
    bars = pictures.lying_bars(counts, LINE) if repeats else ""
    lines = "".join(f"<li>{_level(level, repeats)}" for level in row["top"])
    rest = (row["distinct"] or 0) - len(counts)
    more = f"<li><small>and {number_of(int(rest), 'other value')}</small>" if rest > 0 else ""
    return f"<div class=levels>{bars}<ol>{lines}{more}</ol></div>"


def _level(level: Row, counted: bool) -> str:
    value = "a value" if level["value"] is None else f"<bdi>{_safe(level['value'], LEVEL)}</bdi>"
    return f"{value} <small>{amount(level['count'])}</small>" if counted else value

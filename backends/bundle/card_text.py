"""Texts, numbers and tables of a card in Markdown that nothing inside them can break."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from backends.profiling.report.markdown import literal

MOST = 200  # rows of a table
LONG = 600  # characters of a sentence that quotes the table

__all__ = ["LONG", "bullets", "cell", "interval", "json_block", "literal", "number", "table"]


def cell(value: Any) -> str:
    """A value of the table on one line, read as it stands.

    >>> cell("| x |"), cell("</script>"), cell(None)
    ('\\\\| x \\\\|', '\\\\</script\\\\>', '–')
    """
    return "–" if value is None else literal(str(value))


def number(value: float | None) -> str:
    """A score as people read it.

    >>> number(0.84512), number(None)
    ('0.845', 'not measurable')
    """
    return "not measurable" if value is None else f"{value:.3f}"


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """A score with the ends of its 95 % interval.

    >>> interval(0.845, 0.82, 0.87), interval(0.845, None, None)
    ('0.845 (95 % interval 0.820 to 0.870)', '0.845 (no interval)')
    """
    if value is None:
        return number(value)
    ends = "no interval" if low is None or high is None else f"95 % interval {low:.3f} to {high:.3f}"
    return f"{value:.3f} ({ends})"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; long ones are cut, with their length said.

    >>> print(table(("a", "b"), [("1", "2")]))
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows[:MOST]]
    more = f"\n\n{MOST} of {len(rows):,}; the JSON files have all." if len(rows) > MOST else ""
    return "\n".join(lines) + more


def bullets(sentences: Iterable[str]) -> str:
    """A list of sentences that are Markdown already."""
    return "\n".join(f"- {sentence}" for sentence in sentences)


def json_block(data: Any) -> str:
    """Data as a block of JSON; the sign that opens a tag is written as an escape, which means the same in JSON."""
    text = json.dumps(data, ensure_ascii=True, indent=2).replace("<", "\\u003c")
    return f"```json\n{text}\n```"

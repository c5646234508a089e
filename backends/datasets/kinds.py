"""What each column of text means: one of the seven kinds, with the evidence and the exceptions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from backends.datasets import numbers
from backends.datasets.asked import ASKED
from backends.datasets.attempts import ENOUGH, Rules, as_boolean, as_datetime, as_number, counted
from backends.datasets.describe import Understood, describe, nullable
from backends.datasets.levels import Levels
from backends.datasets.schema import Kind, ValueFormat
from backends.datasets.words import NAMED_LIKE_ID, NAMED_STRONGLY, as_text, kind_of_words


def understand_text(name: str, column: pa.ChunkedArray, rules: Rules, asked: Kind | None = None) -> Understood:
    """Find (or, with `asked`, enforce) the kind of a column of text and convert it.

    Raises WorkbenchError when no value at all can be read as the kind asked for.
    """
    if asked is None or asked in ("number", "integer", "identifier"):
        plain = _plain(name, column, rules, asked)
        if plain is not None:
            return plain
    levels = Levels.of(column, rules.marks)
    if asked is not None:
        return ASKED[asked](name, levels, rules)
    if not levels.filled:
        return as_text(name, levels, "category", "Every value is missing.")
    among_values = levels.among_values()
    for attempt in (as_boolean, as_number, as_datetime):
        found = attempt(name, among_values, rules, ENOUGH)
        if found is not None:
            return found
    kind, evidence = kind_of_words(name, levels)
    return as_text(name, levels, kind, evidence)


def _plain(name: str, column: pa.ChunkedArray, rules: Rules, asked: Kind | None) -> Understood | None:
    """The short cut for plain numbers: no text is looked at but a sample."""
    if rules.decimal not in ("", ".") or rules.thousands or rules.marks or column.null_count:
        return None
    kind = numbers.plain_type(column)
    values = None if kind is None else numbers.parse_plain(column, kind)
    if values is None or (asked in ("integer", "identifier") and values.type != pa.int64()):
        return None
    return understand_plain(name, values, asked)


def understand_plain(name: str, values: pa.ChunkedArray, asked: Kind | None = None) -> Understood:
    """Describe a column of text whose every cell was a plain number or empty, and is converted already."""
    whole = values.type == pa.int64()
    rows, filled = len(values), len(values) - values.null_count
    evidence = counted(filled, rows, "whole numbers" if whole else "numbers", rows - filled)
    if whole and asked == "number":
        values, whole = values.cast(pa.float64()), False
    found = describe(name, "integer" if whole else "number", nullable(values), evidence, ValueFormat())
    return identified(found, asked)


def identified(found: Understood, asked: Kind | None) -> Understood:
    """Turn a column of whole numbers into an identifier when its values number or name the rows."""
    column, values = found.column, found.values
    if asked == "identifier":
        return replace(
            found, column=replace(column, kind="identifier", evidence=column.evidence + "; kind as asked for")
        )
    rows = len(values)
    if asked or column.kind != "integer" or column.missing or column.distinct < rows or rows < 3:
        return found
    steps = np.diff(np.asarray(values))
    counting = bool((steps == 1).all()) and rows >= 20
    named = bool((NAMED_STRONGLY if rows < 20 else NAMED_LIKE_ID).search(column.name))
    if not (counting or named):
        return found
    why = "numbers the rows one by one" if counting else "has a different value in each row and is named like one"
    return replace(found, column=replace(column, kind="identifier", evidence=f"{column.evidence}; it {why}"))

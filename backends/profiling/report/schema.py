"""The JSON Schema (draft 2020-12) of the JSON report, made from the rows of `fields`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backends.profiling.report import fields
from backends.profiling.report.fields import FORMAT, Field

Schema = dict[str, Any]
TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
NUMBERS: Schema = {"type": "array", "items": {"type": ["number", "null"]}}
SAMPLE: Schema = {"type": "string", "description": "the rows the figures were made from; empty means all"}


def _object(words: str, properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": words,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(words: str, item: Schema) -> Schema:
    return {"type": "array", "description": words, "items": item}


def _figures(rows: Sequence[Field]) -> Schema:
    return {row.name: _figure(row) for row in rows}


def _figure(row: Field) -> Schema:
    words = row.words if row.private == "kept" else f"{row.words} ({row.private} in a private report)"
    described = TEXTS if row.type == "strings" else {"type": [row.type, "null"]}
    return {**described, "description": words}


def _table(words: str, rows: Sequence[Field]) -> Schema:
    return _list(words, _object("one row", _figures(rows)))


_NULLABLE_TEXT: Schema = {"type": ["string", "null"]}
_SHOWN_OF: Schema = {
    "type": "array",
    "description": "how many columns are shown, of how many that could be",
    "items": {"type": "integer"},
    "minItems": 2,
    "maxItems": 2,
}
_GRID: Schema = {"type": "array", "items": NUMBERS}
_STEP = _object(
    "a way to resolve it",
    {
        "action": {"type": "string"},
        "columns": TEXTS,
        "kind": _NULLABLE_TEXT,
        "values": {
            "type": ["array", "null"],
            "description": "values or [old, new] pairs, long ones cut; null if private",
        },
        "words": {"type": "string"},
    },
)
_HISTOGRAM: Schema = {
    "type": ["object", "null"],
    "description": "of the finite values; dates in seconds since 1970; no edges and no count below 5 if private",
    "properties": {"edges": {**NUMBERS, "type": ["array", "null"]}, "counts": NUMBERS},
    "required": ["edges", "counts"],
    "additionalProperties": False,
}
_LEVEL = _object(
    "a value (cut after 200 characters) and its rows; a private report has no value",
    {"value": _NULLABLE_TEXT, "count": {"type": "integer"}},
)
_PRIVATE = (
    "whether values of the table are left out; table and digest stay, and a percentile, rounded to three digits, can "
    "still equal a value"
)
_MADE = _object(
    "what was profiled, when and with what",
    {
        "table": {"type": "string", "description": "name of the table"},
        "digest": {"type": "string", "description": "SHA-256 of the original bytes and of the corrections given"},
        "date": {"type": "string", "format": "date-time"},
        "private": {"type": "boolean", "description": _PRIVATE},
        "seed": {"type": "integer", "description": "of every random sample"},
        "versions": {"type": "object", "additionalProperties": {"type": "string"}},
    },
)
_ALERT = _object(
    "a rule that was met",
    {
        **_figures(fields.ALERT),
        "found": {"type": "string", "description": "what was found; in a private report without figures"},
        "steps": _list("ways to resolve it, the best first", _STEP),
        "examples": {**TEXTS, "description": "values at fault, cut after 200 characters; none in a private report"},
    },
)
_COLUMN = _object(
    "a column",
    {**_figures(fields.COLUMN), "histogram": _HISTOGRAM, "top": _list("the most frequent values", _LEVEL)},
)
_TARGET: Schema = {
    **_object(
        "every feature against the target; null without a target",
        {
            "target": {"type": "string"},
            "problem": {"type": "string", "description": "binary, multiclass, numeric or none"},
            "reason": {"type": "string", "description": "why nothing can be told from the target; else empty"},
            "rows": {"type": "integer", "description": "rows with a target that were looked at"},
            "left_out": {"type": "integer", "description": "rows without a target"},
            "classes": {**TEXTS, "type": ["array", "null"], "description": "long ones cut; null in a private report"},
            "features": _table("the features, the most telling first", fields.FEATURE),
            "sample": SAMPLE,
        },
    ),
    "type": ["object", "null"],
}
_RELATIONS = _object(
    "how strongly the columns go together",
    {
        "columns": {**TEXTS, "description": "in the order of the matrix: alike columns stand together"},
        "shown_of": _SHOWN_OF,
        "strength": {**_GRID, "description": "columns × columns, 0 to 1"},
        "pairs": _table("the pairs, strongest first", fields.PAIR),
        "left_out": _table("columns that have no associations", fields.LEFT_OUT),
        "sample": SAMPLE,
    },
)
_MATRIX = _object(
    "where in the file values are missing",
    {
        "columns": TEXTS,
        "first_rows": {"type": "array", "description": "first row of each part, from 1", "items": {"type": "integer"}},
        "share": {**_GRID, "description": "parts of the file × columns"},
        "shown_of": _SHOWN_OF,
    },
)
_MISSING = _object(
    "missing values",
    {
        "columns": _table("columns with missing values, most first", fields.GAPS),
        "patterns": _table("columns that are missing in the same rows, most frequent first", fields.PATTERN),
        "patterns_left": {"type": "integer", "description": "patterns that are rarer and not listed"},
        "together": _table("pairs of columns by how much their gaps coincide", fields.TOGETHER),
        "matrix": _MATRIX,
        "shown_of": _SHOWN_OF,
        "complete_rows": {"type": "integer"},
        "sample": SAMPLE,
    },
)
_KINDS: Schema = {"type": "object", "description": "columns of each kind", "additionalProperties": {"type": "integer"}}

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Profile of a table",
    **_object(
        "Null means: does not apply, cannot be measured, or is left out of a private report. "
        "A value of the table with more than 200 characters ends with its length: … (200,000 characters).",
        {
            "format": {"const": FORMAT},
            "made": _MADE,
            "overview": _object("the table as a whole", {**_figures(fields.OVERVIEW), "kinds": _KINDS}),
            "alerts": _list("what to look at, the worst first", _ALERT),
            "columns": _object("each column by itself", {"sample": SAMPLE, "rows": _list("in table order", _COLUMN)}),
            "target": _TARGET,
            "relations": _RELATIONS,
            "missing": _MISSING,
        },
    ),
}

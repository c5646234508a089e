"""The rows of a model as JSON Schema (2020-12): what the API takes, said in the words that tools read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backends.datasets.example import example_of

if TYPE_CHECKING:
    from backends.datasets.schema import Column, Kind
    from backends.onnx_export.signature import Signature

TYPES: dict[Kind, dict[str, Any]] = {
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "category": {"type": "string"},
    "datetime": {"type": "string"},
    "text": {"type": "string"},
    "identifier": {"type": "string"},
}
LEVELS = 200  # of a category that are listed in full


def row_schema(signature: Signature) -> dict[str, Any]:
    """A row of the model as a JSON Schema object: a property for each column, no others.

    A column that had no missing value in training is required. Ranges and levels are those of training; with
    `unusual=accept` other values are taken too, with a warning.
    """
    columns = tuple(signature.columns)
    return {
        "type": "object",
        "properties": {column.name: column_schema(column) for column in columns},
        "required": [column.name for column in columns if not column.missing],
        "additionalProperties": False,
    }


def column_schema(column: Column) -> dict[str, Any]:
    """One column's values: type, range or levels, whether null is allowed, an example.

    >>> from backends.datasets.schema import Column
    >>> column_schema(Column("age", "integer", low=17, high=90, example=38))
    {'type': 'integer', 'minimum': 17, 'maximum': 90, 'examples': [38]}
    """
    found = dict(TYPES[column.kind])
    if column.kind in ("number", "integer"):
        found |= {key: value for key, value in (("minimum", column.low), ("maximum", column.high)) if value is not None}
    if column.kind == "datetime":
        found["description"] = f"A date in ISO 8601, in training from {column.low} to {column.high}."
    if column.kind == "category" and len(column.categories) <= LEVELS:
        found["enum"] = list(column.categories)
    if column.missing:
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"].append(None)
    example = example_of(column)
    return found if example is None else {**found, "examples": [example]}


def body_schema(row: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a prediction request for rows of the schema `row`: records, columns, or a bare list of records."""
    options = {
        "unusual": {"enum": ["refuse", "accept"], "default": "refuse"},
        "on_error": {"enum": ["fail", "skip"], "default": "fail"},
        "probabilities": {"type": "boolean", "default": True},
    }
    records = {"type": "array", "items": row, "minItems": 1}
    columns = {
        "type": "object",
        "properties": {
            name: {"type": "array", "items": value, "minItems": 1} for name, value in row.get("properties", {}).items()
        },
        "required": row.get("required", []),
        "additionalProperties": row.get("additionalProperties", True),
    }
    named = [_object({name: part, **options}, name) for name, part in (("records", records), ("columns", columns))]
    return {"anyOf": [*named, records]}


def _object(properties: Mapping[str, Any], required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [required], "additionalProperties": False}


def example_rows(signature: Signature, examples: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row to show: the bundle's first example, or one put together from the columns where it holds none."""
    if examples:
        return [dict(examples[0])]
    return [{column.name: example_of(column) for column in signature.columns}]

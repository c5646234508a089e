"""The description of the API for tools (OpenAPI 3.1): generic paths with real examples, and one document per model.

The registry changes while the API runs, so paths per model would be out of date in whoever has read them. The paths are
generic; their examples are rows of what is published now. A model's own document has the exact schema of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backends.serving.api.row_schema import body_schema

VERSION = "3.1.0"
JSON, PROBLEM, CSV, NDJSON = "application/json", "application/problem+json", "text/csv", "application/x-ndjson"
TABLES = (CSV, "application/vnd.apache.parquet", "multipart/form-data")
REFUSALS = {
    "400": "The body is not what it says it is",
    "401": "No key, or an unknown one",
    "403": "Without keys, only this machine may ask",
    "404": "There is no such model, version, collection or document",
    "413": "Too large",
    "415": "A format that is not read here",
    "422": "Values that do not fit the schema: `errors` names row, column, value and what is allowed",
    "429": "More requests than the rate limit; see Retry-After",
    "503": "Too much at once; see Retry-After",
}
SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "request_id": {"type": "string"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
            "errors_total": {"type": "integer"},
        },
        "required": ["type", "title", "status", "detail"],
    },
    "Fault": {
        "type": "object",
        "properties": {
            "row": {"type": ["integer", "null"], "description": "counted from 0"},
            "column": {"type": ["string", "null"]},
            "value": {},
            "kind": {"type": "string"},
            "allowed": {},
            "message": {"type": "string"},
        },
        "required": ["row", "column", "message"],
    },
    "Answer": {
        "type": "object",
        "properties": {
            "model": {"type": "string"},
            "version": {"type": "integer"},
            "request_id": {"type": "string"},
            "decision": {"type": "object", "description": "the threshold, or thresholds by group, behind the labels"},
            "predictions": {"type": "array", "items": {"$ref": "#/components/schemas/Prediction"}},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
            "warnings": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        },
        "required": ["model", "version", "request_id", "decision", "predictions"],
    },
    "Prediction": {
        "type": "object",
        "properties": {
            "row": {"type": "integer", "description": "the row's place in the request, counted from 0"},
            "label": {"type": "string"},
            "probabilities": {"type": "object", "additionalProperties": {"type": "number"}},
        },
        "required": ["row", "label"],
    },
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
ROW = {"type": "object", "description": "a value for each of the model's columns, by their names"}


PREDICTING = (
    "Rows are JSON, or a CSV or Parquet file. A cell of a CSV is read as the table that the model was trained on: "
    "blanks around it are left out, the table's marks for no value (such as NA) are missing, and a column without a "
    "name, or with one that is there already, is renamed as it was there (column_1, x_2). JSON and Parquet say exactly "
    'what they mean: for a column of levels the texts " ", "NA" and "A " are levels, and only null is a missing value. '
    "With `on_error=skip` a file gets one line for each of its rows, in order; an answer that breaks off is not "
    "complete. Columns of a file that the model does not take (an identifier, the target) are left aside; the headers "
    "`X-Ignored-Columns` (percent-encoded, as many as fit) and `X-Ignored-Columns-Total` say which. A file that lacks "
    "one of the model's columns is refused as a whole, unless `unusual=accept` takes what is not there as missing. "
    "JSON names the model's columns only. `unusual=accept` predicts rows with values that are missing, out of range or "
    "never seen in training, with a warning. Bodies may be compressed (`Content-Encoding: gzip` or `deflate`); the "
    "limits hold for what is in them."
)


@dataclass(frozen=True)
class Shown:
    """A published model as the description shows it: a row to try, and the schema of its rows."""

    name: str
    version: int
    row: Mapping[str, Any]
    schema: Mapping[str, Any]


def document(info: Mapping[str, str], shown: tuple[Shown, ...], base: str, keyed: bool) -> dict[str, Any]:
    """The description of the whole API, with an example for each model of `shown`."""
    examples = {one.name: {"summary": f"A row for {one.name}", "value": {"records": [one.row]}} for one in shown}
    name = _parameter("name", "path", {"type": "string"}, shown[0].name if shown else None)
    number = _parameter("version", "path", {"type": "string"}, str(shown[0].version) if shown else None)
    asking = body_schema(ROW)
    paths: dict[str, Any] = {
        "/v1/models": {"get": _operation("List the published models", {})},
        "/v1/models/{name}": {
            "get": _operation("One model: schema, metrics, certificate, card, versions", {}),
            "parameters": [name],
        },
        "/v1/models/{name}/openapi.json": {"get": _operation("The model's own description", {}), "parameters": [name]},
        "/v1/models/{name}/versions/{version}": {"get": _operation("One version", {}), "parameters": [name, number]},
    }
    for prefix, parameters in (("/v1/models/{name}", [name]), ("/v1/models/{name}/versions/{version}", [name, number])):
        paths |= _asking(prefix, parameters, asking, examples)
    return _whole(info, paths, base, keyed)


def of_model(shown: Shown, base: str, keyed: bool) -> dict[str, Any]:
    """The description of one model, with the exact schema of its rows."""
    examples = {"row": {"summary": "A row of the published examples", "value": {"records": [shown.row]}}}
    asking = body_schema(shown.schema)
    paths = _asking(f"/v1/models/{shown.name}", [], asking, examples)
    paths |= _asking(f"/v1/models/{shown.name}/versions/{shown.version}", [], asking, examples)
    return _whole({"title": shown.name, "version": str(shown.version)}, paths, base, keyed)


def _asking(prefix: str, parameters: list[Any], body: Any, examples: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {JSON: {"schema": body, **({"examples": examples} if examples else {})}}
    tables: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in TABLES}
    tables["multipart/form-data"] = {
        "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    }
    sticky = _parameter("X-Sticky-Key", "header", {"type": "string"}, None)
    predict = _operation("Predict", {"requestBody": {"required": True, "content": {**content, **tables}}}, "Answer")
    predict["description"] = PREDICTING
    predict["responses"]["200"]["content"] |= {
        CSV: {"schema": {"type": "string"}},
        NDJSON: {"schema": {"type": "string"}},
    }
    explain = _operation(
        "Explain predictions by SHAP values in source columns", {"requestBody": {"required": True, "content": content}}
    )
    return {
        f"{prefix}/predict": {"post": predict, "parameters": [*parameters, sticky]},
        f"{prefix}/explain": {"post": explain, "parameters": [*parameters, sticky]},
    }


def _operation(summary: str, more: Mapping[str, Any], answer: str = "") -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{answer}"} if answer else {"type": "object"}
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refusals = {status: {"description": text, "content": problem} for status, text in REFUSALS.items()}
    done = {"description": "Done", "content": {JSON: {"schema": schema}}}
    return {"summary": summary, **more, "responses": {"200": done, **refusals}}


def _parameter(name: str, place: str, schema: Mapping[str, Any], example: str | None) -> dict[str, Any]:
    found = {"name": name, "in": place, "required": place == "path", "schema": schema}
    return found if example is None else {**found, "example": example}


def _whole(info: Mapping[str, Any], paths: Mapping[str, Any], base: str, keyed: bool) -> dict[str, Any]:
    components: dict[str, Any] = {"schemas": SCHEMAS}
    whole = {
        "openapi": VERSION,
        "info": info,
        "servers": [{"url": base or "/"}],
        "paths": paths,
        "components": components,
    }
    if keyed:
        components["securitySchemes"] = SECURITY
        whole["security"] = [{"bearer": []}, {"header": []}]
    return whole

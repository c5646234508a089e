"""The paths of collections in the API's description: fields from the tables that read them, examples that work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backends.serving.api.openapi import JSON, PROBLEM, REFUSALS
from backends.serving.api.retrieval import ask, collections, evaluate, files, search
from backends.serving.api.retrieval.choices import Choice
from backends.serving.api.retrieval.evaluate import NAMES
from backends.serving.api.retrieval.event_stream import MEDIA_TYPE
from backends.serving.api.retrieval.routes import COLLECTION
from backends.serving.api.uploads import FORM

QUESTION = "When does ice melt?"
BINARY = {"type": "string", "format": "binary"}
FILES = "Each file has a result: the document, or the reason why it was not taken. One bad file stops no other."
ADMINISTRATOR = (
    "For the administrator, where WORKBENCH_ADMIN_TOKEN is set; where it is not, for this machine alone, and off (403) "
    "as soon as others can reach the workbench."
)
EVENTS = (
    "With `Accept: text/event-stream` the answer comes as it is made: `searched` (the hits), `piece` (words, not yet "
    "verified), at the end `answered` (the verified answer) or `problem`."
)


def paths() -> dict[str, Any]:
    """Every path of collections, by what comes behind /api."""
    name = _parameter("name", "path", {"type": "string"})
    document = _parameter("document", "path", {"type": "string"})
    return {
        "/v1/collections": {
            "get": _operation("List the collections"),
            "post": _changing("Make a collection", _json(collections.NEW, {"name": "handbook"}, ("name",)), "201"),
        },
        COLLECTION: {
            "parameters": [name],
            "get": _operation("How far a collection is"),
            "delete": _changing("Delete a collection with all its documents", done="204"),
        },
        f"{COLLECTION}/documents": {
            "parameters": [name],
            "get": _operation("List the documents"),
            "post": _changing("Add documents", _files(), description=FILES),
        },
        f"{COLLECTION}/documents/{{document}}": {
            "parameters": [name, document],
            "get": _operation("One document with its text and passages"),
            "delete": _changing("Delete a document", done="204"),
        },
        f"{COLLECTION}/search": {
            "parameters": [name],
            "get": {**_operation("Search"), "parameters": _in_address(search.FIELDS)},
            "post": _operation("Search", _json(search.FIELDS, {"question": QUESTION, "k": 5}, ("question",))),
        },
        f"{COLLECTION}/ask": {"parameters": [name], "post": _ask()},
        f"{COLLECTION}/evaluate": {"parameters": [name], "post": _operation("Measure the search", _question_set())},
    }


def _ask() -> dict[str, Any]:
    example = {"question": "And water?", "history": [{"question": QUESTION, "answer": "At 273 kelvin."}]}
    asked = _operation("Ask, and get an answer with its citations", _json(ask.FIELDS, example, ("question",)))
    asked["responses"]["200"]["content"][MEDIA_TYPE] = {"schema": {"type": "string"}}
    return {**asked, "description": EVENTS}


def _files() -> dict[str, Any]:
    fields = {name: choice.schema for name, choice in files.ABOUT.items()}
    form = {"type": "object", "properties": {"files": {"type": "array", "items": BINARY}, **fields}}
    return {FORM: {"schema": form}, "application/octet-stream": {"schema": BINARY}}


def _question_set() -> dict[str, Any]:
    question = {
        "type": "object",
        "properties": {"question": {"type": "string"}, "relevant": {"type": "array", "items": {}}},
        "required": ["question"],
    }
    more = {"questions": Choice(list, "a list of questions", {"type": "array", "items": question})}
    example = {"questions": [{"question": QUESTION, "relevant": ["ice.txt"]}], "k": 10}
    tables = {kind: {"schema": {"type": "string"}} for kind in NAMES}
    return {**_json({**more, **evaluate.OPTIONS}, example, ("questions",)), **tables}


def _json(fields: Mapping[str, Choice], example: Any, needed: tuple[str, ...]) -> dict[str, Any]:
    properties = {name: {**choice.schema, "description": choice.allowed} for name, choice in fields.items()}
    schema = {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}
    return {JSON: {"schema": schema, "examples": {"usual": {"value": example}}}}


def _in_address(fields: Mapping[str, Choice]) -> list[dict[str, Any]]:
    """Fields as parameters; lists are separated by commas there."""
    lists = {"style": "form", "explode": False}
    return [
        {**_parameter(name, "query", choice.schema), **(lists if choice.schema["type"] == "array" else {})}
        for name, choice in fields.items()
    ]


def _operation(summary: str, content: Mapping[str, Any] | None = None, done: str = "200") -> dict[str, Any]:
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refusals = {status: {"description": text, "content": problem} for status, text in REFUSALS.items()}
    answer: dict[str, Any] = {"description": "Done"}
    if done != "204":
        answer["content"] = {JSON: {"schema": {"type": "object"}}}
    body = {"requestBody": {"required": True, "content": dict(content)}} if content else {}
    return {"summary": summary, "tags": ["collections"], **body, "responses": {done: answer, **refusals}}


def _changing(
    summary: str, content: Mapping[str, Any] | None = None, done: str = "200", description: str = ""
) -> dict[str, Any]:
    """An operation behind `edge.changing`, and the header that opens it."""
    token = _parameter("X-Admin-Token", "header", {"type": "string"})
    operation = _operation(summary, content, done)
    operation["responses"]["401"]["description"] += "; or not the administrator's token"
    return {**operation, "parameters": [token], "description": f"{description} {ADMINISTRATOR}".strip()}


def _parameter(name: str, place: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path" or name == "question", "schema": schema}

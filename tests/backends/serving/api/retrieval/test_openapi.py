"""The description of collections: valid, and its examples work."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from backends.serving.api.retrieval.choices import ASK
from backends.serving.api.retrieval.routes import ROUTES


@pytest.fixture
def paths(client: TestClient) -> dict[str, Any]:
    return client.get("/api/openapi.json").json()["paths"]


def test_every_path_and_method_is_described(paths: dict[str, Any]) -> None:
    for path, handlers in ROUTES.items():
        assert {method.lower() for method in handlers} == set(paths[path]) - {"parameters"}, path
        names = {one["name"] for one in paths[path].get("parameters", [])}
        assert names == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path


def test_every_schema_is_valid_and_its_example_fits(paths: dict[str, Any]) -> None:
    for path in ROUTES:
        content = paths[path].get("post", {}).get("requestBody", {}).get("content", {})
        for kind in content.values():
            Draft202012Validator.check_schema(kind["schema"])
            for example in kind.get("examples", {}).values():
                Draft202012Validator(kind["schema"]).validate(example["value"])


def test_the_examples_work(handbook: TestClient) -> None:
    paths = handbook.get("/api/openapi.json").json()["paths"]
    for what in ("search", "ask", "evaluate"):
        content = paths[f"/v1/collections/{{name}}/{what}"]["post"]["requestBody"]["content"]["application/json"]
        example = content["examples"]["usual"]["value"]
        assert handbook.post(f"/api/v1/collections/handbook/{what}", json=example).status_code == 200, what


def test_all_that_can_be_said_is_in_it(paths: dict[str, Any]) -> None:
    schema = paths["/v1/collections/{name}/ask"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {"question", *ASK}


def test_the_page_for_people_shows_how_to_ask(client: TestClient) -> None:
    assert "curl http://localhost:8501/api/v1/collections/handbook/ask" in client.get("/api/docs").text

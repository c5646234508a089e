"""The descriptions for tools: valid, true to what is published, and refreshed when that changes."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from backends.bundle import Bundle

METHODS = {"get", "post"}


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item
    ]


def check(document: dict[str, Any]) -> None:
    """The parts of OpenAPI 3.1 that tools stumble over."""
    assert document["openapi"] == "3.1.0"
    assert {"title", "version"} <= set(document["info"])
    for path, method, operation in operations(document):
        names = {one["name"] for one in document["paths"][path].get("parameters", []) if one["in"] == "path"}
        assert names == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path
        assert {"200", "201"} & set(operation["responses"]), (path, method)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in references(document):
        there: Any = document
        for part in reference.removeprefix("#/").split("/"):
            there = there[part]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for one in value.values() for found in references(one)]
    return [found for one in value for found in references(one)] if isinstance(value, list) else []


def test_the_general_description_is_valid_and_its_examples_work(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    check(document)
    assert document["info"]["title"] == "Demo Workbench"
    assert document["servers"] == [{"url": "/api"}]
    predict = document["paths"]["/v1/models/{name}/predict"]["post"]
    examples = predict["requestBody"]["content"]["application/json"]["examples"]
    assert list(examples) == ["club"]
    assert client.post("/api/v1/models/club/predict", json=examples["club"]["value"]).status_code == 200
    assert "/health" in document["paths"]


def test_every_path_of_the_description_is_there(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    published = [one for one in operations(document) if "/collections" not in one[0]]
    for path, method, _ in published:
        answer = client.request(method, "/api" + path.format(name="club", version=1), json=[])
        assert answer.status_code in {200, 422}, path


def test_what_is_published_later_is_in_it(client: TestClient, shelf: Any, bundle: Bundle) -> None:
    client.get("/api/openapi.json")
    shelf.put("choir", bundle)
    document = client.get("/api/openapi.json").json()
    predict = document["paths"]["/v1/models/{name}/predict"]["post"]
    assert list(predict["requestBody"]["content"]["application/json"]["examples"]) == ["choir", "club"]


def test_a_models_own_description_has_the_exact_schema_of_its_rows(client: TestClient) -> None:
    document = client.get("/api/v1/models/club/openapi.json").json()
    check(document)
    body = document["paths"]["/v1/models/club/predict"]["post"]["requestBody"]["content"]["application/json"]
    Draft202012Validator.check_schema(body["schema"])
    row = body["schema"]["anyOf"][2]["items"]
    assert row["properties"]["age"] | {"examples": 0} == {
        "type": "integer",
        "minimum": 18,
        "maximum": 80,
        "examples": 0,
    }
    assert row["properties"]["income"]["type"] == ["number", "null"]
    assert set(row["properties"]["city"]["enum"]) == {"Bonn", "Rome", "Oslo"}
    assert row["required"] == ["age", "city", "member", "since"]
    Draft202012Validator(body["schema"]).validate(body["examples"]["row"]["value"])


@pytest.mark.parametrize(
    "change", [{}, {"income": None}, {"age": 200}, {"age": "old"}, {"city": "Paris"}, {"oops": 1}, {"age": None}]
)
def test_the_schema_and_the_model_agree_on_what_is_a_row(client: TestClient, row: Any, change: dict[str, Any]) -> None:
    document = client.get("/api/v1/models/club/openapi.json").json()
    content = document["paths"]["/v1/models/club/predict"]["post"]["requestBody"]["content"]["application/json"]
    body = {"records": [{**row, **change}]}
    valid = Draft202012Validator(content["schema"]).is_valid(body)
    assert valid == (client.post("/api/v1/models/club/predict", json=body).status_code == 200)


def test_with_keys_the_description_says_so(start: Any) -> None:
    client = start(api_keys="shop:k1")
    document = client.get("/api/openapi.json", headers={"X-API-Key": "k1"}).json()
    assert document["security"] == [{"bearer": []}, {"header": []}]
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}


def test_the_page_for_people_asks_no_other_host(client: TestClient) -> None:
    answer = client.get("/api/docs")
    assert "curl http://localhost:8501/api/v1/models/club/predict" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert "//cdn" not in answer.text

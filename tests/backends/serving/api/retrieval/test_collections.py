"""Collections over HTTP, and that the rules of the API hold for them too."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

COLLECTIONS = "/api/v1/collections"


def test_a_collection_is_made_listed_looked_at_and_deleted(client: TestClient) -> None:
    assert client.get(COLLECTIONS).json() == {"collections": []}
    made = client.post(COLLECTIONS, json={"name": "Field notes"})
    assert made.status_code == 201
    assert made.json()["name"] == "Field notes"
    [listed] = client.get(COLLECTIONS).json()["collections"]
    assert listed == made.json()
    assert (listed["documents"], listed["complete"]) == (0, True)
    assert client.get(listed["links"]["self"]).json() == listed
    assert client.get(f"{COLLECTIONS}/field%20NOTES").json() == listed
    gone = client.delete(listed["links"]["self"])
    assert (gone.status_code, gone.content) == (204, b"")
    assert client.get(COLLECTIONS).json() == {"collections": []}


def test_a_name_that_is_taken_is_refused(client: TestClient) -> None:
    client.post(COLLECTIONS, json={"name": "notes"})
    refused = client.post(COLLECTIONS, json={"name": "Notes"})
    assert refused.status_code == 422
    assert "There is a collection 'notes'" in refused.json()["message"]


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x" * 61}, {"name": "a\nb"}, {"name": 7}, {"nme": "x"}, [], "x"]
)
def test_a_name_that_cannot_be_is_refused(client: TestClient, body: Any) -> None:
    refused = client.post(COLLECTIONS, json=body)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["hint"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/documents"),
        ("POST", "/documents?name=a.txt"),
        ("GET", "/documents/1"),
        ("DELETE", "/documents/1"),
        ("GET", "/search?question=x"),
        ("POST", "/search"),
        ("POST", "/ask"),
        ("POST", "/evaluate"),
    ],
)
def test_an_unknown_collection_is_not_found(client: TestClient, method: str, path: str) -> None:
    body = {"question": "x"} if "evaluate" not in path else {"questions": [{"question": "x"}]}
    found = client.request(method, f"{COLLECTIONS}/nobody{path}", json=body if method == "POST" else None)
    assert found.status_code == 404, found.text
    assert found.json()["message"] == "There is no collection 'nobody'."


def test_other_methods_are_refused_with_those_that_are_there(client: TestClient) -> None:
    refused = client.put(f"{COLLECTIONS}/a", json={})
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, DELETE, OPTIONS"


def test_without_keys_only_this_machine_may_ask(start: Any) -> None:
    assert start(client=("10.0.0.7", 1)).get(COLLECTIONS).status_code == 403


def test_with_keys_a_key_is_needed_and_collections_belong_to_all_keys(start: Any) -> None:
    client = start(api_keys="ana:k1,ben:k2")
    assert client.get(COLLECTIONS).status_code == 401
    assert client.post(COLLECTIONS, json={"name": "a"}, headers={"X-API-Key": "k1"}).status_code == 201
    listed = client.get(COLLECTIONS, headers={"Authorization": "Bearer k2"}).json()["collections"]
    assert [one["name"] for one in listed] == ["a"]


def test_the_rate_limit_counts_these_requests_too(start: Any) -> None:
    client = start(rate_limit_per_minute=2)
    assert [client.get(COLLECTIONS).status_code for _ in range(3)] == [200, 200, 429]


def test_a_body_that_is_too_large_is_refused(start: Any) -> None:
    client = start(max_request_mb=1)
    assert client.post(COLLECTIONS, content=b'"' + b"x" * 1_100_000 + b'"').status_code == 413

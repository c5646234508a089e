"""The header of the administrator: what changes asks for it, what reads does not."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backends.serving.api.retrieval.routes import ROUTES
from backends.serving.guesses import PER_MINUTE

TOKEN = "a-long-random-text"
ADMIN = {"X-Admin-Token": TOKEN}
COLLECTIONS = "/api/v1/collections"
READING = {("POST", "search"), ("POST", "ask"), ("POST", "evaluate")}
CHANGING = [
    (method, path)
    for path, handlers in ROUTES.items()
    for method in handlers
    if method != "GET" and (method, path.rsplit("/", 1)[1]) not in READING
]


def call(client: TestClient, method: str, path: str, **options: Any) -> Any:
    return client.request(method, f"/api{path.format(name='handbook', document='d')}", **options)


def test_making_adding_and_deleting_are_what_changes() -> None:
    assert sorted(CHANGING) == [
        ("DELETE", "/v1/collections/{name}"),
        ("DELETE", "/v1/collections/{name}/documents/{document}"),
        ("POST", "/v1/collections"),
        ("POST", "/v1/collections/{name}/documents"),
    ]


@pytest.mark.parametrize(("method", "path"), CHANGING)
@pytest.mark.parametrize("headers", [{}, {"X-Admin-Token": ""}, {"X-Admin-Token": "wrong"}])
def test_what_changes_asks_for_the_token(start: Any, method: str, path: str, headers: dict[str, str]) -> None:
    refused = call(start(admin_token=TOKEN), method, path, headers=headers)
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert "administrator" in refused.json()["message"]
    assert TOKEN not in refused.text


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_nobody_changes_anything_where_others_can_ask_and_nobody_is_the_administrator(
    start: Any, method: str, path: str
) -> None:
    key = {"X-API-Key": "k1"}
    elsewhere, here = start(client=("10.0.0.7", 1), api_keys="ana:k1"), start(api_keys="ana:k1")
    for refused in (
        call(elsewhere, method, path, headers=key),
        call(here, method, path, headers={**key, "X-Forwarded-For": "127.0.0.1"}),
        call(here, method, path, headers={**key, "Host": "demo.example.org"}),
        call(here, method, path, headers={**key, "X-Forwarded-For": "10.0.0.7", **ADMIN}),  # a token that none is
    ):
        assert refused.status_code == 403
        assert "WORKBENCH_ADMIN_TOKEN" in refused.json()["hint"]


def test_with_the_token_everything_is_done_and_without_it_everything_is_read(start: Any) -> None:
    client = start(client=("10.0.0.7", 1), api_keys="ana:k1", admin_token=TOKEN)
    client.headers["X-API-Key"] = "k1"
    assert client.post(COLLECTIONS, json={"name": "handbook"}, headers=ADMIN).status_code == 201
    files = [("files", ("ice.md", "# Ice\n\nIce melts at 273 kelvin.\n"))]
    added = client.post(f"{COLLECTIONS}/handbook/documents", files=files, headers=ADMIN)
    assert added.status_code == 200
    document = added.json()["results"][0]["document"]["id"]

    assert len(client.get(COLLECTIONS).json()["collections"]) == 1
    assert client.get(f"{COLLECTIONS}/handbook/documents/{document}").status_code == 200
    for what in ("search", "ask"):
        asked = client.post(f"{COLLECTIONS}/handbook/{what}", json={"question": "When does ice melt?"})
        assert asked.status_code == 200, what

    assert client.delete(f"{COLLECTIONS}/handbook/documents/{document}").status_code == 401
    assert client.delete(f"{COLLECTIONS}/handbook/documents/{document}", headers=ADMIN).status_code == 204
    assert client.delete(f"{COLLECTIONS}/handbook", headers=ADMIN).status_code == 204


def test_the_token_is_no_api_key(start: Any) -> None:
    client = start(api_keys="ana:k1", admin_token=TOKEN)
    assert client.post(COLLECTIONS, json={"name": "a"}, headers=ADMIN).status_code == 401
    assert client.get(COLLECTIONS, headers={"X-API-Key": TOKEN}).status_code == 401


def test_where_email_addresses_alone_are_set_no_token_opens_the_api(start: Any) -> None:
    client = start(admin_emails="ana@example.org")
    assert client.post(COLLECTIONS, json={"name": "a"}, headers=ADMIN).status_code == 401


def test_who_tries_many_tokens_waits(start: Any) -> None:
    client = start(client=("127.0.0.9", 1), admin_token="another-long-text")
    for number in range(PER_MINUTE):
        guess = {"X-Admin-Token": f"guess {number}"}
        assert client.post(COLLECTIONS, json={"name": "a"}, headers=guess).status_code == 401
    refused = client.post(COLLECTIONS, json={"name": "a"}, headers={"X-Admin-Token": "another-long-text"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1


def test_a_refused_body_is_not_read(start: Any) -> None:
    client = start(admin_token=TOKEN, max_request_mb=1)
    assert client.post(f"{COLLECTIONS}/a/documents", content=b"x" * 2_000_000).status_code == 401


def test_pages_of_this_machine_may_send_the_header(start: Any) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    allowed = start(admin_token=TOKEN).options(COLLECTIONS, headers=asked)
    assert "X-Admin-Token" in allowed.headers["access-control-allow-headers"]


def test_the_description_names_the_header_where_it_is_asked_for(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    named = [
        (method.upper(), path)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method != "parameters" and "X-Admin-Token" in {one["name"] for one in operation.get("parameters", ())}
    ]
    assert sorted(named) == sorted(CHANGING)
    assert "administrator" in paths["/v1/collections"]["post"]["description"]

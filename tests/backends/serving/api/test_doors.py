"""Keys, limits, other machines and other pages, through the whole API."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from backends.errors import UnavailableError
from backends.serving.api import build_api
from backends.serving.service import Service
from backends.settings import Settings

PATHS = (
    "/api/v1/models",
    "/api/v1/models/club",
    "/api/openapi.json",
    "/api/docs",
    "/v2",
    "/v2/models/club",
    "/metrics",
)
KEYS = {"api_keys": "shop:s3cret,board:0ther"}


@pytest.mark.parametrize("path", PATHS)
def test_without_keys_this_machine_may_and_others_may_not(start: Any, path: str) -> None:
    assert start().get(path).status_code == 200
    refused = start(("203.0.113.9", 1234)).get(path)
    assert refused.status_code == 403
    assert "WORKBENCH_API_KEYS" in refused.json()["detail"]


@pytest.mark.parametrize("path", PATHS)
def test_with_keys_whoever_has_one_may_from_anywhere(start: Any, path: str) -> None:
    client = start(("203.0.113.9", 1234), **KEYS)
    for headers in ({"Authorization": "Bearer s3cret"}, {"X-API-Key": "0ther"}, {"authorization": "bearer s3cret"}):
        assert client.get(path, headers={**headers, "Host": "example.org"}).status_code == 200
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic s3cret"}, {"X-API-Key": ""}):
        refused = client.get(path, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert "s3cret" not in refused.text


def test_health_is_open_to_all(start: Any) -> None:
    for client in (start(("203.0.113.9", 1234)), start(**KEYS)):
        assert client.get("/api/health").json()["status"] == "ok"


def test_a_forwarded_request_is_no_local_one(client: TestClient) -> None:
    assert client.get("/api/v1/models", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    assert client.get("/api/v1/models", headers={"Host": "rebound.example.org"}).status_code == 403


def test_too_many_requests_are_told_when_to_come_again(start: Any) -> None:
    client = start(rate_limit_per_minute=2)
    assert [client.get("/api/v1/models").status_code for _ in range(3)] == [200, 200, 429]
    assert int(client.get("/api/v1/models").headers["retry-after"]) >= 1


def test_when_all_places_are_taken_the_answer_is_503_with_a_time(start: Any, row: dict[str, Any]) -> None:
    from contextlib import ExitStack

    client = start()
    client.get("/api/v1/models")
    service = client.service
    with ExitStack() as taken:
        for _ in range(service.gate._places):
            taken.enter_context(service.gate)
        answer = client.post("/api/v1/models/club/predict", json=[row])
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
    assert client.post("/api/v1/models/club/predict", json=[row]).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/models", "/v2/health/ready", "/v2/models/club/ready"])
def test_a_registry_that_does_not_answer_is_no_fault_of_the_caller(
    start: Any, shelf: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    gone = UnavailableError("The model registry does not answer.", hint="See that it runs.")
    monkeypatch.setattr(shelf, "stamp", Mock(side_effect=gone))
    answer = start().get(path)
    assert (answer.status_code, answer.json()["title"]) == (503, "Service unavailable")
    assert answer.json()["detail"] == "The model registry does not answer. See that it runs."


def test_a_prediction_that_the_registry_kept_away_is_counted_as_such(
    start: Any, shelf: Any, monkeypatch: pytest.MonkeyPatch, row: dict[str, Any]
) -> None:
    client = start()
    monkeypatch.setattr(shelf, "stamp", Mock(side_effect=UnavailableError("The model registry does not answer.")))
    assert client.post("/api/v1/models/club/predict", json=[row]).status_code == 503
    assert 'workbench_refusals_total{reason="unavailable"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("settings", [{"prediction_log": "sometimes"}, {"api_keys": "no colon"}])
def test_a_wrong_setting_is_no_fault_of_the_caller(settings: dict[str, str], row: dict[str, Any]) -> None:
    client = TestClient(
        Starlette(routes=[Mount("/api", build_api(lambda: Service(Settings(**settings))))]), "http://localhost:8501"
    )
    for answer in (client.get("/api/v1/models"), client.post("/api/v1/models/club/predict", json=[row])):
        assert (answer.status_code, answer.json()["title"]) == (503, "Service unavailable")
        assert "WORKBENCH_" in answer.json()["detail"]


def test_a_browser_is_told_which_pages_may_call(start: Any, row: dict[str, Any]) -> None:
    asking = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    keyed = start(**KEYS)
    allowed = keyed.options("/api/v1/models/club/predict", headers=asking)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "Authorization" in allowed.headers["access-control-allow-headers"]
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in allowed.headers
    refused = keyed.get("/api/v1/models", headers={"Origin": "https://example.org"})
    assert refused.headers["access-control-allow-origin"] == "*", "the page may read why it was refused"
    closed = start()
    assert "access-control-allow-origin" not in closed.options("/api/v1/models", headers=asking).headers
    answer = closed.post("/api/v1/models/club/predict", json=[row], headers={"Origin": "https://example.org"})
    assert answer.status_code == 403
    local = closed.get("/api/v1/models", headers={"Origin": "http://localhost:3000"})
    assert local.headers["access-control-allow-origin"] == "http://localhost:3000"

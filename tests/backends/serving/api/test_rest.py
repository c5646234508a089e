"""The REST API as a program sees it: what is published, predictions, explanations, and what is said when it fails."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from starlette.testclient import TestClient

from backends.bundle import Bundle
from backends.registry import Route
from backends.serving.predictor import Predictor
from backends.serving.service import Service

PREDICT = "/api/v1/models/club/predict"


def test_models_are_listed_with_their_versions(client: TestClient) -> None:
    [club] = client.get("/api/v1/models").json()["models"]
    assert club["name"] == "club"
    assert club["champion"] == 1
    assert [(one["version"], one["stage"]) for one in club["versions"]] == [(2, "candidate"), (1, "production")]
    assert club["links"]["predict"] == PREDICT


def test_a_model_tells_schema_metrics_certificate_card_and_how_to_call_it(client: TestClient, bundle: Bundle) -> None:
    club = client.get("/api/v1/models/club").json()
    assert club["shown"] == 1
    assert club["classes"] == ["no", "yes"]
    assert [column["name"] for column in club["schema"]] == ["age", "income", "city", "member", "since"]
    assert club["certificate"]["passed"] is True
    assert club["card"] == bundle.card
    assert club["metrics"] == bundle.metrics
    call = club["call"]
    assert client.post(call["path"], json=call["body"]).json()["predictions"][0]["label"] in {"no", "yes"}


def test_a_version_is_found_by_number_or_stage_and_nothing_else(client: TestClient) -> None:
    for asked, number in (("1", 1), ("2", 2), ("champion", 1)):
        assert client.get(f"/api/v1/models/club/versions/{asked}").json()["version"] == number
    for asked in ("3", "0", "-1", "one", "1.0", "٣"):
        answer = client.get(f"/api/v1/models/club/versions/{asked}")
        assert answer.status_code == 404, asked


def test_a_prediction_is_the_predictors_own(client: TestClient, bundle: Bundle, row: dict[str, Any]) -> None:
    answer = client.post(PREDICT, json={"records": [row, {**row, "age": 18}]})
    found = answer.json()
    assert answer.status_code == 200
    assert (found["model"], found["version"]) == ("club", 1)
    assert found["decision"] == {"rule": "threshold", "positive": "yes", "threshold": 0.5}
    assert found["predictions"] == Predictor.load(bundle).predict([row, {**row, "age": 18}]).to_records()
    assert found["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["x-model-version"] == "1"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("content", [b"{}", b"", b"no JSON"])
@pytest.mark.parametrize("kind", ["application/json", "text/csv", "image/png"])
def test_an_unknown_model_or_version_is_said_before_anything_about_the_body(
    client: TestClient, row: dict[str, Any], content: bytes, kind: str
) -> None:
    for loaded in (False, True):
        for path in ("/api/v1/models/{}/predict", "/api/v1/models/{}/explain", "/v2/models/{}/infer"):
            for name in ("nobody", "club/versions/9"):
                answer = client.post(path.format(name), content=content, headers={"Content-Type": kind})
                assert answer.status_code == 404, (loaded, path, name)
        assert client.post(PREDICT, content=b"{}", headers={"Content-Type": "application/json"}).status_code == 422
        client.post(PREDICT, json=[row])


@pytest.mark.parametrize("odd", [{"age": 190}, {"city": "Paris"}, {"age": None}])
def test_an_unusual_value_is_refused_with_the_option_that_accepts_it(
    client: TestClient, row: dict[str, Any], odd: dict[str, Any]
) -> None:
    refused = client.post(PREDICT, json=[{**row, **odd}]).json()
    assert '"unusual": "accept"' in refused["hint"]
    accepted = client.post(PREDICT, json={"records": [{**row, **odd}], "unusual": "accept"}).json()
    assert len(accepted["predictions"]) == len(accepted["warnings"]) == 1


def test_records_columns_and_a_list_say_the_same(client: TestClient, row: dict[str, Any]) -> None:
    columns = {name: [value] for name, value in row.items()}
    said = [client.post(PREDICT, json=body).json() for body in ({"records": [row]}, {"columns": columns}, [row])]
    assert said[0]["predictions"] == said[1]["predictions"] == said[2]["predictions"]


def test_probabilities_can_be_left_out(client: TestClient, row: dict[str, Any]) -> None:
    [one] = client.post(f"{PREDICT}?probabilities=false", json=[row]).json()["predictions"]
    assert set(one) == {"row", "label"}


def test_many_rows_are_predicted_as_few_are(client: TestClient, row: dict[str, Any]) -> None:
    rows = [{**row, "age": 18 + number % 60} for number in range(500)]
    found = client.post(PREDICT, json=rows).json()["predictions"]
    assert [one["row"] for one in found] == list(range(500))
    assert found[7]["label"] == client.post(PREDICT, json=[rows[7]]).json()["predictions"][0]["label"]


def test_a_version_can_be_asked_for_and_a_sticky_key_stays_with_one(client: TestClient, shelf: Any, row: Any) -> None:
    assert client.post("/api/v1/models/club/versions/2/predict", json=[row]).json()["version"] == 2
    shelf.routes["club"] = Route(((1, 0.5), (2, 0.5)))
    shelf.changed += 1
    seen = {
        key: {client.post(PREDICT, json=[row], headers={"X-Sticky-Key": key}).json()["version"] for _ in range(5)}
        for key in (f"person {number}" for number in range(20))
    }
    assert all(len(versions) == 1 for versions in seen.values())
    assert set.union(*seen.values()) == {1, 2}


def test_what_does_not_fit_is_named_by_row_column_value_and_what_is_allowed(client: TestClient, row: Any) -> None:
    rows = [row, {**row, "age": "old", "city": "Paris"}, {**row, "oops": 1}]
    answer = client.post(PREDICT, json={"records": rows}, headers={"X-Request-ID": "trace-17"})
    said = answer.json()
    assert answer.status_code == said["status"] == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance"} <= set(said)
    assert said["request_id"] == answer.headers["x-request-id"] == "trace-17"
    assert said["errors_total"] == 3
    by_column = {one["column"]: one for one in said["errors"]}
    assert (by_column["age"]["row"], by_column["age"]["value"], by_column["age"]["kind"]) == (1, "old", "type")
    assert "Rome" in by_column["city"]["allowed"]
    assert (by_column["oops"]["row"], by_column["oops"]["kind"]) == (2, "unknown column")


def test_the_number_of_faults_in_an_answer_is_bounded_and_told(client: TestClient, row: dict[str, Any]) -> None:
    said = client.post(PREDICT, json=[{**row, "age": "old"}] * 1_500).json()
    assert said["errors_total"] == 1_500
    assert len(said["errors"]) == 50


def test_bad_rows_can_be_skipped_and_the_unusual_accepted(client: TestClient, row: dict[str, Any]) -> None:
    rows = [row, {**row, "age": "old"}, {**row, "age": 130}]
    found = client.post(PREDICT, json={"records": rows, "on_error": "skip", "unusual": "accept"}).json()
    assert [one["row"] for one in found["predictions"]] == [0, 2]
    assert [(one["row"], one["kind"]) for one in found["errors"]] == [(1, "type")]
    assert [(one["row"], one["kind"]) for one in found["warnings"]] == [(2, "range")]


def test_an_optional_value_may_be_missing(client: TestClient, row: dict[str, Any]) -> None:
    without = {name: value for name, value in row.items() if name != "income"}
    for one in (without, {**row, "income": None}):
        assert client.post(PREDICT, json=[one]).status_code == 200
    assert client.post(PREDICT, json=[{**row, "age": None}]).json()["errors"][0]["kind"] == "missing"


def test_an_explanation_adds_up_to_the_probability(client: TestClient, row: dict[str, Any]) -> None:
    said = client.post("/api/v1/models/club/explain", json={"records": [row]}).json()
    [one] = said["explanations"]
    yes = client.post(PREDICT, json=[row]).json()["predictions"][0]["probabilities"]["yes"]
    assert one["explained_class"] == "yes"
    assert one["base"] + sum(one["contributions"].values()) == pytest.approx(yes, abs=1e-6)
    assert said["version"] == 1
    assert client.post("/api/v1/models/club/explain?on_error=skip", json=[row]).status_code == 422


@pytest.mark.parametrize(
    ("path", "sent", "status", "title"),
    [
        (PREDICT, {"content": b"{"}, 400, "Bad request"),
        (PREDICT, {"content": b"[NaN]"}, 400, "Bad request"),
        (PREDICT, {"content": b""}, 400, "Bad request"),
        (PREDICT, {"content": b"[" * 100_000}, 400, "Bad request"),
        (PREDICT, {"content": b"\xff\xfe"}, 400, "Bad request"),
        (PREDICT, {"json": {"rows": []}}, 422, "Invalid input"),
        (PREDICT, {"content": b"<a/>", "headers": {"Content-Type": "text/xml"}}, 415, "Unsupported media type"),
        ("/api/v1/models/nobody/predict", {"json": [{}]}, 404, "Not found"),
        ("/api/v1/models/club/versions/9/predict", {"json": [{}]}, 404, "Not found"),
        ("/api/v1/nothing", {"json": []}, 404, "Not found"),
        ("/api/v1/models", {"json": []}, 405, "Method not allowed"),
    ],
)
def test_each_failure_is_a_problem_document(
    client: TestClient, path: str, sent: dict[str, Any], status: int, title: str
) -> None:
    answer = client.post(path, **sent)
    said = answer.json()
    assert (answer.status_code, said["status"], said["title"]) == (status, status, title)
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["detail"]


def test_an_archived_version_is_gone_at_once(client: TestClient, shelf: Any, row: dict[str, Any]) -> None:
    path = "/api/v1/models/club/versions/2/predict"
    assert client.post(path, json=[row]).status_code == 200
    shelf.archive("club", 2)
    assert client.post(path, json=[row]).status_code == 404


def test_a_body_may_be_as_large_as_the_setting_says(start: Any, row: dict[str, Any]) -> None:
    client = start(max_request_mb=1)
    rows = [row] * 2_000
    assert client.post(PREDICT, json=rows).status_code == 200
    assert client.post(PREDICT, json=rows * 10).status_code == 413
    pieces = (b"[" + b" " * 100_000 for _ in range(20))  # without a length in front
    assert client.post(PREDICT, content=pieces, headers={"Content-Type": "application/json"}).status_code == 413


def test_a_bug_is_a_reference_that_the_log_has_and_no_traceback(
    client: TestClient, row: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(Service, "session", broken)
    with caplog.at_level(logging.ERROR):
        answer = client.post(PREDICT, json=[row])
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["request_id"] in answer.json()["detail"]
    assert answer.json()["request_id"] in caplog.text
    assert "RuntimeError in " in caplog.text
    assert "secret" not in caplog.text


def test_each_prediction_is_in_the_log_under_its_request(start: Any, row: dict[str, Any]) -> None:
    client = start(api_keys="shop:k1")
    headers = {"Authorization": "Bearer k1", "X-Request-ID": "trace-18"}
    assert client.post(PREDICT, json=[row], headers=headers).status_code == 200
    metrics = client.get("/metrics", headers=headers).text
    assert 'workbench_predictions_total{model="club",version="1",way="champion"} 1.0' in metrics

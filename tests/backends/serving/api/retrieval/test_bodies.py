"""Bodies that are not JSON or too large are refused in words about collections, not about rows for a model."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

PATHS = {
    "/api/v1/collections": '{"name": "handbook"}',
    "/api/v1/collections/handbook/ask": '{"question": "When does ice melt?"}',
    "/api/v1/collections/handbook/search": '{"question": "When does ice melt?", "k": 5}',
    "/api/v1/collections/handbook/evaluate": '{"questions": [{"question": ',
}
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [b"question=hello", b'{"question": NaN}', b"", b"\xff"])
def test_what_is_not_json_is_told_what_is_right_here(handbook: TestClient, path: str, body: bytes) -> None:
    answer = handbook.post(path, content=body, headers=JSON)
    assert answer.status_code == 400
    assert "The body is not JSON" in answer.text
    assert PATHS[path] in answer.json()["hint"]
    assert "records" not in answer.text


@pytest.mark.parametrize("path", [*PATHS, "csv"])
def test_what_is_too_large_is_told_how_to_be_smaller(start: Any, path: str) -> None:
    kind = {"Content-Type": "text/csv"} if path == "csv" else JSON
    where = "/api/v1/collections/handbook/evaluate" if path == "csv" else path
    answer = start(max_request_mb=1).post(where, content=b'"' + b"x" * 1_100_000 + b'"', headers=kind)
    assert answer.status_code == 413
    assert "WORKBENCH_MAX_REQUEST_MB" in answer.json()["hint"]
    assert "rows" not in answer.text
    assert "Parquet" not in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_another_media_type_is_named(handbook: TestClient, path: str) -> None:
    answer = handbook.post(path, content=b"a=b", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert "text/plain" in answer.text

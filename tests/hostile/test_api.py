"""Every path of the API, asked every wrong way: always a problem document, never a fault, and nothing is changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.backends.serving.api.retrieval.conftest import Start, client, handbook, start  # noqa: F401  # fixtures
from tests.fuzz.checks import ROOT

NAMES = ("handbook", "nobody", "..", "%2e%2e%2f%2e%2e", "a%00b", "%F0%9F%8D%B5", "x" * 3_000, "';--", "%0d%0aX: y", "*")
KINDS = ("application/json", "text/csv", "multipart/form-data", "multipart/form-data; boundary=B", "x", 'a/b; c="', "")
BODIES: tuple[bytes, ...] = (
    b"", b"{", b"[]", b"null", b"0", b'"x"', b"{}", b'{"question": 1}', b'{"name": ["a"]}', b'{"name": "../../x"}',
    b'{"question": "ice", "k": -1}', b'{"question": "ice", "k": 1e99}', b'{"question": "ice", "filter": {"a": 1}}',
    b'{"question": "' + b"x" * 100_000 + b'"}', b'{"a":' * 2_000, b"\xff\xfe\x00", b"--B\r\n\r\n--B--",
    b'--B\r\nContent-Disposition: form-data; name="files"; filename="../../x.txt"\r\n\r\n\r\n--B--\r\n',
    b'{"question": "ice", "question": "water"}', b'{"__proto__": {"a": 1}, "question": "ice"}',
)  # fmt: skip


def addresses(of: TestClient) -> list[str]:
    """Every path that the description names."""
    return [f"/api{path}" for path in of.get("/api/openapi.json").json()["paths"]]


def is_calm(answer: Any) -> None:
    assert answer.status_code < 500, answer.text[:300]
    assert len(answer.headers) < 30
    if answer.status_code >= 400:
        assert len(answer.content) < 20_000
        assert not any(word in answer.text for word in ("Traceback", "site-packages", ROOT, "sqlite3"))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_asked_of_any_path_gets_a_calm_answer(handbook: TestClient, data: st.DataObject) -> None:  # noqa: F811
    path = data.draw(st.sampled_from(addresses(handbook)))
    for part in ("{name}", "{document}", "{version}", "{model}"):
        path = path.replace(part, data.draw(st.sampled_from(NAMES)))
    method = data.draw(st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW")))
    if method == "DELETE" and "handbook" in path:
        method = "GET"
    body = data.draw(st.sampled_from(BODIES))
    kind = data.draw(st.sampled_from(KINDS))
    query = data.draw(
        st.sampled_from(("", "?k=-1", "?k=nine", "?name=../../x.txt", "?a=%ff", "?question=", "?" + "a=1&" * 500))
    )
    is_calm(handbook.request(method, path + query, content=body, headers={"Content-Type": kind} if kind else {}))
    assert len(handbook.get("/api/v1/collections/handbook").content) > 0


HEADERS: dict[str, dict[str, str]] = {
    "a method that another one is to be taken for": {"X-HTTP-Method-Override": "DELETE"},
    "an address that another one is to be taken for": {"X-Original-URL": "/admin", "X-Rewrite-URL": "/admin"},
    "a length of two kinds": {"Transfer-Encoding": "chunked"},
    "a range": {"Range": "bytes=0-1,1-2,2-3"},
    "an endless key": {"Authorization": "Bearer " + "x" * 50_000},
    "a key that is none": {"Authorization": "Basic \x7f"},
    "an odd language": {"Accept": "*/*;q=nan", "Accept-Encoding": "gzip;q=-1", "Accept-Language": "\x7f"},
    "an odd condition": {"If-None-Match": '"' * 500, "If-Modified-Since": "yesterday"},
    "a traced request": {"traceparent": "00-" + "0" * 500, "X-Request-ID": "a\x7fb" * 300},
}


@pytest.mark.parametrize("title", HEADERS)
def test_headers_that_ask_for_more_get_no_more(handbook: TestClient, title: str) -> None:  # noqa: F811
    is_calm(handbook.get("/api/v1/collections/handbook", headers=HEADERS[title]))
    assert handbook.get("/api/v1/collections/handbook").status_code == 200
    assert len(handbook.get("/api/v1/collections/handbook/documents").json()["documents"]) == 2


@pytest.mark.parametrize(
    "name", ["../../x.txt", "..\\..\\x.txt", "/etc/x.txt", "a\x00b.txt", "x" * 250 + ".txt", "\u202etxt.x.txt"]
)
def test_the_name_of_a_file_is_a_name_and_no_place(handbook: TestClient, tmp_path: Any, name: str) -> None:  # noqa: F811
    before = set(tmp_path.parent.rglob("x.txt"))
    sent = handbook.post("/api/v1/collections/handbook/documents", params={"name": name}, content=b"Some words.")
    is_calm(sent)
    for one in sent.json().get("results", []):
        assert not set(one["name"]) & set("/\\\x00")
        json.dumps(one)
    assert set(tmp_path.parent.rglob("x.txt")) == before


def test_many_small_requests_are_all_answered(handbook: TestClient) -> None:  # noqa: F811
    codes = {handbook.get("/api/v1/collections", headers={"X-API-Key": f"k{at}"}).status_code for at in range(60)}
    assert codes <= {200, 401, 429}

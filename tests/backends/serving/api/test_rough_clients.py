"""Whatever a client sends, it gets a problem document, never a fault of the workbench."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from backends.bundle import Bundle
from backends.serving.api import problems

PREDICT, INFER = "/api/v1/models/club/predict", "/v2/models/club/infer"
JSON = {"Content-Type": "application/json"}


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def is_problem(answer: Any, *status: int) -> None:
    assert answer.status_code in (status or (400, 422)), answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    about = answer.json()
    assert about["status"] == answer.status_code
    assert about["request_id"] == answer.headers["x-request-id"]
    assert len(answer.content) < 5_000, "what was sent is shown cut"


@pytest.mark.parametrize("depth", [2, 100, 260, 500, 1_000, 1_100, 100_000])
def test_nested_values_are_refused_wherever_they_stand(client: TestClient, depth: int) -> None:
    deep = nested(depth)
    for body in (
        f'{{"records": [{{"age": {deep}}}]}}',
        f'{{"records": [{{"city": {deep}}}]}}',
        f'{{"records": [{{"since": {deep}, "member": {deep}}}]}}',
        f'{{"records": [{{"other": {deep}}}]}}',
        f'{{"columns": {{"age": [{deep}]}}}}',
        f'{{"columns": {deep}}}',
        f'{{"records": {deep}}}',
        f'{{"records": [{{"age": 31}}], "unusual": {deep}}}',
    ):
        is_problem(client.post(PREDICT, content=body, headers=JSON))
        is_problem(client.post(PREDICT.replace("predict", "explain"), content=body, headers=JSON))


@pytest.mark.parametrize("depth", [260, 1_000])
def test_a_nested_value_loses_its_own_row_only(client: TestClient, row: dict[str, Any], depth: int) -> None:
    body = json.dumps({"records": [row, {**row, "age": "DEEP"}], "on_error": "skip"})
    answer = client.post(PREDICT, content=body.replace('"DEEP"', nested(depth)), headers=JSON)
    assert answer.status_code == 200, answer.text[:300]
    found = answer.json()
    assert [one["row"] for one in found["predictions"]] == [0]
    assert (found["errors"][0]["row"], found["errors"][0]["value"]) == (1, "[[[[...]]]]")


def test_a_long_value_is_shown_cut(client: TestClient, row: dict[str, Any]) -> None:
    is_problem(client.post(PREDICT, json=[{**row, "city": "x" * 100_000, "age": "9" * 100_000}]), 422)
    is_problem(client.post(PREDICT, json=[{**row, "y" * 100_000: 1}]), 422)


def one_input(**changed: Any) -> dict[str, Any]:
    return {"inputs": [{"name": "age", "shape": [1], "datatype": "INT64", "data": [44], **changed}]}


@pytest.mark.parametrize(
    "body",
    [
        one_input(datatype=["INT64"]),
        one_input(datatype={}),
        one_input(datatype="INT65"),
        one_input(data=["5"]),
        one_input(data=[5.5]),
        one_input(data=[True]),
        one_input(datatype="BOOL", data=[1]),
        one_input(datatype="FP64", data=["5"]),
        one_input(datatype="BYTES", data=[5]),
        one_input(data=[[[5]]]),
        one_input(data=[{"a": 1}]),
        one_input(shape=[[[[1]]]]),
        one_input(parameters={"binary_data_size": [[[1]]]}),
        {**one_input(), "outputs": ["label"], "id": {"a": 1}},
        {**one_input(), "outputs": [{"name": ["label"]}]},
        {**one_input(), "parameters": {"unusual": [["accept"]]}},
    ],
)
def test_odd_tensors_are_refused(client: TestClient, body: dict[str, Any]) -> None:
    is_problem(client.post(INFER, json=body), 422)


@pytest.mark.parametrize("length", ["9" * 5_000, "0" * 5_001, "²", "1e3", "0x10"])
def test_odd_lengths_in_headers_are_refused(client: TestClient, length: str) -> None:
    headers = {b"Inference-Header-Content-Length": length.encode("latin-1")}
    is_problem(client.post(INFER, json=one_input(), headers=headers), 400)


@pytest.mark.parametrize(
    "path", ["/api/v1/models/a%0d%0ab", "/api/%0a", "/v2/models/a%0ab", "/v2/%0a/x", "/api/nothing"]
)
def test_a_path_with_a_line_break_is_not_found_as_any_other(client: TestClient, path: str) -> None:
    is_problem(client.get(path), 404)


def test_a_table_in_another_encoding_is_refused(client: TestClient, row: dict[str, Any]) -> None:
    text = ",".join(row) + "\n44,5200.5,Rome,true,2021-05-17\n"
    for on_error in ("fail", "skip"):
        answer = client.post(
            f"{PREDICT}?on_error={on_error}", content=text.encode("utf-16"), headers={"Content-Type": "text/csv"}
        )
        is_problem(answer, 422)


@pytest.mark.parametrize("odd", [{"encoding": "nope"}, {"delimiter": "ab"}, {"quoting": {"x": 1}}])
def test_a_published_file_form_that_cannot_be_is_told(
    client: TestClient, bundle: Bundle, odd: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from backends.serving.api import batches

    form = batches.TableForm.of_bundle
    monkeypatch.setattr(
        batches.TableForm, "of_bundle", lambda bundle: form(replace(bundle, file={**bundle.file, **odd}))
    )
    is_problem(client.post(PREDICT, content=b"age\n1\n", headers={"Content-Type": "text/csv"}), 422)


PACK: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}


@pytest.mark.parametrize("coding", PACK)
def test_a_compressed_body_is_read(client: TestClient, row: dict[str, Any], coding: str) -> None:
    plain = client.post(PREDICT, json=[row]).json()["predictions"]
    packed = PACK[coding](json.dumps([row]).encode())
    headers = {**JSON, "Content-Encoding": coding}
    assert client.post(PREDICT, content=packed, headers=headers).json()["predictions"] == plain
    table = (",".join(row) + "\n" + "44,5200.5,Rome,true,2021-05-17\n" * 30_000).encode()
    answer = client.post(PREDICT, content=PACK[coding](table), headers={**headers, "Content-Type": "text/csv"})
    assert answer.text.count("\n") == 30_001


def test_a_body_that_is_not_in_its_coding_or_unpacks_to_too_much_is_refused(start: Any, row: dict[str, Any]) -> None:
    client = start(max_request_mb=1, max_upload_mb=2)
    good = gzip.compress(json.dumps([row]).encode())
    for packed in (b"\x1f\x8b123", b"{}", good[:-9], good + b"more", good + good, b""):
        is_problem(client.post(PREDICT, content=packed, headers={**JSON, "Content-Encoding": "gzip"}), 400)
    for coding in ("br", "zstd", "gzip, gzip"):
        is_problem(client.post(PREDICT, content=good, headers={**JSON, "Content-Encoding": coding}), 415)
    bomb = gzip.compress(b" " * 100_000_000)
    for kind in ("application/json", "text/csv"):
        headers = {"Content-Type": kind, "Content-Encoding": "gzip"}
        is_problem(client.post(PREDICT, content=bomb, headers=headers), 413)
    form = {"Content-Type": "multipart/form-data; boundary=B", "Content-Encoding": "gzip"}
    is_problem(client.post(PREDICT, content=good, headers=form), 415)


def test_an_error_that_cannot_be_told_is_told_all_the_same(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> dict[str, Any]:
        raise RecursionError

    monkeypatch.setattr(problems, "document", broken)
    is_problem(client.get("/api/v1/models/nobody"), 500)
    answer = client.get("/v2/models/nobody")
    is_problem(answer, 500)
    assert answer.json()["error"] == answer.json()["detail"]


def test_after_many_wrong_keys_the_right_one_has_to_wait_too(start: Any) -> None:
    client = start(("203.0.113.9", 1234), api_keys="shop:s3cret", rate_limit_per_minute=0)
    said = [client.get("/v2", headers={"X-API-Key": f"guess{n}"}).status_code for n in range(25)]
    assert said == [401] * 20 + [429] * 5
    right = client.get("/v2", headers={"X-API-Key": "s3cret"})
    is_problem(right, 429)
    assert 1 <= int(right.headers["retry-after"]) <= 3


def test_a_program_with_an_old_key_shuts_nobody_out(start: Any) -> None:
    client = start(("203.0.113.9", 1234), api_keys="shop:s3cret")
    for headers in ({"X-API-Key": "old"}, {}):
        assert {client.get("/v2", headers=headers).status_code for _ in range(50)} == {401}
    assert client.get("/v2", headers={"X-API-Key": "s3cret"}).status_code == 200

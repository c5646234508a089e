"""Searching over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backends.serving.api.retrieval.opened import SEARCHES

SEARCH = "/api/v1/collections/handbook/search"


def test_the_best_passage_is_first_with_document_and_marks(handbook: TestClient) -> None:
    said = handbook.post(SEARCH, json={"question": "When does water boil?", "k": 2}).json()
    first = said["hits"][0]
    assert first["document"]["name"] == "water.md"
    assert first["rank"] == 1
    text = first["passage"]["text"]
    assert "boils" in {text[start:end] for start, end in first["marks"]}
    assert said["status"]["complete"] is True
    assert said["milliseconds"]["total"] > 0


def test_an_address_asks_as_a_body_does(handbook: TestClient) -> None:
    wanted: dict[str, str | int] = {
        "question": "When does ice melt?",
        "k": 1,
        "mode": "lexical",
        "near_duplicates": "true",
    }
    said = [handbook.get(SEARCH, params=wanted).json(), handbook.post(SEARCH, json=wanted).json()]
    assert [hit["passage"]["id"] for hit in said[0]["hits"]] == [hit["passage"]["id"] for hit in said[1]["hits"]]
    assert len(said[0]["hits"]) == 1


def test_filters_narrow_the_documents(handbook: TestClient) -> None:
    handbook.post(
        "/api/v1/collections/handbook/documents?name=old.txt&tags=old&date=2001-02-03", content=b"Ice melts slowly."
    )
    for wanted in ({"tags": ["old"]}, {"until": "2001-12-31"}, {"since": "2001-01-01", "tags": "old"}):
        said = handbook.post(SEARCH, json={"question": "ice melts", **wanted}).json()
        assert {hit["document"]["name"] for hit in said["hits"]} == {"old.txt"}, wanted
    [ice, *_] = handbook.get("/api/v1/collections/handbook/documents").json()["documents"]
    said = handbook.get(SEARCH, params={"question": "melts", "documents": ice["id"]}).json()
    assert {hit["document"]["id"] for hit in said["hits"]} == {ice["id"]}


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({}, "There is no 'question'."),
        ({"question": " "}, "'question' is ' '."),
        ({"question": "x" * 2_001}, "'question' is "),
        ({"question": 7}, "'question' is '7'."),
        ({"question": "x", "k": 0}, "'k' is '0'."),
        ({"question": "x", "k": 101}, "'k' is '101'."),
        ({"question": "x", "k": True}, "'k' is 'True'."),
        ({"question": "x", "k": 2.5}, "'k' is '2.5'."),
        ({"question": "x", "mode": "magic"}, "'mode' is 'magic'."),
        ({"question": "x", "mode": ["dense"]}, "'mode' is"),
        ({"question": "x", "since": "yesterday"}, "'since' is 'yesterday'."),
        ({"question": "x", "dense_weight": -1}, "'dense_weight' is '-1'."),
        ({"question": "x", "dense_weight": "nan"}, "'dense_weight' is 'nan'."),
        ({"question": "x", "tags": [1]}, "'tags' is"),
        ({"question": "x", "near_duplicates": "perhaps"}, "'near_duplicates' is 'perhaps'."),
        ({"question": "x", "colour": "red"}, "There is no field 'colour'."),
        ([], "The body is not an object."),
    ],
)
def test_what_cannot_be_asked_is_said(client: TestClient, wanted: Any, says: str) -> None:
    refused = client.post(SEARCH, json=wanted)
    assert refused.status_code == 422
    assert refused.json()["message"].startswith(says)


def test_too_many_at_once_are_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SEARCHES, "_places", 0)
    refused = client.get(SEARCH, params={"question": "x"})
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"


def test_an_empty_collection_finds_nothing(client: TestClient) -> None:
    client.post("/api/v1/collections", json={"name": "empty"})
    assert client.get("/api/v1/collections/empty/search", params={"question": "ice"}).json()["hits"] == []

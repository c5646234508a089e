"""Documents over HTTP: every file has its result, and what is stored can be looked at."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backends.retrieval.documents.apart import ReadingProcess
from backends.serving.api.retrieval import files
from tests.backends.serving.api.retrieval.conftest import ICE, WATER

DOCUMENTS = "/api/v1/collections/handbook/documents"


def upload(client: TestClient, *named: tuple[str, Any], **fields: Any) -> Any:
    return client.post(DOCUMENTS, files=[("files", one) for one in named], data=fields)


def test_documents_are_listed_with_what_was_read(handbook: TestClient) -> None:
    listed = handbook.get(DOCUMENTS).json()
    assert [one["name"] for one in listed["documents"]] == ["ice.md", "water.md"]
    assert listed["documents"][0]["characters"] == len(ICE)
    assert listed["status"]["complete"] is True


def test_one_bad_file_stops_no_other(handbook: TestClient) -> None:
    answer = upload(
        handbook, ("salt.txt", "Salt is sodium chloride."), ("broken.pdf", b"%PDF-1.7 nothing"), ("none.txt", "")
    )
    said = answer.json()
    assert answer.status_code == 200
    assert (said["added"], said["refused"]) == (1, 2)
    assert [one["document"] is not None for one in said["results"]] == [True, False, False]
    assert [one["name"] for one in said["results"]] == ["salt.txt", "broken.pdf", "none.txt"]
    assert all(one["reason"] for one in said["results"][1:])
    assert said["results"][0]["passages"] == 1


def test_where_no_file_can_be_taken_the_request_is_refused_with_all_reasons(handbook: TestClient) -> None:
    answer = upload(handbook, ("a.txt", ""), ("b.pdf", b"text"))
    said = answer.json()
    assert answer.status_code == said["status"] == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "a.txt" in said["detail"]
    assert len(said["results"]) == 2


def test_the_same_name_replaces_and_the_same_bytes_do_nothing(handbook: TestClient) -> None:
    [again] = upload(handbook, ("ice.md", ICE)).json()["results"]
    assert again["result"] == "already there"
    [other] = upload(handbook, ("ice.md", ICE + "It floats.\n")).json()["results"]
    assert other["result"] == "replaced"
    assert len(handbook.get(DOCUMENTS).json()["documents"]) == 2


def test_a_file_alone_is_the_body(handbook: TestClient) -> None:
    answer = handbook.post(f"{DOCUMENTS}?name=salt.txt&tags=sea,kitchen&date=2026-01-31", content=b"Salt is salty.")
    [result] = answer.json()["results"]
    assert result["document"]["name"] == "salt.txt"
    assert sorted(result["document"]["tags"]) == ["kitchen", "sea"]
    assert result["document"]["date"] == "2026-01-31"


def test_tags_and_date_are_given_to_all_files(handbook: TestClient) -> None:
    said = upload(handbook, ("a.txt", "One fish."), ("b.txt", "Two fish."), tags=["x", "y"], date="2026-01-31").json()
    assert [(sorted(one["document"]["tags"]), one["document"]["date"]) for one in said["results"]] == [
        (["x", "y"], "2026-01-31")
    ] * 2


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("", b"text", 400),
        ("?name=", b"text", 400),
        ("?name=" + "x" * 300, b"text", 400),
        ("?name=a.txt&date=soon", b"text", 422),
        ("?name=a.txt&colour=red", b"text", 422),
        ("?name=a.txt", b"", 422),
    ],
)
def test_what_is_said_of_a_file_has_to_make_sense(handbook: TestClient, path: str, content: bytes, status: int) -> None:
    assert handbook.post(DOCUMENTS + path, content=content).status_code == status


def test_a_form_without_a_file_is_refused(handbook: TestClient) -> None:
    answer = handbook.post(DOCUMENTS, files={"note": (None, "no file")})
    assert answer.status_code == 400
    assert "no file" in answer.json()["message"]


def test_a_form_has_a_limit_of_files(handbook: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 2)
    assert upload(handbook, *[(f"{number}.txt", "x") for number in range(3)]).status_code == 400


def test_a_document_over_the_limit_is_refused_and_the_others_are_taken(start: Any) -> None:
    client = start(max_document_mb=1)
    client.post("/api/v1/collections", json={"name": "handbook"})
    said = upload(client, ("large.txt", "word " * 300_000), ("small.txt", "A word.")).json()
    assert [one["document"] is not None for one in said["results"]] == [False, True]
    assert said["results"][0]["kind"] == "too large"


def test_a_body_over_the_limit_is_refused_while_it_comes(start: Any) -> None:
    client = start(max_upload_mb=1)
    client.post("/api/v1/collections", json={"name": "handbook"})

    without_length = iter([b"x" * 65_536] * 32)
    assert client.post(f"{DOCUMENTS}?name=a.txt", content=without_length).status_code == 413
    assert upload(client, ("a.txt", "x" * 2_000_000)).status_code == 413
    assert client.get(DOCUMENTS).json()["documents"] == []


def test_large_files_are_read_a_few_at_a_time(handbook: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "TOGETHER", 10)
    said = upload(handbook, *[(f"{number}.txt", f"Fish number {number}.") for number in range(4)]).json()
    assert said["added"] == 4


def test_a_document_has_its_text_and_passages_that_are_slices_of_it(handbook: TestClient) -> None:
    [ice, _] = handbook.get(DOCUMENTS).json()["documents"]
    found = handbook.get(f"{DOCUMENTS}/{ice['id']}").json()
    assert found["text"] == ICE
    assert found["chunks"]
    for chunk in found["chunks"]:
        assert chunk["text"] == ICE[chunk["start"] : chunk["end"]]


def test_a_deleted_document_is_found_no_more(handbook: TestClient) -> None:
    [ice, water] = handbook.get(DOCUMENTS).json()["documents"]
    assert handbook.delete(f"{DOCUMENTS}/{ice['id']}").status_code == 204
    assert [one["id"] for one in handbook.get(DOCUMENTS).json()["documents"]] == [water["id"]]
    assert handbook.delete(f"{DOCUMENTS}/{ice['id']}").status_code == 404
    found = handbook.get("/api/v1/collections/handbook/search", params={"question": "ice melts"}).json()
    assert {hit["document"]["name"] for hit in found["hits"]} <= {"water.md"}


@pytest.mark.parametrize("wanted", ["nobody", "' OR 1=1 --", "9" * 400])
def test_an_unknown_document_is_not_found(handbook: TestClient, wanted: str) -> None:
    assert handbook.get(f"{DOCUMENTS}/{wanted}").status_code == 404
    assert len(handbook.get(DOCUMENTS).json()["documents"]) == 2


def test_html_and_paths_in_a_name_stay_text(handbook: TestClient) -> None:
    [result] = handbook.post(f"{DOCUMENTS}?name=../../<b>x</b>.txt", content=WATER.encode()).json()["results"]
    assert "/" not in result["name"].replace("</b>", "")


def test_files_are_read_in_a_process_of_their_own(handbook: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    process = ReadingProcess(address="tests.backends.retrieval.documents.hostile_readers:crash")
    monkeypatch.setattr("backends.retrieval.documents.read_apart", process.read)
    said = upload(handbook, ("bad.pdf", b"crash"), ("good.txt", b"fine")).json()
    process.close()
    assert [(one["name"], one["document"] is not None) for one in said["results"]] == [
        ("bad.pdf", False),
        ("good.txt", True),
    ]
    assert said["results"][0]["kind"] == "broken"

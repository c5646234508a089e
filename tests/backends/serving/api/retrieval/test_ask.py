"""Asking over HTTP: the answer at once, and event by event."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from backends.errors import WorkbenchError
from backends.serving.api.retrieval import event_stream
from backends.serving.api.retrieval.event_stream import Held
from backends.serving.api.retrieval.opened import QUESTIONS
from backends.serving.limits import Gate
from tests.backends.retrieval.answering.llm_server import LLMServer, llm_server
from tests.backends.serving.api.retrieval.conftest import ICE

ASK = "/api/v1/collections/handbook/ask"
SURE = {"question": "When does ice melt?", "threshold": 0}
STREAM = {"Accept": "text/event-stream"}


@pytest.fixture(scope="module")
def server() -> Iterator[LLMServer]:
    with llm_server() as running:
        yield running


def events_of(text: str) -> list[tuple[str, Any]]:
    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    lines = [block.split("\n") for block in blocks]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in lines]


def filled(client: TestClient) -> TestClient:
    client.post("/api/v1/collections", json={"name": "handbook"})
    client.post("/api/v1/collections/handbook/documents?name=ice.md", content=ICE.encode())
    return client


def test_an_answer_cites_the_exact_characters(handbook: TestClient) -> None:
    said = handbook.post(ASK, json=SURE).json()
    assert "Ice melts at 273 kelvin under normal pressure." in said["answer"]
    assert (said["abstained"], said["writer"], said["prompt"]) == (False, "extracts", [])
    [citation, *_] = said["sentences"][0]["citations"]
    assert citation["text"] == ICE[citation["start"] : citation["end"]]
    assert said["found"]["hits"][0]["document"]["name"] == "ice.md"


def test_below_the_threshold_it_abstains(handbook: TestClient) -> None:
    said = handbook.post(ASK, json={"question": "Who won the football match?", "threshold": 1}).json()
    assert (said["abstained"], said["answer"]) == (True, "Not in your documents.")


def test_a_question_goes_on_from_those_before_it(handbook: TestClient) -> None:
    history = [{"question": "When does ice melt?", "answer": "At 273 kelvin."}]
    said = handbook.post(ASK, json={"question": "And why does it?", "history": history, "threshold": 0}).json()
    assert said["question"] == "And why does it?"
    assert "ice" in said["asked"]


def test_events_come_in_order_and_end_with_the_same_answer(handbook: TestClient) -> None:
    answer = handbook.post(ASK, json=SURE, headers=STREAM)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer.text)
    names = [name for name, _ in events]
    assert names[0] == "searched"
    assert set(names[1:-1]) == {"piece"}
    assert names[-1] == "answered"
    whole = handbook.post(ASK, json=SURE).json()
    assert events[-1][1]["sentences"] == whole["sentences"]
    assert "".join(data["text"] for name, data in events if name == "piece") == whole["answer"]


def test_a_generated_answer_is_streamed_and_verified(start: Any, server: LLMServer) -> None:
    server.mode = "wrong_citations"
    client = filled(start(llm_base_url=server.url, llm_api_key="sk-secret-9"))
    answer = client.post(ASK, json=SURE, headers=STREAM)
    events = events_of(answer.text)
    assert "".join(data["text"] for name, data in events if name == "piece").startswith(
        "Ice melts at 273 kelvin [1][99]."
    )
    last = events[-1][1]
    assert (last["writer"], last["removed_citations"]) == ("tiny", 2)
    assert last["prompt"][0]["role"] == "system"
    assert [sentence["supported"] for sentence in last["sentences"]] == [True, False, False]
    assert "sk-secret-9" not in answer.text


def test_a_server_that_fails_still_leaves_an_answer(start: Any, server: LLMServer) -> None:
    server.mode = "wrong_key"
    said = filled(start(llm_base_url=server.url)).post(ASK, json=SURE).json()
    assert said["writer"] == "extracts"
    assert "answers 401" in said["notes"][-1]


def test_what_is_wrong_before_the_first_event_is_a_problem_as_everywhere(start: Any) -> None:
    client = filled(start(llm_base_url="ftp://nowhere"))
    refused = client.post(ASK, json=SURE, headers=STREAM)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert client.post("/api/v1/collections/nobody/ask", json=SURE, headers=STREAM).status_code == 404
    assert QUESTIONS.taken == 0


def test_what_goes_wrong_later_is_an_event(handbook: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*args: Any, **options: Any) -> Iterator[Any]:
        from backends.retrieval.answering.events import Piece

        yield Piece("Ice\n\nevent: answered\n")
        raise WorkbenchError("The collection is closed.")

    monkeypatch.setattr("backends.retrieval.Collection.ask_streamed", failing)
    events = events_of(handbook.post(ASK, json=SURE, headers=STREAM).text)
    assert [name for name, _ in events] == ["piece", "problem"]
    assert events[0][1] == {"text": "Ice\n\nevent: answered\n"}
    assert events[1][1]["message"] == "The collection is closed."
    assert QUESTIONS.taken == 0


def test_a_waiting_client_gets_comments(handbook: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from backends.retrieval.answering.events import Piece

    waited = threading.Event()

    def slow(*args: Any, **options: Any) -> Iterator[Any]:
        yield Piece("Ice")
        waited.wait(0.1)
        yield Piece(" melts")

    monkeypatch.setattr(event_stream, "ALIVE_SECONDS", 0.02)
    monkeypatch.setattr("backends.retrieval.Collection.ask_streamed", slow)
    text = handbook.post(ASK, json=SURE, headers=STREAM).text
    assert ": waiting\n\n" in text
    assert [data["text"] for _, data in events_of(text)] == ["Ice", " melts"]


def test_who_closes_the_stream_gives_the_place_back_and_ends_the_work() -> None:
    ended: list[str] = []

    def work() -> Iterator[tuple[str, Any]]:
        try:
            yield "piece", 1
            yield "piece", 2
        finally:
            ended.append("ended")

    gate = Gate(1)
    held = Held(gate, work)
    assert held.step() == ("piece", 1)
    assert gate.taken == 1
    held.close()
    assert (gate.taken, ended, held.step()) == (0, ["ended"], None)


def test_too_many_questions_at_once_are_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QUESTIONS, "_places", 0)
    assert client.post(ASK, json=SURE).status_code == 503
    assert client.post(ASK, json=SURE, headers=STREAM).status_code == 503


@pytest.mark.parametrize(
    "wrong",
    [{"history": "before"}, {"history": [{"answer": "x"}]}, {"history": [{"question": "x"}] * 51}, {"threshold": 2}],
)
def test_what_cannot_be_asked_is_said(client: TestClient, wrong: dict[str, Any]) -> None:
    assert client.post(ASK, json={**SURE, **wrong}).status_code == 422

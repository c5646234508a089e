"""The client of a language model's server, against one that misbehaves."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from backends.errors import WorkbenchError
from backends.retrieval.answering.llm import Client
from backends.retrieval.answering.llm_failures import LLMFailed, failure
from backends.settings import Settings
from tests.backends.retrieval.answering.llm_server import GOOD, KEY, LLMServer, llm_server

ASKED = ({"role": "user", "content": "When does ice melt?"},)


@pytest.fixture(scope="module")
def running() -> Iterator[LLMServer]:
    with llm_server() as server:
        yield server


@pytest.fixture
def server(running: LLMServer) -> LLMServer:
    running.mode = "good"
    running.seen.clear()
    return running


def client_of(server: LLMServer, waits: list[float] | None = None, **changes: Any) -> Client:
    pauses = [] if waits is None else waits
    return Client(
        **({"base_url": server.url, "key": KEY, "model": "tiny", "timeout": 2.0, "wait": pauses.append} | changes)
    )


def text_of(client: Client) -> str:
    return "".join(delta.text for delta in client.stream(ASKED))


@pytest.mark.parametrize("mode", ["good", "odd_events", "no_done"])
def test_an_answer_comes_in_pieces(server: LLMServer, mode: str) -> None:
    server.mode = mode
    deltas = list(client_of(server).stream(ASKED))
    assert "".join(delta.text for delta in deltas) == GOOD
    assert len(deltas) > 3
    assert deltas[-1].finish == "stop"


def test_the_request_is_what_the_settings_say(server: LLMServer) -> None:
    text_of(client_of(server, temperature=0.0, max_tokens=70))
    [(_, path, headers, body)] = server.seen
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert body == {"model": "tiny", "messages": list(ASKED), "stream": True, "temperature": 0.0, "max_tokens": 70}


def test_nothing_meant_for_another_server_is_sent(server: LLMServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "another-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1")
    text_of(client_of(server, key=""))
    assert "another-secret" not in str(server.seen)
    assert "Authorization" not in server.seen[0][2]


def test_without_a_model_the_first_that_is_listed_is_asked(server: LLMServer) -> None:
    assert client_of(server, model="").settled().model == "tiny"
    assert client_of(server, model="big").settled().model == "big"
    server.mode = "no_models"
    with pytest.raises(LLMFailed, match="lists no model"):
        client_of(server, model="").settled()


@pytest.mark.parametrize(("mode", "says"), [("good", GOOD), ("thinking", GOOD), ("limited", GOOD)])
def test_all_of_an_answer_at_once(server: LLMServer, mode: str, says: str) -> None:
    server.mode = mode
    assert client_of(server, model="").complete(ASKED) == says
    assert server.seen[-1][3]["model"] == "tiny"


@pytest.mark.parametrize(
    ("mode", "why"),
    [("empty", "gave an empty answer"), ("cut_off", "ended the connection"), ("wrong_key", "401"), ("html", "instead")],
)
def test_an_answer_that_cannot_be_had_at_once(server: LLMServer, mode: str, why: str) -> None:
    server.mode = mode
    with pytest.raises(LLMFailed, match=why):
        client_of(server).complete(ASKED)


FAILURES = {
    "slow": "did not answer in time",
    "dripping": "did not come to an end of its answer in time",
    "cut_off": "ended the connection before the answer was complete",
    "malformed": "not of the protocol",
    "malformed_later": "not of the protocol",
    "html": "'text/html' instead of 'text/event-stream'",
    "packed": "packed its answer",
    "error_event": "out of memory",
    "limited_for_long": "answers 429: slow down",
    "broken": "answers 500: CUDA error",
    "wrong_key": "answers 401: Incorrect API key",
    "huge_error": "more bytes than its answer can have",
    "one_endless_line": "more bytes than its answer can have",
    "moved": "redirects to another address",
}


@pytest.mark.parametrize("mode", FAILURES)
def test_what_goes_wrong_is_said_in_words_and_without_the_key(
    server: LLMServer, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.mode = mode
    client = client_of(server, timeout=0.3)
    with caplog.at_level(logging.DEBUG), pytest.raises(LLMFailed, match=FAILURES[mode]) as caught:
        text_of(client)
    assert caught.value.hint or mode == "cut_off"
    assert KEY not in str(caught.value) + repr(client) + caplog.text
    assert len(caught.value.message) < 400


@pytest.mark.parametrize(("mode", "requests"), [("broken", 3), ("limited_for_long", 1), ("wrong_key", 1), ("moved", 1)])
def test_only_what_may_pass_is_asked_again(server: LLMServer, mode: str, requests: int) -> None:
    server.mode = mode
    with pytest.raises(LLMFailed):
        text_of(client_of(server))
    assert len(server.seen) == requests


def test_the_server_says_how_long_to_wait(server: LLMServer) -> None:
    server.mode = "limited"
    waits: list[float] = []
    assert text_of(client_of(server, waits)) == GOOD
    assert waits == [1.0]


def test_an_unreachable_server_is_tried_again_a_little_later(server: LLMServer) -> None:
    waits: list[float] = []
    with pytest.raises(LLMFailed, match="cannot be reached"):
        text_of(client_of(server, waits, base_url="http://127.0.0.1:1/v1"))
    assert waits == [0.5, 1.0]


def test_a_server_that_keeps_to_no_limit_is_cut_off(server: LLMServer) -> None:
    server.mode = "huge"
    deltas = list(client_of(server, max_tokens=100).stream(ASKED))
    assert deltas[-1].finish == "length"
    assert len("".join(delta.text for delta in deltas)) < 3_000


def test_who_stops_listening_ends_the_request(server: LLMServer) -> None:
    server.mode = "huge"
    answer = client_of(server, max_tokens=10_000).stream(ASKED)
    next(answer)
    answer.close()
    assert list(answer) == []


@pytest.mark.parametrize(
    "address", ["ftp://host/v1", "localhost:11434", "http://", "http://host:99999/v1", "javascript:1", "//host/v1"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(WorkbenchError, match="which is no http address"):
        Client.open(Settings(llm_base_url=address))


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(WorkbenchError, match="user name or password") as caught:
        Client.open(Settings(llm_base_url="http://me:hunter2@host/v1"))
    assert "hunter2" not in str(caught.value)


def test_a_temperature_out_of_range_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="TEMPERATURE is 3"):
        Client.open(Settings(llm_base_url="http://host/v1", llm_temperature=3.0))


def test_the_settings_make_the_client() -> None:
    client = Client.open(
        Settings(llm_base_url="http://host:8000/v1/", llm_model="m", llm_max_tokens=5, llm_api_key=KEY)
    )
    assert client is not None
    assert (client.base_url, client.model, client.max_tokens, client.temperature) == (
        "http://host:8000/v1",
        "m",
        5,
        0.0,
    )


def test_a_bug_of_ours_is_not_taken_for_the_servers() -> None:
    with pytest.raises(ZeroDivisionError):
        failure(ZeroDivisionError(), "http://host")

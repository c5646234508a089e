"""The calls of the API tab do what they say when they are run."""

from __future__ import annotations

import io
import json
import shlex
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from backends.retrieval import Library
from backends.serving.api import build_api
from backends.serving.service import Service
from backends.settings import Settings
from components.ask import calls
from tests.backends.retrieval.fakes import HashEmbedder

WHERE = "http://localhost:8501/v1/collections/Notes"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    settings = Settings(home=str(tmp_path))
    service, library = Service(settings), Library(settings, HashEmbedder())
    monkeypatch.setattr("backends.retrieval.library", lambda: library)
    library.create("Notes").add("folds.txt", b"A fold is one part of the rows. Models are judged on it.")
    yield TestClient(build_api(lambda: service), "http://localhost:8501", client=("127.0.0.1", 50_000))
    library.close()
    service.close()


def arguments(command: str, flag: str) -> list[str]:
    words = shlex.split(command.replace("\\\n", " "))
    return [after for word, after in pairwise(words) if word == flag]


def test_the_search_in_python_prints_what_was_found(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def urlopen(request: urllib.request.Request) -> Any:
        headers = dict(request.header_items())
        return io.BytesIO(client.post(request.full_url, content=request.data, headers=headers).content)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    exec(compile(calls.search(WHERE, keyed=False), "shown", "exec"), {})
    assert capsys.readouterr().out.startswith("1 folds.txt A fold is one part of the rows.")


def test_the_question_from_a_shell_is_answered(client: TestClient) -> None:
    [body] = arguments(calls.ask(WHERE, keyed=False), "-d")
    headers = dict(header.split(": ") for header in arguments(calls.ask(WHERE, keyed=False), "-H"))
    answer = client.post(f"{WHERE}/ask", content=body, headers=headers)
    assert answer.status_code == 200
    assert json.loads(body)["question"] in answer.text


def test_the_same_question_is_streamed(client: TestClient) -> None:
    command = calls.streamed(WHERE, keyed=False)
    headers = dict(header.split(": ") for header in arguments(command, "-H"))
    answer = client.post(f"{WHERE}/ask", content=arguments(command, "-d")[0], headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: searched" in answer.text


def test_a_file_is_added_under_the_field_that_is_shown(client: TestClient) -> None:
    [field] = arguments(calls.upload(WHERE, keyed=False), "-F")
    name = field.split("=@")[0]
    answer = client.post(f"{WHERE}/documents", files={name: ("report.txt", b"Steam is hot.")})
    assert answer.status_code in (200, 201)
    assert "report.txt" in answer.text


def test_a_key_is_sent_where_one_is_needed() -> None:
    for shown in (calls.ask, calls.streamed, calls.upload):
        assert "Authorization: Bearer $WORKBENCH_KEY" in shown(WHERE, True)
    assert "WORKBENCH_KEY" in calls.search(WHERE, True)

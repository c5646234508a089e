"""Every engine that is set is asked in the background, and a wrong address is one sentence."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable

import pytest

from backends.errors import WorkbenchError
from backends.serving import engines
from backends.serving.engines import AGAIN_SECONDS, ENGINES, Engine, Finding, Watch
from backends.settings import Settings
from tests.backends.retrieval.answering.llm_server import llm_server


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def settled(watch: Watch, key: str) -> Finding:
    until(lambda: watch.find(key).state != "asked" and key not in watch._asking)
    return watch.find(key)


@pytest.fixture
def nowhere() -> str:
    """Host and port of this machine at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Settings], None]], Watch]:
    """A watch whose Dask is asked by the given function, with a clock that stands still."""

    def make(ask: Callable[[Settings], None], **options: object) -> Watch:
        monkeypatch.setitem(engines.ENGINES, "dask", Engine("dask", "Dask", "WORKBENCH_DASK_ADDRESS", ask))
        return Watch(Settings(dask_address="tcp://x:1"), {}, **{"clock": lambda: 0.0, **options})  # type: ignore[arg-type]

    return make


def test_nothing_is_asked_of_what_is_not_set() -> None:
    before = threading.active_count()
    watch = Watch(Settings(), {})
    watch.begin()
    assert [watch.find(key) for key in ENGINES] == [Finding()] * 4
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("dask_address", "localhost", "which is no address of a Dask scheduler"),
        ("dask_address", "tcp://{nowhere}", "No Dask scheduler answers at tcp://{nowhere}"),
        ("milvus_uri", "http://{nowhere}", "Milvus at 'http://{nowhere}' could not connect"),
        ("milvus_uri", "/no/such/folder/lite.db", "its folder is not there"),
        ("milvus_uri", "127.0.0.1", "it is neither an address nor a file that ends in .db"),
        ("llm_base_url", "ftp://{nowhere}", "which is no http address"),
        ("llm_base_url", "http://{nowhere}/v1", "http://{nowhere} cannot be reached"),
    ],
)
def test_a_wrong_address_is_a_sentence_with_the_address_in_it(
    key: str, value: str, sentence: str, nowhere: str
) -> None:
    watch = Watch(Settings(**{key: value.format(nowhere=nowhere)}), {})
    error = settled(watch, key.split("_")[0]).error
    assert error is not None
    assert sentence.format(nowhere=nowhere) in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dask_address", "tcp://ana:geheim@10.0.0.1:8786"),
        ("milvus_uri", "ana:geheim@10.0.0.1:19530"),
        ("llm_base_url", "ana:ge@he/im@10.0.0.1/v1"),
        ("llm_base_url", f"ana:{'geheim' * 50}@10.0.0.1/v1"),
    ],
)
def test_a_wrong_address_is_told_without_the_password_in_it(
    key: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = str(settled(Watch(Settings(**{key: value}), {}), key.split("_")[0]).error)
    assert "…@10.0.0.1" in told
    for secret in ("geheim", "he/im", "ana"):
        assert secret not in told + caplog.text


@pytest.mark.parametrize("uri", ["mlflow.example", "http://{nowhere}"])
def test_a_wrong_registry_is_a_sentence(uri: str, nowhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = uri.format(nowhere=nowhere)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    error = settled(Watch(Settings()), "mlflow").error
    assert error is not None
    assert address in error.message


def test_a_server_that_answers_is_fine() -> None:
    with llm_server() as server:
        assert settled(Watch(Settings(llm_base_url=server.url), {}), "llm").state == "answers"
        assert [(method, path) for method, path, *_ in server.seen] == [("GET", "/v1/models")]


def test_asking_never_waits_and_an_engine_that_is_silent_is_said_to_be(fake) -> None:
    release = threading.Event()
    watch = fake(lambda settings: release.wait(60) and None, seconds=0.05)
    assert watch.find("dask").state == "asked"
    until(lambda: watch.find("dask").state == "fails")
    assert "has not answered within" in str(watch.find("dask").error)
    release.set()
    until(lambda: watch.find("dask").state == "answers")


def test_an_engine_is_asked_again_after_a_while_and_the_warning_goes(fake) -> None:
    now, asked = [0.0], []

    def ask(settings: Settings) -> None:
        asked.append(now[0])
        if len(asked) == 1:
            raise WorkbenchError("Nobody there.", hint="Start it.")

    watch = fake(ask, clock=lambda: now[0])
    assert str(settled(watch, "dask").error) == "Nobody there. Start it. WORKBENCH_DASK_ADDRESS names it."
    now[0] = AGAIN_SECONDS - 1
    assert watch.find("dask").state == "fails"
    assert len(asked) == 1
    now[0] = AGAIN_SECONDS
    watch.find("dask")
    until(lambda: watch.find("dask").state == "answers")


def test_the_log_is_told_once_and_never_of_secrets(fake, caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]

    def ask(settings: Settings) -> None:
        raise WorkbenchError("Nobody there.")

    watch = fake(ask, clock=lambda: now[0])
    with caplog.at_level(logging.WARNING):
        settled(watch, "dask")
        now[0] = AGAIN_SECONDS
        watch.find("dask")
        until(lambda: "dask" not in watch._asking)
    assert [record.getMessage() for record in caplog.records] == ["Nobody there. WORKBENCH_DASK_ADDRESS names it."]


def test_what_was_not_foreseen_is_a_sentence_too(fake) -> None:
    def ask(settings: Settings) -> None:
        raise KeyError("token=secret")

    error = settled(fake(ask), "dask").error
    assert error is not None
    assert error.message == "Dask cannot be used (KeyError)."
    assert "secret" not in str(error)

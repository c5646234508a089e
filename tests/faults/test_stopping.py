"""SIGTERM under load: what is being answered is finished, what was acknowledged is in the log, nothing runs on."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from backends.serving.log import PredictionLog
from backends.serving.stopping import FINISH_SECONDS, stop_within
from backends.settings import Settings
from tests.load.calls import BODY, KEY, MODEL
from tests.load.tab import Browser
from tests.load.workbench import Running, running

ROWS = 2  # of each request
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}


class Programs:
    """Threads that ask for predictions until the server is gone, and count what was answered to the last byte."""

    def __init__(self, port: int, count: int = 8) -> None:
        self.answered, self.refused, self.torn = 0, 0, 0
        self._port = port
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(30)

    def _ask(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)) as connection:
            while True:
                try:
                    connection.request("POST", f"/api/v1/models/{MODEL}/predict", BODY, HEADERS)
                    answer = connection.getresponse()
                except (OSError, http.client.BadStatusLine):
                    return  # refused before it was read: nothing was promised
                try:
                    whole = len(json.loads(answer.read())["predictions"]) == ROWS
                except (OSError, http.client.IncompleteRead, ValueError, KeyError):
                    whole = False
                with self._lock:
                    self.answered += whole
                    self.torn += not whole


@contextmanager
def never_ending_request(port: int) -> Iterator[None]:
    """Somebody who has promised a body and does not send it."""
    with socket.create_connection(("127.0.0.1", port)) as held:
        head = f"POST /api/v1/models/{MODEL}/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
        held.sendall(f"{head}Content-Type: application/json\r\nAuthorization: Bearer {KEY}\r\n\r\n{{".encode())
        yield


def begin_training(workbench: Running) -> None:
    """Begin it in a thread of its own: in this one the browser's loop may run, of tests that came before."""
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, training_begun(workbench)).result()


async def training_begun(workbench: Running) -> None:
    """A visitor starts a training and closes the tab while it runs."""
    async with Browser(workbench.port) as browser:
        tab = await browser.open()
        await tab.click("load", "load_sample_home_churn")
        await tab.go_to("train")
        await tab.click("train", "train_start")
        await tab.until(lambda: "job_cancel" in tab.widgets, 60, "the training")
        while not workbench.jobs:
            await asyncio.sleep(0.05)


@pytest.mark.slow
def test_told_to_stop_under_load_it_finishes_what_it_has_begun_and_leaves_nothing_running() -> None:
    with running() as workbench:
        begin_training(workbench)
        jobs = workbench.jobs
        programs = Programs(workbench.port)
        with never_ending_request(workbench.port):
            while programs.answered < 200:
                assert workbench.process.poll() is None
            seconds = workbench.stop(30)
            programs.join()
        assert seconds < FINISH_SECONDS + 10
        assert workbench.process.returncode == -signal.SIGTERM
        _, running_on = psutil.wait_procs(jobs, 5)
        assert jobs != []
        assert running_on == []
        assert programs.torn == 0
        log = PredictionLog.open(Settings(home=str(workbench.home)))
        assert int(log.counts()["predictions"].sum()) >= ROWS * programs.answered
        assert [path for path in (workbench.home / "jobs").glob("*") if path.is_dir()] == []
        assert all("graceful shutdown exceeded" in line for line in workbench.complaints())  # the one that never ended


@pytest.mark.slow
def test_without_a_home_of_its_own_it_takes_its_temporary_folder_along() -> None:
    with running({"WORKBENCH_HOME": ""}, published=False) as workbench:
        begin_training(workbench)
        folder = Path(tempfile.gettempdir()) / f"demo-workbench-{workbench.process.pid}"
        assert folder.is_dir()
        workbench.stop()
        assert not folder.exists()


def test_the_server_gets_a_bound_for_the_connections_it_waits_for() -> None:
    class Server:
        config = SimpleNamespace(timeout_graceful_shutdown=None)

        def handle_exit(self, number: int, frame: object) -> None:
            """As uvicorn's does, it is called on SIGTERM."""

    before = signal.getsignal(signal.SIGTERM)
    assert not stop_within()  # no server listens
    try:
        signal.signal(signal.SIGTERM, Server().handle_exit)
        assert stop_within(5)
        assert Server.config.timeout_graceful_shutdown == 5
        assert not stop_within(7)  # somebody's own bound is left alone
        assert Server.config.timeout_graceful_shutdown == 5
    finally:
        signal.signal(signal.SIGTERM, before)

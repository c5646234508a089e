"""Results that nobody reads: they take no place of others, and are given up after a while."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from backends.serving.api import batches, build_api

PREDICT = "/api/v1/models/club/predict"
CSV = {"Content-Type": "text/csv"}
HEAD, GOOD = "age,income,city,member,since\n", "44,5200.5,Rome,true,2021-05-17\n"


def until(true: Any, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(true())


@pytest.fixture
def port(client: TestClient) -> Iterator[int]:
    """The API on a real socket of this machine."""
    service = client.service  # type: ignore[attr-defined]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = Starlette(routes=[Mount("/api", build_api(lambda: service))])
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        assert until(lambda: server.started)
        yield listening.getsockname()[1]
        server.should_exit = server.force_exit = True
        thread.join(10)


def send_table(port: int, rows: int, on_error: str) -> socket.socket:
    """Upload a table and read nothing."""
    body = (HEAD + GOOD * rows).encode()
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.settimeout(20)
    made.connect(("127.0.0.1", port))
    head = f"POST {PREDICT}?on_error={on_error} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
    made.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return made


@pytest.mark.parametrize("on_error", ["skip", "fail"])
def test_results_that_nobody_reads_are_given_up(
    client: TestClient,
    port: int,
    on_error: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    row: dict[str, Any],
) -> None:
    monkeypatch.setattr(batches, "STALLED_SECONDS", 0.5)
    service = client.service  # type: ignore[attr-defined]
    with caplog.at_level(logging.WARNING), send_table(port, 60_000, on_error):
        assert until(lambda: service.tables.taken == 1)
        assert service.gate.taken == 0
        assert client.post(PREDICT, json=[row]).status_code == 200
        assert until(lambda: service.tables.taken == 0), "the place is free again"
        assert until(lambda: "nobody read them for 0.5 s" in caplog.text)
    assert all(place.leases == 0 for place in service.pool._places.values())
    assert "Traceback" not in caplog.text


def test_when_all_places_for_tables_are_taken_single_rows_go_through(client: TestClient, row: dict[str, Any]) -> None:
    client.get("/api/v1/models")
    service = client.service  # type: ignore[attr-defined]
    with ExitStack() as taken:
        for _ in range(service.tables._places):
            taken.enter_context(service.tables)
        refused = client.post(PREDICT, content=HEAD + GOOD, headers=CSV)
        assert refused.status_code == 503
        assert "tables are being answered" in refused.json()["detail"]
        assert int(refused.headers["retry-after"]) >= 1
        assert client.post(PREDICT, json=[row]).status_code == 200
    assert client.post(PREDICT, content=HEAD + GOOD, headers=CSV).status_code == 200
    assert service.tables.taken == 0


def test_a_table_that_becomes_unreadable_breaks_off_without_a_traceback(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    body = (HEAD + GOOD * 5_000 + "1,2\n").encode()
    with socket.create_connection(("127.0.0.1", port), 20) as made, caplog.at_level(logging.WARNING):
        head = f"POST {PREDICT}?on_error=skip HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
        made.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        found = b"".join(iter(lambda: made.recv(65_536), b""))  # to the end: the server closes
    assert found.startswith(b"HTTP/1.1 200")
    assert not found.endswith(b"0\r\n\r\n"), "the last chunk, which would say that the answer is complete"
    assert until(lambda: "Line 5,002 of the CSV has 2 values" in caplog.text)
    assert not [record for record in caplog.records if record.exc_info]

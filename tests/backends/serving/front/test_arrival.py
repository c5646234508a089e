from __future__ import annotations

import asyncio

import pytest
from starlette.types import Receive, Scope, Send

from backends.serving.front.arrival import AROUND, Arrival
from backends.serving.front.surfaces import UPLOAD
from backends.settings import MEGABYTE, Settings
from tests.backends.serving.front.asgi import Echo, ask, exchange, request

SMALL = Settings(max_upload_mb=1)
LARGEST = MEGABYTE + AROUND


def test_a_body_that_arrives_is_passed_on() -> None:
    answer = ask(Arrival(Echo(), SMALL), request("/api/x", "POST"), b"abc", b"de")
    assert (answer.status, answer.body) == (200, "5")


def test_who_stops_sending_is_told_and_cut_off_while_a_file_may_take_longer() -> None:
    app = Arrival(Echo(), Settings(request_seconds=1))
    json = request("/api/v1/models/a/predict", "POST", [("content-type", "application/json")])
    file = request(f"{UPLOAD}a/b", "PUT", [("content-type", "multipart/form-data; boundary=x")])

    async def both() -> None:
        patient = asyncio.create_task(exchange(app, file, b"begins", ends=False))
        cut = await exchange(app, json, b'{"rec', ends=False)
        assert cut.status == 408
        assert "1 second" in cut.body
        assert cut.headers["connection"] == "close"
        assert cut.headers["content-type"] == "application/problem+json"
        assert not patient.done()
        patient.cancel()

    asyncio.run(both())


@pytest.mark.parametrize("path", ["/api/x", "/v2/x", "/widgets/x/", f"{UPLOAD}a/b", "/", "/oauth2callback"])
def test_no_path_takes_more_than_the_largest_file(path: str) -> None:
    app = Arrival(Echo(), SMALL)
    said = ask(app, request(path, "POST", [("content-length", str(LARGEST + 1))]))
    assert said.status == 413
    assert "WORKBENCH_MAX_UPLOAD_MB" in said.body
    sent = ask(app, request(path, "POST"), *[b"x" * MEGABYTE] * 4)
    assert sent.status == 413
    assert ask(app, request(path, "POST"), *[b"x" * MEGABYTE] * 3).status == 200


def test_a_length_that_is_no_number_is_left_to_the_server() -> None:
    for said in ("-1", "²", "1e3", ""):
        assert ask(Arrival(Echo(), SMALL), request("/", "POST", [("content-length", said)])).status == 200


def test_no_limit_of_time_means_none_and_a_size_is_bounded_all_the_same() -> None:
    app = Arrival(Echo(), Settings(request_seconds=0, max_upload_mb=1))
    assert ask(app, request("/", "POST"), b"a").body == "1"
    assert ask(app, request("/", "POST"), *[b"x" * MEGABYTE] * 4).status == 413


def test_after_the_body_an_application_waits_as_long_as_it_likes_for_the_visitor_to_leave() -> None:
    told: list[bool] = []

    async def listens(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with asyncio.timeout(1.2):
                await receive()
        except TimeoutError:
            told.append(False)

    asyncio.run(exchange(Arrival(listens, Settings(request_seconds=1)), request("/", "POST")))
    assert told == [False]

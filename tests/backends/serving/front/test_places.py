from __future__ import annotations

import asyncio
import json

import pytest
from starlette.types import Receive, Scope, Send

from backends.serving.front.places import Places
from backends.serving.front.surfaces import HOST_CONFIG, STREAM
from backends.serving.limits import RateLimit
from tests.backends.serving.front.asgi import Answer, Echo, ask, exchange, request


async def stays(scope: Scope, receive: Receive, send: Send) -> None:
    """A tab that stays open."""
    await asyncio.Event().wait()


async def full(places: Places, then: Scope) -> Answer:
    """What a further request hears while one tab is open; afterwards that tab is closed."""
    tab = asyncio.create_task(exchange(places, request(STREAM, scheme="ws")))
    await asyncio.sleep(0)
    assert places.taken == 1
    answer = await exchange(places, then)
    tab.cancel()
    await asyncio.gather(tab, return_exceptions=True)
    assert places.taken == 0
    return answer


def test_a_tab_too_many_is_told_in_words_by_what_its_page_asks_first() -> None:
    for path in (HOST_CONFIG, f"/train{HOST_CONFIG}"):
        answer = asyncio.run(full(Places(stays, 1), request(path)))
        assert answer.status == 503
        assert json.loads(answer.body).startswith("The workbench is full: 1 tab is open")
        assert answer.headers["retry-after"] == "5"


def test_its_websocket_is_not_opened() -> None:
    answer = asyncio.run(full(Places(stays, 1), request(STREAM, scheme="ws")))
    assert answer.messages[0]["type"] == "websocket.close"
    assert answer.messages[0]["code"] == 1013


def test_while_there_is_room_or_no_limit_everybody_gets_in() -> None:
    for most in (2, 0):
        echo = Echo()
        assert ask(Places(echo, most), request(HOST_CONFIG)).status == 200
        ask(Places(echo, most), request(STREAM, scheme="ws"))
        assert len(echo.seen) == 2


def test_other_requests_are_answered_when_it_is_full() -> None:
    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        await (stays if scope["type"] == "websocket" else Echo())(scope, receive, send)

    for path in ("/api/health", "/widgets/iris/", "/_stcore/health", "/"):
        assert asyncio.run(full(Places(whole, 1), request(path))).status == 200


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ("203.0.113.9", "203.0.113.9", False),
        ("203.0.113.9", "203.0.113.10", True),
        ("2001:db8::1", "2001:db8::2", False),
    ],
)
def test_one_address_opens_so_many_tabs_in_a_minute(first: str, second: str, apart: bool) -> None:
    echo = Echo()
    places = Places(echo, 0, RateLimit(1, clock=lambda: 0.0))
    for peer in (first, second):
        ask(places, request(STREAM, peer=peer, scheme="ws"))
    assert len(echo.seen) == (2 if apart else 1)

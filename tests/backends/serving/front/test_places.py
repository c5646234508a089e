from __future__ import annotations

import asyncio
import json

import pytest
from starlette.types import Message, Receive, Scope, Send

from backends.serving.front.places import Places, Room
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
        answer = asyncio.run(full(Places(stays, Room(1)), request(path)))
        assert answer.status == 503
        assert json.loads(answer.body).startswith("The workbench is full: 1 tab is open")
        assert answer.headers["retry-after"] == "5"


def test_its_websocket_is_not_opened() -> None:
    answer = asyncio.run(full(Places(stays, Room(1)), request(STREAM, scheme="ws")))
    assert answer.messages[0]["type"] == "websocket.close"
    assert answer.messages[0]["code"] == 1013


def test_while_there_is_room_or_no_limit_everybody_gets_in() -> None:
    for most in (2, 0):
        echo = Echo()
        assert ask(Places(echo, Room(most)), request(HOST_CONFIG)).status == 200
        ask(Places(echo, Room(most)), request(STREAM, scheme="ws"))
        assert len(echo.seen) == 2


def test_other_requests_are_answered_when_it_is_full() -> None:
    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        await (stays if scope["type"] == "websocket" else Echo())(scope, receive, send)

    for path in ("/api/health", "/widgets/iris/", "/_stcore/health", "/"):
        assert asyncio.run(full(Places(whole, Room(1)), request(path))).status == 200


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
    places = Places(echo, Room(0, connects=RateLimit(1, clock=lambda: 0.0)))
    for peer in (first, second):
        ask(places, request(STREAM, peer=peer, scheme="ws"))
    assert len(echo.seen) == (2 if apart else 1)


async def opened(places: Places, *peers: str) -> list[str]:
    """What a further tab of the last address hears, and its page, while one is open from each of the others."""
    tabs = [asyncio.create_task(exchange(places, request(STREAM, peer=peer, scheme="ws"))) for peer in peers[:-1]]
    await asyncio.sleep(0)
    assert places.taken == len(tabs)
    page = await exchange(places, request(HOST_CONFIG, peer=peers[-1]))
    for tab in tabs:
        tab.cancel()
    await asyncio.gather(*tabs, return_exceptions=True)
    assert places.taken == 0
    return [str(page.status), page.body]


async def stays_or_answers(scope: Scope, receive: Receive, send: Send) -> None:
    await (stays if scope["type"] == "websocket" else Echo())(scope, receive, send)


@pytest.mark.parametrize(
    ("peers", "proxied", "status"),
    [
        (("203.0.113.9",) * 3, False, "503"),
        (("2001:db8::1", "2001:db8::2", "2001:db8::3"), False, "503"),
        (("203.0.113.9", "203.0.113.9", "203.0.113.10"), False, "200"),
        (("127.0.0.1",) * 3, True, "200"),  # this machine's own
        (("10.0.0.2",) * 3, False, "200"),  # a proxy's that nobody named, perhaps
        (("10.0.0.2",) * 3, True, "503"),
    ],
)
def test_one_address_has_half_of_the_places_at_most(peers: tuple[str, ...], proxied: bool, status: str) -> None:
    found, said = asyncio.run(opened(Places(stays_or_answers, Room(4, proxied=proxied)), *peers))
    assert found == status
    assert status == "200" or json.loads(said).startswith("From this address 2 tabs are open")


def test_a_tab_that_says_nothing_is_closed_and_one_that_did_may_be_silent() -> None:
    async def listens(scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "websocket.disconnect":
            heard.append(message)

    async def tab(*messages: bytes) -> Answer:
        waiting = [{"type": "websocket.receive", "bytes": message} for message in messages]
        answer = Answer([])

        async def receive() -> Message:
            if waiting:
                return waiting.pop()
            await asyncio.sleep(0.2)
            return {"type": "websocket.disconnect"}

        async def send(message: Message) -> None:
            answer.messages.append(message)

        await Places(listens, Room(1, silent=0.05))(request(STREAM, scheme="ws"), receive, send)
        return answer

    heard: list[Message] = []
    [close] = asyncio.run(tab()).messages
    assert (close["type"], close["code"]) == ("websocket.close", 1008)
    assert asyncio.run(tab(b"rerun")).messages == []
    assert [message["bytes"] for message in heard] == [b"rerun"]

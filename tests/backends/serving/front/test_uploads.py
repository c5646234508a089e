"""Files that wait in memory are counted, whatever they are called and however they come."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from backends.errors import WorkbenchError
from backends.serving.front.surfaces import UPLOAD
from backends.serving.front.uploads import STEP, Uploads
from backends.settings import MEGABYTE, Settings
from tests.backends.serving.front.asgi import Answer, Echo, ask, exchange, request

SETTINGS = Settings(session_memory_mb=20)


@dataclass
class Pages:
    """What the pages hold for one open tab, and how many bytes more there is room for."""

    waiting: int = 0
    room: int = 10**12
    asked: list[int] = field(default_factory=list)

    def held(self, session: str) -> int | None:
        return self.waiting if session == "tab" else None

    def make_room(self, more: int) -> None:
        self.asked.append(more)
        if more > self.room:
            raise WorkbenchError("There is no memory for this file.", "Wait.")


def put(pages: Pages | None, *parts: bytes, says: int | None = None, session: str = "tab") -> Answer:
    headers = [] if says is None else [("content-length", str(says))]
    scope = request(f"{UPLOAD}{session}/any-name", "PUT", headers)
    return ask(Uploads(Echo(), SETTINGS, pages), scope, *parts)


def test_a_file_that_fits_is_passed_on() -> None:
    assert put(Pages(), b"abc", says=3).body == "3"
    assert put(Pages(), b"abc", b"de").body == "5"
    assert put(None, b"abc", says=3).body == "3"


def test_what_waits_in_memory_counts_whatever_it_is_called() -> None:
    assert put(Pages(waiting=19 * MEGABYTE), says=MEGABYTE).status == 200
    refused = put(Pages(waiting=19 * MEGABYTE), says=MEGABYTE + 1)
    assert refused.status == 413
    assert refused.body == (
        "The files of one visitor may hold 20 MB until they are read. Upload fewer at once; "
        "WORKBENCH_SESSION_MEMORY_MB sets the limit."
    )


def test_one_that_does_not_say_how_long_it_is_is_cut_off() -> None:
    refused = put(Pages(waiting=18 * MEGABYTE), *[b"x" * MEGABYTE] * 3)
    assert (refused.status, refused.headers["connection"]) == (413, "close")


def test_a_tab_that_is_not_open_gets_none() -> None:
    refused = put(Pages(), says=1, session="another")
    assert refused.status == 404
    assert "not open any more" in refused.body


def test_no_file_comes_for_which_the_workbench_has_no_memory() -> None:
    pages = Pages(room=STEP)
    assert put(pages, says=STEP).status == 200
    refused = put(pages, says=STEP + 1)
    assert (refused.status, refused.body) == (507, "There is no memory for this file. Wait.")
    assert put(pages, *[b"x" * MEGABYTE] * 9).status == 200, "it is looked at again after each step"
    assert put(Pages(room=STEP - 1), *[b"x" * MEGABYTE] * 9).status == 507


def test_files_on_their_way_count_with_each_other_and_no_longer_than_that() -> None:
    pages = Pages()
    app = Uploads(Echo(), SETTINGS, pages)
    there = request(f"{UPLOAD}tab/a", "PUT")

    async def both() -> None:
        first = asyncio.create_task(exchange(app, there, b"x" * 15 * MEGABYTE, ends=False))
        await asyncio.sleep(0.1)
        assert (await exchange(app, request(f"{UPLOAD}tab/b", "PUT", [("content-length", "6000000")]))).status == 413
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert (await exchange(app, request(f"{UPLOAD}tab/b", "PUT", [("content-length", "6000000")]))).status == 200

    asyncio.run(both())


def test_who_only_says_that_much_is_coming_takes_no_memory_from_others() -> None:
    pages = Pages()
    app = Uploads(Echo(), SETTINGS, pages)
    large = request(f"{UPLOAD}tab/a", "PUT", [("content-length", str(15 * MEGABYTE))])

    async def both() -> None:
        first = asyncio.create_task(exchange(app, large, b"x", ends=False))
        await asyncio.sleep(0.1)
        assert (await exchange(app, large)).status == 200
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)

    asyncio.run(both())


@pytest.mark.parametrize(("method", "path"), [("DELETE", f"{UPLOAD}gone/a"), ("PUT", "/train"), ("GET", "/")])
def test_other_requests_are_not_asked(method: str, path: str) -> None:
    pages = Pages(room=0)
    assert ask(Uploads(Echo(), SETTINGS, pages), request(path, method)).status == 200
    assert pages.asked == []

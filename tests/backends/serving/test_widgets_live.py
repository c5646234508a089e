from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette

from backends.errors import WorkbenchError
from backends.serving.widgets.live import Built, Live
from backends.serving.widgets.place import Place, Stamp

FIRST, SECOND = Stamp(1, "a", "production"), Stamp(2, "b", "production")


class Builder:
    """Makes widgets of nothing, and notes what became of them."""

    def __init__(self) -> None:
        self.built: list[tuple[Place, Stamp]] = []
        self.open: dict[Place, list[Stamp]] = {}
        self.tasks: set[tuple[str, bool]] = set()  # (place, left in the task that entered)
        self.broken = False

    def __call__(self, place: Place, stamp: Stamp) -> Built:
        if self.broken:
            raise WorkbenchError("No such model.")
        self.built.append((place, stamp))

        @asynccontextmanager
        async def lifespan(app: Any) -> AsyncIterator[None]:
            entered = asyncio.current_task()
            self.open.setdefault(place, []).append(stamp)
            yield
            self.open[place].remove(stamp)
            self.tasks.add((place.name, entered is asyncio.current_task()))

        return Built(Starlette(lifespan=lifespan), Tool())  # type: ignore[arg-type]


class Tool:
    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield


def run(story: Callable[[Builder, Live], Awaitable[None]], kept: int = 2, grace: float = 0.0) -> Builder:
    """Play a story with widgets, and close them."""
    builder = Builder()

    async def play() -> None:
        live = Live(builder, kept, grace)
        try:
            await story(builder, live)
        finally:
            await live.close()

    asyncio.run(play())
    return builder


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0.005)


def test_a_widget_is_built_once_however_many_visit_it_at_once() -> None:
    async def story(builder: Builder, live: Live) -> None:
        found = await asyncio.gather(*(live.get(Place("iris"), FIRST) for _ in range(10)))
        assert len(set(map(id, found))) == 1

    assert run(story).built == [(Place("iris"), FIRST)]


def test_another_version_replaces_the_widget() -> None:
    async def story(builder: Builder, live: Live) -> None:
        await live.get(Place("iris"), FIRST)
        assert (await live.get(Place("iris"), SECOND)).stamp == SECOND
        await settle()
        assert builder.open[Place("iris")] == [SECOND]

    run(story)


def test_the_longest_unused_one_is_closed_when_there_are_too_many() -> None:
    async def story(builder: Builder, live: Live) -> None:
        for name in ("a", "b"):
            await live.get(Place(name), FIRST)
        live.at_hand(Place("a"))
        await live.get(Place("c"), FIRST)
        await settle()
        assert live.places == (Place("a"), Place("c"))
        assert builder.open[Place("b")] == []

    run(story)


def test_a_widget_that_is_let_go_may_finish_what_it_is_doing() -> None:
    async def story(builder: Builder, live: Live) -> None:
        await live.get(Place("a"), FIRST)
        live.drop(Place("a"))
        await settle()
        assert live.at_hand(Place("a")) is None
        assert builder.open[Place("a")] == [FIRST]

    assert run(story, grace=60).open[Place("a")] == [], "the end of all does not wait"


def test_all_are_closed_in_the_task_that_opened_them() -> None:
    async def story(builder: Builder, live: Live) -> None:
        for name in ("a", "b", "c"):
            await live.get(Place(name), FIRST)

    builder = run(story)
    assert builder.tasks == {("a", True), ("b", True), ("c", True)}
    assert all(stamps == [] for stamps in builder.open.values())


def test_what_could_not_be_built_is_tried_again() -> None:
    async def story(builder: Builder, live: Live) -> None:
        builder.broken = True
        with pytest.raises(WorkbenchError, match="No such model"):
            await live.get(Place("a"), FIRST)
        builder.broken = False
        assert (await live.get(Place("a"), FIRST)).stamp == FIRST

    run(story)


def test_a_widget_that_cannot_start_says_why() -> None:
    class Failing(Tool):
        @asynccontextmanager
        async def running(self) -> AsyncIterator[None]:
            raise RuntimeError("no room")
            yield

    async def play() -> None:
        live = Live(lambda place, stamp: Built(Starlette(), Failing()))  # type: ignore[arg-type]
        with pytest.raises(RuntimeError, match="no room"):
            await live.get(Place("a"), FIRST)
        assert len(live) == 0
        await live.close()

    asyncio.run(play())

"""Sessions that come and go: whether the server's memory levels off."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from tests.load.tab import Browser
from tests.load.visit import SAMPLES, VIEWS
from tests.load.workbench import KEPT_SECONDS, Running

AT_ONCE = 5
BATCH = 10  # sessions between two looks at the memory


@dataclass
class Opened:
    """How many sessions were opened, the server's megabytes after every batch of them, and what broke."""

    sessions: int = 0
    memory: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def open_and_close(workbench: Running, sessions: int) -> Opened:
    """Open so many sessions, some at once, each by a visitor nobody knows; look at the memory when they are let go."""
    opened = Opened()
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with places:
            try:
                await _glance(workbench.port, number)
            except Exception as error:
                opened.errors.append(f"session {number}: {type(error).__name__}: {error}")

    while opened.sessions < sessions:
        batch = range(opened.sessions, min(sessions, opened.sessions + BATCH))
        await asyncio.gather(*map(one, batch))
        opened.sessions += len(batch)
        opened.memory.append(workbench.memory)
    await asyncio.sleep(KEPT_SECONDS + 5)
    return opened


async def _glance(port: int, number: int) -> None:
    """A visitor who loads a sample, looks at one view of it, and leaves."""
    chance = random.Random(number)
    async with Browser(port) as browser:
        tab = await browser.open()
        await tab.click("load a sample", f"load_sample_home_{SAMPLES[number % len(SAMPLES)]}")
        await tab.go_to("explore")
        await tab.open_tab("explore", "explore_tab", chance.choice(VIEWS))
        if tab.errors:
            raise RuntimeError(tab.errors[0])

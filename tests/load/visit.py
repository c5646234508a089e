"""What a visitor does: load a sample, explore it, train on it, explain the model."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from tests.load.tab import Browser, Tab

SAMPLES = ("churn", "loans", "breast_cancer", "wine", "digits")
MODELS = ("Baseline", "Logistic regression")
TRAINING = 600.0  # seconds that a training may take, waiting included
LOOKING = (1.0, 5.0)  # seconds that a visitor looks at a page before doing more
VIEWS = ("Columns", "Target", "Missing", "Relations")


@dataclass
class Visit:
    """How a visit went: seconds of each page with what was done, what was shown in red, and what broke."""

    waits: list[tuple[str, float]] = field(default_factory=list)
    refreshes: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    finished: bool = False
    queued: float = 0.0  # seconds from the start of the training until its result


async def visit(port: int, number: int) -> Visit:
    """One visitor from the first page to the explanation; whatever breaks is in the result."""
    chance, gone = random.Random(number), Visit()
    tab: Tab | None = None
    try:
        async with Browser(port) as browser:
            tab = await browser.open()
            await journey(tab, SAMPLES[number % len(SAMPLES)], chance, gone)
            gone.finished = True
    except Exception as error:
        gone.errors.append(f"visitor {number}: {type(error).__name__}: {error}")
    if tab is not None:
        gone.waits, gone.refreshes = tab.waits, tab.refreshes
        gone.errors += [f"visitor {number}: {error}" for error in tab.errors]
    return gone


async def journey(tab: Tab, sample: str, chance: random.Random, gone: Visit) -> None:
    """Load, explore, train, explain; while the training waits and runs, the visitor looks at the table again."""
    await look(chance)
    await tab.click("load a sample", f"load_sample_home_{sample}")
    await look(chance)
    await explore(tab, chance)
    await tab.go_to("train")
    await look(chance)
    models = next(key for key in tab.widgets if key.startswith("train_models_"))
    await tab.choose("choose models", models, *MODELS)
    await look(chance)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await tab.click("start training", "train_start")
    await look(chance)
    await explore(tab, chance)
    await tab.go_to("train")
    await tab.until(lambda: "job_cancel" not in tab.widgets and "train_start" in tab.widgets, TRAINING, "training")
    gone.queued = loop.time() - began
    await look(chance)
    await tab.go_to("explain")
    await look(chance)
    for title in ("One row", "What-if"):
        await tab.open_tab(f"explain: {title}", "explain_tab", title)
        await look(chance)


async def explore(tab: Tab, chance: random.Random) -> None:
    """Open the page and two of its views."""
    await tab.go_to("explore")
    await look(chance)
    for title in chance.sample(VIEWS, 2):
        await tab.open_tab(f"explore: {title}", "explore_tab", title)
        await look(chance)


async def look(chance: random.Random) -> None:
    """The while in which a person looks at what has come."""
    await asyncio.sleep(chance.uniform(*LOOKING))

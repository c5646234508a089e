from __future__ import annotations

import gc
import time
import tomllib
import weakref
from pathlib import Path

from backends.serving.collecting import Collector

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"


class Table:
    """Something large that refers to itself."""

    def __init__(self) -> None:
        self.view = self


def test_garbage_in_cycles_is_let_go() -> None:
    gone = weakref.ref(Table())
    assert Collector().collect()
    assert gone() is None


def test_when_nothing_was_at_work_nothing_is_done() -> None:
    collector = Collector()
    gc.disable()  # so that this test's own doings start no collection
    try:
        assert collector.collect()
        assert not collector.collect()
        gc.collect(0)  # as work brings it
        assert collector.collect()
    finally:
        gc.enable()


def test_it_works_in_the_background_until_it_is_closed() -> None:
    gone = weakref.ref(Table())
    close = Collector(every=0.01).begin()
    deadline = time.monotonic() + 20
    while gone() is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    close()
    assert gone() is None


def test_pages_do_not_collect_at_the_end_of_each_run() -> None:
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert config["runner"]["postScriptGC"] is False

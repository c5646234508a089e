from __future__ import annotations

import logging
import threading

import pytest

from backends.serving.shadow import Background


def test_jobs_run_in_order_and_a_failure_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    background, done = Background(), []

    def fail() -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.CRITICAL, logger="backends.serving.shadow"):
        for job in (lambda: done.append(1), fail, lambda: done.append(2)):
            assert background.put(job, 1)
        background.flush()
    assert done == [1, 2]
    assert (background.failed, background.dropped) == (1, 0)
    background.close()


def test_what_finds_no_room_is_dropped_at_once() -> None:
    background, go, started, done = Background(jobs=2, rows=10), threading.Event(), threading.Event(), []

    def wait() -> None:
        started.set()
        go.wait(10)

    background.put(wait, 1)
    assert started.wait(10)  # it runs and takes no room any more
    assert background.put(lambda: done.append("a"), 6)
    assert not background.put(lambda: done.append("too many rows"), 5)
    assert background.put(lambda: done.append("b"), 4)
    assert not background.put(lambda: done.append("too many jobs"), 0)
    assert (background.dropped, background.waiting) == (2, 2)
    go.set()
    background.flush()
    assert done == ["a", "b"]
    background.close()


def test_after_closing_nothing_is_taken() -> None:
    background = Background()
    background.close()
    assert not background.put(lambda: None, 1)

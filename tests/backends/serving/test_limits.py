from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.serving.limits import Gate, RateLimit
from backends.serving.refusals import Overloaded, TooMany


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def tried(rate: RateLimit) -> float | None:
    """The seconds to wait, None where the request was let through."""
    try:
        rate.take("ann")
    except TooMany as refused:
        return refused.retry_after
    return None


def test_a_minutes_requests_may_come_at_once_and_then_one_per_interval() -> None:
    clock = Clock()
    rate = RateLimit(6, clock=clock)  # one in ten seconds
    for _ in range(6):
        rate.take("ann")
    with pytest.raises(TooMany) as refused:
        rate.take("ann")
    assert refused.value.status == 429
    assert refused.value.retry_after == pytest.approx(10)
    clock.now = 9.9
    with pytest.raises(TooMany) as refused:
        rate.take("ann")
    assert refused.value.retry_after == pytest.approx(0.1)
    clock.now = 10.1
    rate.take("ann")


def test_callers_have_buckets_of_their_own() -> None:
    rate = RateLimit(1, clock=Clock())
    rate.take("ann")
    rate.take("bob")
    with pytest.raises(TooMany):
        rate.take("ann")


def test_zero_means_any_number() -> None:
    rate = RateLimit(0, clock=Clock())
    for _ in range(1_000):
        rate.take("ann")
    assert len(rate) == 0


def test_only_so_many_callers_are_remembered() -> None:
    rate = RateLimit(1, callers=100, clock=Clock())
    for number in range(1_000):
        rate.take(f"address {number}")
    assert len(rate) == 100


@given(st.integers(1, 50), st.lists(st.floats(0, 20), min_size=1, max_size=200))
def test_never_more_than_a_bucket_and_the_rate_are_let_through(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    rate, passed = RateLimit(per_minute, clock=clock), 0
    for pause in pauses:
        clock.now += pause
        wait = tried(rate)
        passed += wait is None
        assert wait is None or 0 < wait <= 60 / per_minute
    assert passed <= per_minute * (1 + clock.now / 60) + 1e-6


def test_the_gate_holds_so_many_and_opens_again() -> None:
    gate = Gate(2)
    with gate, gate:
        assert gate.taken == 2
        with pytest.raises(Overloaded) as refused, gate:
            pass
        assert (refused.value.status, refused.value.retry_after) == (503, 1.0)
    assert gate.taken == 0
    with pytest.raises(ZeroDivisionError), gate:
        raise ZeroDivisionError
    assert gate.taken == 0


def test_the_gate_counts_right_from_many_threads() -> None:
    gate, inside, most, lock = Gate(4), 0, 0, threading.Lock()

    def enter(_: int) -> bool:
        nonlocal inside, most
        try:
            with gate:
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1
        except Overloaded:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(enter, range(2_000)))
    assert any(passed)
    assert most <= 4
    assert gate.taken == 0

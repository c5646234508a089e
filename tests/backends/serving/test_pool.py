from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from backends.serving.memory import measured
from backends.serving.pool import Pool
from backends.serving.refusals import Overloaded
from backends.settings import MEGABYTE
from tests.backends.serving.memory_alone import alone


@dataclass
class Thing:
    name: str
    resident_bytes: int = 10


def use(pool: Pool[Thing], name: str, size: int = 10) -> Thing:
    with pool.lease(name, lambda: Thing(name, size)) as thing:
        return thing


def test_what_is_loaded_is_found_again() -> None:
    pool: Pool[Thing] = Pool(100)
    assert use(pool, "a") is use(pool, "a")
    assert "a" in pool
    assert (pool.loads, len(pool), pool.bytes) == (1, 1, 10)


def test_the_longest_unused_go_first() -> None:
    pool: Pool[Thing] = Pool(30)
    for name in "abc":
        use(pool, name)
    use(pool, "a")
    use(pool, "d")
    assert pool.keys == ("c", "a", "d")
    use(pool, "e", size=25)
    assert pool.keys == ("e",)
    assert (pool.loads, pool.unloads, pool.bytes) == (5, 4, 25)


def test_what_is_leased_stays_and_goes_when_the_lease_ends() -> None:
    pool: Pool[Thing] = Pool(20)
    with pool.lease("a", lambda: Thing("a")) as a, pool.lease("b", lambda: Thing("b")):
        with pool.lease("c", lambda: Thing("c")):
            assert pool.keys == ("a", "b", "c")
            assert pool.bytes == 30
        assert pool.keys == ("a", "b")
        assert a.name == "a"
    assert pool.bytes == 20


def test_a_known_size_makes_room_before_it_is_loaded() -> None:
    pool: Pool[Thing] = Pool(20)
    use(pool, "big", size=20)
    use(pool, "a")
    seen = []

    def load() -> Thing:
        seen.append(pool.bytes)
        return Thing("big", 20)

    with pool.lease("big", load):
        pass
    assert seen == [0]


def test_a_model_beyond_the_whole_budget_is_refused_with_the_way_out() -> None:
    pool: Pool[Thing] = Pool(5 * MEGABYTE)
    use(pool, "a")
    with pytest.raises(Overloaded, match="takes 6 MB; all models together may take 5 MB") as refused:
        use(pool, "huge", size=6 * MEGABYTE)
    assert "WORKBENCH_MODEL_MEMORY_MB" in refused.value.hint
    assert pool.keys == ("a",)
    assert pool.bytes == 10


def test_a_failed_load_is_told_to_all_who_wait_and_tried_again_by_the_next() -> None:
    pool: Pool[Thing] = Pool(100)
    loading, go, tried = threading.Event(), threading.Event(), []

    def fail() -> Thing:
        tried.append(1)
        loading.set()
        go.wait(10)
        raise ZeroDivisionError

    def ask(_: int) -> str:
        try:
            with pool.lease("a", fail):
                return "loaded"
        except ZeroDivisionError:
            return "failed"

    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(ask, number) for number in range(4)]
        loading.wait(10)
        while vars(pool)["_places"]["a"].leases < 4:
            time.sleep(0.001)
        go.set()
        assert [one.result() for one in asked] == ["failed"] * 4
    assert len(tried) == 1
    assert use(pool, "a").name == "a"


def test_many_who_ask_at_once_load_it_once() -> None:
    pool: Pool[Thing] = Pool(100)
    barrier = threading.Barrier(8)

    def ask(_: int) -> Thing:
        barrier.wait(10)
        with pool.lease("a", lambda: time.sleep(0.05) or Thing("a")) as thing:  # type: ignore[func-returns-value]
            return thing

    with ThreadPoolExecutor(8) as threads:
        things = list(threads.map(ask, range(8)))
    assert pool.loads == 1
    assert all(thing is things[0] for thing in things)


def test_what_is_not_wanted_any_more_goes_also_from_under_a_lease() -> None:
    pool: Pool[Thing] = Pool(100)
    with pool.lease("a", lambda: Thing("a")) as a:
        use(pool, "b")
        use(pool, "c")
        pool.keep_only(["c"])
        assert pool.keys == ("c",)
        assert a.name == "a"
    assert (pool.keys, pool.bytes) == (("c",), 10)


def test_hammered_from_eight_threads_the_unused_never_exceed_the_budget() -> None:
    pool: Pool[Thing] = Pool(100)
    wrong = []

    def ask(who: int) -> None:
        for step in range(400):
            name = str((who * 7 + step * step) % 50)
            with pool.lease(name, lambda name=name: Thing(name)) as thing:  # type: ignore[misc]
                if thing.name != name:
                    wrong.append(name)
                if pool.bytes > 100 + 8 * 10:
                    wrong.append("too much")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(8)))
    assert not wrong
    assert pool.bytes == 10 * len(pool) <= 100
    assert pool.loads - pool.unloads == len(pool)
    assert all(place.leases == 0 for place in vars(pool)["_places"].values())


def test_memory_is_measured_and_given_back() -> None:
    found = alone("given_back")
    assert 50 * MEGABYTE < found["measured"] < 75 * MEGABYTE
    assert found["held"] > 50 * MEGABYTE
    assert found["left"] < 15 * MEGABYTE


@pytest.mark.slow
def test_what_goes_into_holes_of_a_used_heap_is_measured_although_the_process_does_not_grow() -> None:
    found = alone("in_holes")
    assert found["grown"] < 20 * MEGABYTE
    assert found["measured"] > 50 * MEGABYTE


def test_a_measurement_is_at_least_what_is_said() -> None:
    assert measured(lambda: "small", least=12_345) == ("small", 12_345)


def test_a_doubtful_measurement_is_made_again_and_the_smaller_counts() -> None:
    assert alone("doubtful")["measured"] < 20 * MEGABYTE

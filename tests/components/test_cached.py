from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import streamlit as st

from components import cached
from components.lasting import Once, Remembered


def test_any_browser_may_empty_streamlits_caches_and_nobody_loses_anything() -> None:
    kept = (cached.house(), cached.jobs(), cached.queries(), cached.tracked())
    st.cache_resource.clear()
    st.cache_data.clear()
    assert (cached.house(), cached.jobs(), cached.queries(), cached.tracked()) == kept


def test_many_who_ask_at_once_get_the_same_one() -> None:
    gate = threading.Barrier(8)
    one = Once(lambda: object())

    def ask(_: int) -> object:
        gate.wait()
        return one()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1


def test_each_visitor_has_their_own_work() -> None:
    kept = Remembered[str](size=2)
    kept.put("ada", "engine")
    kept.put("alan", "machine")
    assert kept.get("ada") == "engine"
    assert kept.get("eve") is None


def test_the_visitor_who_was_away_longest_is_forgotten() -> None:
    kept = Remembered[int](size=2)
    for number, name in enumerate(["ada", "alan"]):
        kept.put(name, number)
    kept.get("ada")
    kept.put("grace", 2)
    assert [kept.get(name) for name in ("ada", "alan", "grace")] == [0, None, 2]

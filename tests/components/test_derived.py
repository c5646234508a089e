"""What was worked out: made once, apart for each key, and gone with what it was made of."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from components.derived import Derived


def test_a_value_is_made_once_for_a_kind_and_a_key() -> None:
    kept, made = Derived(), []
    for kind, key in (("a", ("x",)), ("a", ("x",)), ("b", ("x",)), ("a", ("y",))):
        kept.get(kind, key, lambda kind=kind, key=key: made.append((kind, key)))
    assert made == [("a", ("x",)), ("b", ("x",)), ("a", ("y",))]


def test_who_asks_meanwhile_waits_for_the_first() -> None:
    kept, calls, begun, go_on = Derived(), [], threading.Event(), threading.Event()

    def make() -> str:
        calls.append(1)
        begun.set()
        go_on.wait(10)
        return "made"

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(kept.get, "a", ("x",), make)
        begun.wait(10)
        others = [pool.submit(kept.get, "a", ("x",), make) for _ in range(3)]
        assert kept.get("a", ("y",), lambda: "other") == "other"  # nobody waits for another key
        go_on.set()
        assert [one.result(10) for one in (first, *others)] == ["made"] * 4
    assert len(calls) == 1


def test_a_failure_is_not_kept() -> None:
    kept = Derived()
    with pytest.raises(ZeroDivisionError):
        kept.get("a", ("x",), lambda: 1 / 0)
    assert kept.get("a", ("x",), lambda: 2.0) == 2.0


def test_what_was_made_of_a_table_goes_with_its_digest_wherever_that_stands_in_the_key() -> None:
    kept = Derived()
    for key in (("d1", "n"), (("d1", "a", 3), ("d2", "b", 4)), ("d2",), ("d1x",), (7, None)):
        kept.get("a", key, object)
    kept.forget(frozenset({"d1"}))
    assert len(kept) == 3
    kept.forget(frozenset({"d2", "d1x"}))
    assert len(kept) == 1


def test_the_longest_unused_of_a_kind_goes_first() -> None:
    kept = Derived()
    for name in ("x", "y", "x", "z"):
        kept.get("a", (name,), lambda name=name: name, most=2)
    assert kept.get("a", ("x",), lambda: "anew", most=2) == "x"
    assert kept.get("a", ("y",), lambda: "anew", most=2) == "anew"


def test_everything_that_can_be_made_again_can_be_let_go() -> None:
    kept = Derived()
    kept.get("a", ("x",), object)
    lasting = kept.get("b", ("x",), object)
    kept.clear(but=frozenset({"b"}))
    assert kept.get("b", ("x",), object) is lasting
    assert len(kept) == 1


def test_waiting_is_shown_only_where_something_is_made() -> None:
    kept, shown = Derived(), []

    @contextmanager
    def spinner():
        shown.append("shown")
        yield

    for _ in range(2):
        kept.get("a", ("x",), object, waiting=spinner())
    assert shown == ["shown"]


def test_what_is_let_go_while_it_is_made_is_not_kept() -> None:
    derived = Derived()

    def make() -> str:
        derived.forget({"digest"})
        return "profile"

    assert derived.get("profile", ("digest",), make) == "profile"
    assert len(derived) == 0
    assert derived.get("profile", ("digest",), lambda: "again") == "again"
    assert len(derived) == 1

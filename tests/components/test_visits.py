"""Who is here: each visitor has work of their own, in every tab, and it is let go when it is not used."""

from __future__ import annotations

import gc
import weakref
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import visits as module
from components.visits import AWAY_SECONDS, Gone, Tab, Visits


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class House:
    """Visits of text, with what was ended and who is busy."""

    def __init__(self, idle: float = 100.0) -> None:
        self.clock, self.ended, self.busy = Clock(), list[tuple[str, tuple[str, ...]]](), set[str]()
        self.visits: Visits[str] = Visits(idle, self.busy.__contains__, self._end, self.clock)

    def _end(self, owner: str, values: tuple[str, ...], needed: bool) -> tuple[str, ...]:
        self.ended.append((owner, values))
        if "cannot be ended" in values:
            raise RuntimeError("no way")
        return values[:1]


@pytest.fixture
def house() -> House:
    return House()


def test_each_visitor_has_their_own_work(house: House) -> None:
    one, other = Tab(), Tab()
    house.visits.put("ada", one, "engine")
    house.visits.put("alan", other, "machine")
    assert house.visits.get("ada", one) == "engine"
    assert house.visits.get("alan", other) == "machine"
    assert house.visits.get("eve", Tab()) is None


def test_the_key_of_a_tab_opens_nothing_of_another_visitor(house: House) -> None:
    tab = Tab()
    house.visits.put("ada", tab, "engine")
    assert house.visits.get("eve", tab) is None


def test_a_new_tab_goes_on_with_the_last_and_then_has_its_own(house: House) -> None:
    first, second = Tab(), Tab()
    house.visits.put("ada", first, "engine")
    assert house.visits.get("ada", second) == "engine"
    house.visits.put("ada", second, "notes")
    assert house.visits.get("ada", first) == "engine"
    assert house.visits.get("ada", Tab()) == "notes"


def test_what_a_closed_tab_worked_on_goes_with_it_unless_it_was_the_last() -> None:
    class Thing:
        """Something that can be watched going."""

    visits: Visits[Thing] = Visits(0, lambda owner: False, lambda owner, values, needed: ())
    first, second, old, last = Tab(), Tab(), Thing(), Thing()
    gone = weakref.ref(old)
    visits.put("ada", first, old)
    visits.put("ada", second, last)
    del first, second, old
    gc.collect()
    assert gone() is None
    assert visits.get("ada", Tab()) is last


def test_who_does_nothing_for_too_long_is_let_go_and_told(house: House) -> None:
    tab = Tab()
    house.visits.put("ada", tab, "engine")
    house.clock.now = 99.0
    assert house.visits.expire() == 0
    house.clock.now = 100.0
    assert house.visits.expire() == 1
    assert house.ended == [("ada", ("engine",))]
    assert house.visits.get("ada", tab) is None
    assert house.visits.gone("ada") == Gone(("engine",), 100.0)
    assert house.visits.gone("eve") is None
    house.visits.told("ada")
    assert house.visits.gone("ada") is None


def test_one_who_cannot_be_let_go_does_not_keep_the_others(house: House) -> None:
    house.visits.put("ada", Tab(), "cannot be ended")
    house.visits.put("alan", Tab(), "machine")
    house.clock.now = 100.0
    assert house.visits.expire() == 2
    assert house.visits.owners() == ()
    assert house.visits.gone("alan") == Gone(("machine",), 100.0)


def test_what_was_done_last_is_what_is_told_of(house: House) -> None:
    first, second = Tab(), Tab()
    house.visits.put("ada", first, "engine")
    house.visits.put("ada", second, "notes")
    house.visits.put("ada", first, "poem")
    house.clock.now = 100.0
    house.visits.expire()
    assert house.ended == [("ada", ("poem", "notes"))]


def test_the_other_tabs_of_a_visitor_are_told_apart_from_this_one(house: House) -> None:
    first, second = Tab(), Tab()
    house.visits.put("ada", first, "engine")
    assert house.visits.get("ada", second) == "engine"
    house.visits.put("ada", first, "poem")
    assert house.visits.others("ada", second) == ("poem",)
    assert house.visits.others("ada", first) == ("engine",)
    assert house.visits.others("eve", first) == ()


def test_looking_is_not_doing_but_being_seen_is(house: House) -> None:
    tab = Tab()
    house.visits.put("ada", tab, "engine")
    house.clock.now = 60.0
    house.visits.get("ada", tab)
    house.visits.seen("alan")
    house.clock.now = 100.0
    house.visits.expire()
    assert [owner for owner, _ in house.ended] == ["ada"]
    assert house.visits.owners() == ("alan",)


def test_a_visitor_whose_job_runs_is_not_idle_and_time_counts_from_its_end(house: House) -> None:
    house.visits.put("ada", Tab(), "engine")
    house.busy.add("ada")
    house.clock.now = 150.0
    assert house.visits.expire() == 0
    house.busy.clear()
    house.clock.now = 249.0
    assert house.visits.expire() == 0
    house.clock.now = 250.0
    assert house.visits.expire() == 1


def test_without_a_limit_nothing_is_let_go() -> None:
    forever = House(idle=0)
    forever.visits.put("ada", Tab(), "engine")
    forever.clock.now = 1e9
    assert forever.visits.expire() == 0


def test_where_memory_is_needed_who_is_away_longest_goes_first(house: House) -> None:
    for owner, at in (("ada", 0.0), ("alan", 10.0), ("grace", 20.0)):
        house.clock.now = at
        house.visits.put(owner, Tab(), owner)
    house.clock.now = AWAY_SECONDS + 15.0
    house.visits.make_room(enough=lambda: len(house.ended) == 1)
    assert [owner for owner, _ in house.ended] == ["ada"]
    house.visits.make_room(enough=lambda: False)
    assert [owner for owner, _ in house.ended] == ["ada", "alan"]  # Grace is still at work
    assert house.visits.gone("ada") == Gone(("ada",), AWAY_SECONDS + 15.0, needed=True)


def test_visitors_are_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    for owner in ("ada", "alan", "grace"):
        house.visits.put(owner, Tab(), owner)
        house.clock.now += 1
    house.visits.expire()
    assert house.visits.owners() == ("alan", "grace")


DOINGS = st.lists(st.tuples(st.sampled_from(["put", "seen", "wait", "expire"]), st.integers(0, 2)), max_size=40)


@given(DOINGS)
@settings(max_examples=60, deadline=None)
def test_nobody_is_let_go_early_or_kept_late(doings: list[tuple[str, int]]) -> None:
    house, tabs, last = House(), [Tab(), Tab(), Tab()], {}
    for doing, who in doings:
        owner = str(who)
        if doing == "put":
            house.visits.put(owner, tabs[who], owner)
            last[owner] = house.clock.now
        elif doing == "seen":
            house.visits.seen(owner)
            last[owner] = house.clock.now
        elif doing == "wait":
            house.clock.now += 30 * (who + 1)
        else:
            house.visits.expire()
            last = {name: seen for name, seen in last.items() if house.clock.now - seen < 100}
            assert set(house.visits.owners()) == set(last)
    order = [last[owner] for owner in house.visits.owners()]
    assert all(before <= after for before, after in pairwise(order))

"""The tour stands where the work stands, and its stops lead to pages that are there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components import tour
from components.state import Work
from tests.pages.conftest import ROOT, trained_work


def test_it_begins_with_a_table() -> None:
    assert tour.at(Work()) == 0


def test_what_was_seen_of_a_table_that_is_gone_does_not_count() -> None:
    assert tour.done(Work(toured=("explore", "explain"))) == (False,) * 5


@pytest.mark.parametrize(
    ("toured", "exported", "stop"),
    [((), (), "explore"), (("explore",), (), "explain"), (("explore", "explain"), (), "export")],
)
def test_whoever_has_gone_ahead_finds_the_tour_further_on(toured, exported, stop) -> None:
    work = replace(trained_work("wine"), toured=toured, exported=exported)  # type: ignore[type-var]
    assert tour.STOPS[tour.at(work)].key == stop


def test_there_are_five_stops_each_on_a_page_that_is_there() -> None:
    assert len(tour.STOPS) == 5
    assert all((ROOT / "pages" / stop.page).is_file() for stop in tour.STOPS)

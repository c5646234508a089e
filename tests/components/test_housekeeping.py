"""When memory is short or somebody is away: what goes, in which order, and what stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.errors import WorkbenchError
from backends.query.queries import Queries
from backends.retrieval import Library, PrivateLibraries, close_library, private_libraries
from backends.settings import MEGABYTE, Settings
from backends.tasks import JobRunner, memory
from components.housekeeping import Housekeeping
from components.state import Work
from components.visits import AWAY_SECONDS, Tab
from tests.backends.retrieval.fakes import HashEmbedder
from tests.components.test_holdings import work
from tests.components.test_visits import Clock

MINUTE = 60.0


class Place:
    """A housekeeping with a clock that is set by hand, and what it keeps house with."""

    def __init__(self, home: Path) -> None:
        settings = Settings(home=str(home), session_idle_minutes=120, total_memory_mb=600)
        self.clock = Clock()
        self.jobs, self.queries = JobRunner(settings, lambda: None), Queries(settings, lambda: None)
        self.house = Housekeeping(settings, lambda: self.jobs, lambda: self.queries, self.clock)

    def arrive(self, visitor: str, doing: Work) -> Tab:
        """A visitor begins to work, and something is worked out for them."""
        tab = Tab()
        self.house.visits.put(visitor, tab, doing)
        if doing.dataset is not None:
            self.house.derived.get("profile", (doing.dataset.digest, "name"), object)
        return tab


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    close_library()
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    made = Place(tmp_path)
    yield made
    made.jobs.close()
    made.queries.close()
    close_library()


def test_everything_of_an_idle_visitor_goes_and_nothing_of_the_others(place: Place, tmp_path: Path) -> None:
    libraries = private_libraries(lambda: PrivateLibraries(Settings(home=str(tmp_path)), HashEmbedder()))
    shared = Library(Settings(home=str(tmp_path)), HashEmbedder())
    shared.create("Everybody's")
    for visitor, table in (("ada", "a.csv"), ("alan", "b.csv")):
        place.arrive(visitor, work(table, 1))
        libraries.of(visitor).create("Notes")
    jobs = [place.jobs.start(visitor, "t", "tests.backends.tasks.sample_jobs:bad_input", lambda folder: None)
            for visitor in ("ada", "alan")]  # fmt: skip
    for job, visitor in zip(jobs, ("ada", "alan"), strict=True):
        place.jobs.wait(job.id, visitor)

    place.clock.now = 60 * MINUTE
    place.house.seen("alan")
    place.clock.now = 120 * MINUTE
    place.house.sweep()

    assert place.house.visits.owners() == ("alan",)
    gone = place.house.visits.gone("ada")
    assert gone is not None
    assert gone.what == ("table a.csv", "1 collection of your own")
    assert libraries.names("ada") == ()
    assert libraries.names("alan") == ("Notes",)
    assert shared.names() == ("Everybody's",)
    assert [job.folder.exists() for job in jobs] == [False, True]
    assert len(place.house.derived) == 1
    shared.close()


def test_what_two_visitors_have_of_the_same_table_stays_for_the_second(place: Place) -> None:
    place.arrive("ada", work("same.csv", 1))
    place.arrive("alan", work("same.csv", 1))
    place.clock.now = 60 * MINUTE
    place.house.seen("alan")
    place.clock.now = 120 * MINUTE
    place.house.sweep()
    assert len(place.house.derived) == 1
    place.clock.now = 180 * MINUTE
    place.house.sweep()
    assert len(place.house.derived) == 0


def test_a_visitor_with_nothing_to_miss_is_told_nothing(place: Place) -> None:
    place.arrive("ada", Work(who="Ada"))
    place.clock.now = 120 * MINUTE
    place.house.sweep()
    assert place.house.visits.owners() == ()
    assert place.house.visits.gone("ada") is None


def test_a_training_that_runs_keeps_its_visitor(place: Place) -> None:
    place.arrive("ada", work("a.csv", 1))
    address = "tests.backends.tasks.sample_jobs:count_until_cancelled"
    job = place.jobs.start("ada", "t", address, lambda folder: None)
    place.clock.now = 500 * MINUTE
    place.house.sweep()
    assert place.house.visits.owners() == ("ada",)
    place.jobs.cancel(job.id, "ada")
    place.jobs.wait(job.id, "ada")


def test_where_memory_is_short_caches_go_first_then_who_is_away_then_it_is_said(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.arrive("ada", work("a.csv", 1))
    place.clock.now = AWAY_SECONDS
    place.arrive("alan", work("b.csv", 1))
    house = place.house
    held = {"both": 700, "cached": 650, "alan": 550}

    def used() -> int:
        state = "alan" if house.visits.owners() == ("alan",) else "cached" if not len(house.derived) else "both"
        return held[state] * MEGABYTE

    monkeypatch.setattr(memory, "held_by_all", used)
    monkeypatch.setattr(memory, "held_by_jobs", lambda: 0)
    house.make_room("a table")
    assert house.visits.owners() == ("alan",)
    with pytest.raises(WorkbenchError, match="no memory for a table: 550 of 600 MB are in use, and it takes 100 MB"):
        house.make_room("a table", 100 * MEGABYTE)
    assert house.visits.owners() == ("alan",)  # who is at work keeps everything


def test_where_memory_is_short_documents_on_the_disk_stay(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = private_libraries(lambda: PrivateLibraries(Settings(home=str(tmp_path)), HashEmbedder()))
    libraries.of("ada").create("Notes")
    place.arrive("ada", work("a.csv", 1))
    place.clock.now = AWAY_SECONDS
    monkeypatch.setattr(memory, "held_by_jobs", lambda: 0)
    monkeypatch.setattr(memory, "held_by_all", lambda: 550 * MEGABYTE if not place.house.visits.owners() else 10**9)
    place.house.make_room("a table")
    gone = place.house.visits.gone("ada")
    assert gone is not None
    assert gone.what == ("table a.csv",)
    assert libraries.names("ada") == ("Notes",)


def test_nobody_is_let_go_where_running_jobs_hold_the_memory(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.arrive("ada", work("a.csv", 1))
    place.clock.now = AWAY_SECONDS
    monkeypatch.setattr(memory, "held_by_all", lambda: 900 * MEGABYTE)
    monkeypatch.setattr(memory, "held_by_jobs", lambda: 500 * MEGABYTE)
    with pytest.raises(WorkbenchError, match="no memory for a table: 900 of 600 MB are in use"):
        place.house.make_room("a table")
    assert place.house.visits.owners() == ("ada",)

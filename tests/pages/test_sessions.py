"""What a visitor is told of the time and the memory there is for their data, and what they find when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from components import cached
from components.holdings import held_bytes
from tests.components.test_visits import Clock
from tests.pages.conftest import ROOT, Open, give, texts, trained_work, work_of

HOUR = 3_600.0
FILE = "wine.csv"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """A house of its own, with a clock that is set by hand."""
    monkeypatch.setenv("WORKBENCH_SESSION_IDLE_MINUTES", "120")
    cached.house.clear()
    set_by_hand = Clock()
    monkeypatch.setattr(cached.visits(), "_clock", set_by_hand)
    yield set_by_hand
    cached.house.clear()


def with_a_sample(open_page: Open) -> AppTest:
    app = open_page("home")
    app.button(key="load_sample_home_wine").click().run()
    assert work_of(app).dataset.name == FILE
    return app


def information(app: AppTest) -> str:
    return "\n".join(box.value for box in app.info)


def test_what_was_let_go_is_said_in_one_sentence_until_it_is_understood(clock: Clock, open_page: Open) -> None:
    app = with_a_sample(open_page)
    clock.now = 2 * HOUR
    cached.house().sweep()
    app = app.switch_page("explore_page.py").run()
    assert not app.exception
    assert information(app) == f"Your table {FILE} was let go after 2 hours without use. Load it again."
    assert work_of(app).dataset is None
    app.button(key="let_go_understood").click().run()
    assert information(app) == ""


def test_another_table_ends_the_sentence_too(clock: Clock, open_page: Open) -> None:
    app = with_a_sample(open_page)
    clock.now = 2 * HOUR
    cached.house().sweep()
    app.run()
    app.button(key="load_sample_home_wine").click().run()
    assert information(app) == ""


def test_who_comes_back_in_time_finds_everything_and_has_the_whole_time_again(clock: Clock, open_page: Open) -> None:
    app = with_a_sample(open_page)
    for hours in (1.9, 3.8):
        clock.now = hours * HOUR
        cached.house().sweep()
        app.run()
        assert work_of(app).dataset is not None
        assert information(app) == ""


def test_the_session_itself_holds_no_table(clock: Clock, open_page: Open) -> None:
    app = with_a_sample(open_page)
    kept = [value for _, value in app.session_state.items()]
    assert kept
    assert not [value for value in kept if hasattr(value, "dataset") or hasattr(value, "frame")]
    assert not [value for value in kept if isinstance(value, bytes)]


@pytest.mark.parametrize("page", ["load", "ask"])
def test_how_long_data_stays_is_said_where_it_is_brought(
    clock: Clock, open_page: Open, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_ADMIN_TOKEN", "a-long-random-text")
    assert "is let go after 2 hours without use" in texts(open_page(page))


def test_nothing_is_said_where_data_stays(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_SESSION_IDLE_MINUTES", "0")
    cached.house.clear()
    assert "let go" not in texts(open_page("load"))
    cached.house.clear()


def test_a_table_over_the_visitors_budget_is_refused_and_nothing_changes(clock: Clock, open_page: Open) -> None:
    cached.house().budget = replace(cached.house().budget, session=10_000)
    app = open_page("home")
    app.button(key="load_sample_home_wine").click().run()
    [error] = app.error
    assert f"{FILE!r} takes " in error.proto.title
    assert " MB of memory; one visitor may hold 0.1 MB." in error.proto.title
    assert work_of(app).dataset is None
    assert len(cached.house().derived) == 0


def test_no_table_is_read_where_all_memory_is_taken(clock: Clock, open_page: Open) -> None:
    cached.house().budget = replace(cached.house().budget, total=1_048_576)
    app = open_page("home")
    app.button(key="load_sample_home_wine").click().run()
    [error] = app.error
    assert f"There is no memory for the table {FILE!r}" in error.proto.title
    assert " of 1 MB are in use" in error.proto.title


def test_a_table_that_leaves_the_shelf_for_another_is_said(clock: Clock, open_page: Open) -> None:
    app = with_a_sample(open_page)
    app.button(key="load_sample_home_churn").click().run()
    both = held_bytes(work_of(app))
    assert [table.source.name for table in work_of(app).shelf] == [FILE]
    cached.house().budget = replace(cached.house().budget, session=both)
    app.button(key="load_sample_home_breast_cancer").click().run()
    assert not app.exception
    assert FILE in app.toast[0].value
    assert "off the shelf: one visitor's tables may hold" in app.toast[0].value
    assert FILE not in [table.source.name for table in work_of(app).shelf]


def test_a_tab_that_loads_another_table_ends_no_training_of_the_other_tab(open_page: Open) -> None:
    first, second = open_page("home"), AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=60)
    owner = first.session_state["owner"]
    second.session_state["owner"] = owner
    training = cached.jobs().start(owner, "t", "tests.backends.tasks.sample_jobs:count_until_cancelled", lambda _: None)
    give(first, replace(trained_work("wine"), job=training.id))
    second.run().button(key="load_sample_home_churn").click().run()
    assert work_of(second).dataset.name == "customer_churn.csv"
    assert cached.jobs().get(training.id, owner).state == "running"
    first.button(key="load_sample_home_churn").click().run()
    assert cached.jobs().wait(training.id, owner).state in ("cancelled", "done")

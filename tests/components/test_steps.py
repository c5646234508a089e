"""The cards of Home say what is done and what comes next, as the tour does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components import steps, tour
from components.state import Work
from tests.pages.conftest import ROOT, trained_work
from tests.pages.test_export import exported_work


def loaded() -> Work:
    made = trained_work("wine")
    assert isinstance(made, Work)
    return Work(made.source, made.read, made.dataset)


def trained(**more: Any) -> Work:
    made = trained_work("wine")
    assert isinstance(made, Work)
    return replace(made, **more)


def shipped() -> Work:
    made = exported_work("wine")
    return replace(made, shipped=tuple(what for what, _ in made.exported))


def following(work: Work) -> list[str]:
    return [step.title for step in steps.of(work) if step.badge == "Next"]


@pytest.mark.parametrize(
    ("work", "step"),
    [
        (loaded(), "Explore"),
        (replace(loaded(), toured=("explore",)), "Train"),
        (trained(), "Explain"),
        (trained(toured=("explore", "explain")), "Fairness"),
        (exported_work("wine"), "Publish"),
        (shipped(), "Ask"),
        (replace(loaded(), answers=(("Notes", object()),)), "Explore"),  # type: ignore[arg-type]
    ],
)
def test_one_step_is_next_the_first_after_the_last_that_is_done(work: Work, step: str) -> None:
    assert following(work) == [step]


def test_nothing_is_next_when_all_is_done_and_while_the_next_one_is_running() -> None:
    assert following(replace(shipped(), answers=(("Notes", object()),))) == []  # type: ignore[arg-type]
    assert following(replace(loaded(), toured=("explore",), job="a job")) == []


@pytest.mark.parametrize("toured", [(), ("explore",), ("explore", "explain")])
@pytest.mark.parametrize("make", [loaded, trained])
def test_home_and_the_tour_say_the_same_while_it_is_on(make: Any, toured: tuple[str, ...]) -> None:
    work = replace(make(), toured=toured, tour="on")
    assert following(work) == [tour.STOPS[tour.at(work)].key.capitalize()]


def test_what_was_seen_and_published_is_done() -> None:
    done = {step.title for step in steps.of(replace(shipped(), toured=("explore", "explain"))) if step.badge == "Done"}
    assert done == {"Load", "Explore", "Train", "Explain", "Export", "Publish"}


def test_an_export_of_a_former_table_can_be_published_and_is_not_the_export_of_this_one() -> None:
    badges = {step.title: step.badge for step in steps.of(replace(loaded(), exported=exported_work("wine").exported))}
    assert (badges["Export"], badges["Publish"]) == ("Later", "Ready")


def test_the_card_of_training_names_the_model_and_nothing_more() -> None:
    [train] = [step for step in steps.of(trained()) if step.title == "Train"]
    assert train.words in ("Random forest is recommended", "Logistic regression is recommended")


def test_who_may_not_publish_is_led_to_what_is_published() -> None:
    [publish] = [step for step in steps.of(trained(), may_publish=False) if step.title == "Publish"]
    assert (publish.badge, publish.link) == ("Ready", "Use what is published")


def test_every_step_is_a_page() -> None:
    assert all((ROOT / "pages" / step.page).is_file() for step in steps.of(loaded()))

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from backends.registry import Route
from backends.serving.catalogue import Catalogue
from backends.serving.refusals import NotFound
from backends.serving.routing import Choice
from tests.backends.serving.standing_in import Shelf


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_the_champion_answers_unless_a_version_is_asked_for(shelf: Shelf) -> None:
    shelf.put("churn")
    shelf.put("churn", stage="staging")
    shelf.put("churn")
    churn = Catalogue(shelf).model("churn")
    assert churn.choose() == churn.choose(sticky="ann") == Choice(3, "champion")
    assert churn.choose("champion") == Choice(3, "champion")
    assert [churn.choose(asked) for asked in (1, "1", "001")] == [Choice(1, "version")] * 3
    assert churn.choose("staging") == Choice(2, "version")
    assert churn.candidates() == (3,)


@pytest.mark.parametrize("asked", [4, 0, -1, "4", "", "-1", "1.0", "²", "production", "9" * 5_000, True])
def test_a_version_that_is_not_served_is_not_found(shelf: Shelf, asked: int | str) -> None:
    shelf.put("churn")
    shelf.put("churn")
    shelf.put("churn", stage="staging")
    shelf.move("churn", 1, "archived")
    with pytest.raises(NotFound, match="'churn' has no version") as missing:
        Catalogue(shelf).model("churn").choose(asked)
    assert missing.value.status == 404
    assert "Its versions are 3, 2." in missing.value.hint
    assert len(missing.value.message) < 300


def test_unknown_and_archived_models_are_not_found(shelf: Shelf) -> None:
    catalogue = Catalogue(shelf)
    with pytest.raises(NotFound, match="no published model 'churn'") as missing:
        catalogue.model("churn")
    assert missing.value.hint == "Nothing is published yet."
    shelf.put("churn")
    shelf.put("loans", stage="candidate")
    shelf.move("churn", 1, "archived")
    with pytest.raises(NotFound, match="no published model 'churn'") as missing:
        catalogue.model("churn")
    assert missing.value.hint == "Published are loans."
    assert [model.name for model in catalogue.models()] == ["loans"]


def test_the_newest_version_answers_as_long_as_none_is_in_production(shelf: Shelf) -> None:
    for _ in range(2):
        shelf.put("loans", stage="candidate")
    choice = Catalogue(shelf).model("loans").choose()
    assert (choice.number, choice.way) == (2, "newest")
    shelf.move("loans", 1, "staging")
    choice = Catalogue(shelf).model("loans").choose()
    assert (choice.number, choice.way) == (1, "newest")  # a candidate does not pass by one in staging
    shelf.move("loans", 1, "production")
    choice = Catalogue(shelf).model("loans").choose()
    assert (choice.number, choice.way) == (1, "champion")


def test_a_split_is_followed_and_names_its_shadow(shelf: Shelf) -> None:
    for _ in range(3):
        shelf.put("churn")
    shelf.set_route("churn", Route(((1, 1.0), (2, 3.0)), shadow=3))
    churn = Catalogue(shelf).model("churn")
    assert churn.candidates() == (1, 2)
    chosen = [churn.choose(sticky=str(person)) for person in range(2_000)]
    assert {(choice.way, choice.shadow) for choice in chosen} == {("split", 3)}
    assert Counter(choice.number for choice in chosen)[2] / 2_000 == pytest.approx(0.75, abs=0.05)
    assert churn.choose(1) == Choice(1, "version")  # who names a version gets no other


def test_what_is_archived_falls_out_of_the_split_and_the_shadow(shelf: Shelf) -> None:
    for _ in range(3):
        shelf.put("churn")
    shelf.set_route("churn", Route(((1, 1.0), (2, 3.0)), shadow=2))
    shelf.move("churn", 2, "archived")
    catalogue = Catalogue(shelf)
    assert catalogue.model("churn").choose() == Choice(1, "split")
    shelf.move("churn", 1, "archived")
    assert catalogue.model("churn").choose() == Choice(3, "champion")


def test_the_shadow_does_not_run_beside_itself(shelf: Shelf) -> None:
    shelf.put("churn")
    shelf.set_route("churn", Route(shadow=1))
    assert Catalogue(shelf).model("churn").choose() == Choice(1, "champion")


def test_the_registry_is_asked_again_only_after_a_change(shelf: Shelf) -> None:
    clock = Clock()
    catalogue = Catalogue(shelf, clock)
    shelf.put("churn")
    catalogue.model("churn")
    asked, generation = shelf.asked, catalogue.generation
    for _ in range(100):
        clock.now += 10
        catalogue.model("churn")
    assert (shelf.asked, catalogue.generation) == (asked, generation)
    shelf.put("churn")
    assert catalogue.at_hand("churn") is None
    assert catalogue.model("churn").choose() == Choice(2, "champion")
    assert catalogue.at_hand("churn") is catalogue.model("churn")
    assert catalogue.generation == generation + 1


def test_a_change_by_another_process_is_seen_within_a_second(shelf: Shelf) -> None:
    clock = Clock()
    catalogue = Catalogue(shelf, clock)
    shelf.put("churn")
    catalogue.model("churn")
    shelf.put("churn")
    shelf.changed -= 1  # it was not this process
    shelf.elsewhere += 1
    clock.now += 0.5
    assert catalogue.model("churn").choose() == Choice(1, "champion")
    clock.now += 0.6
    assert catalogue.at_hand("churn") is None
    assert catalogue.model("churn").choose() == Choice(2, "champion")

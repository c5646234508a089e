from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from backends.serving.routing import by_weight, uniform

PEOPLE = [f"person {number}" for number in range(20_000)]


def spread(split: list[tuple[int, float]], name: str = "churn") -> dict[str, int]:
    return {person: by_weight(split, name, person) for person in PEOPLE}


@pytest.mark.parametrize(
    "split", [[(1, 1), (2, 1)], [(1, 90), (2, 10)], [(1, 5), (2, 3), (9, 2)], [(7, 0.1), (8, 0.1)]]
)
def test_each_version_gets_the_share_of_its_weight(split: list[tuple[int, float]]) -> None:
    counted = Counter(spread(split).values())
    total = sum(weight for _, weight in split)
    expected = [len(PEOPLE) * weight / total for _, weight in split]
    assert stats.chisquare([counted[number] for number, _ in split], expected).pvalue > 1e-3


def test_a_person_stays_at_one_version_whatever_the_order() -> None:
    forth, back = spread([(1, 70), (2, 20), (3, 10)]), spread([(3, 10), (2, 20), (1, 70)])
    assert forth == back == spread([(1, 0.7), (2, 0.2), (3, 0.1)])


def test_more_weight_for_one_version_moves_people_only_to_it() -> None:
    before, after = spread([(1, 50), (2, 30), (3, 20)]), spread([(1, 50), (2, 30), (3, 40)])
    moved = {person for person in PEOPLE if before[person] != after[person]}
    assert {after[person] for person in moved} == {3}
    assert len(moved) / len(PEOPLE) == pytest.approx(40 / 120 - 20 / 100, abs=0.015)


def test_a_version_that_goes_hands_on_only_its_own_people() -> None:
    before, after = spread([(1, 50), (2, 30), (3, 20)]), spread([(1, 50), (2, 30), (3, 0)])
    assert all(before[person] == 3 for person in PEOPLE if before[person] != after[person])
    assert 3 not in after.values()


def test_two_models_split_people_independently() -> None:
    churn, loans = spread([(1, 1), (2, 1)]), spread([(1, 1), (2, 1)], "loans")
    both = Counter((churn[person], loans[person]) for person in PEOPLE)
    assert stats.chisquare(list(both.values())).pvalue > 1e-3
    assert len(both) == 4


def test_without_a_key_it_is_drawn_by_weight() -> None:
    counted = Counter(by_weight([(1, 3), (2, 1)], "churn") for _ in range(20_000))
    assert stats.binomtest(counted[1], 20_000, 0.75).pvalue > 1e-6


def test_the_hash_is_uniform_and_tells_similar_texts_apart() -> None:
    drawn = [uniform("churn", 1, person) for person in PEOPLE]
    assert stats.kstest(drawn, "uniform").pvalue > 1e-3
    assert len({uniform("a", 1, "2:x"), uniform("a:1", 2, "x"), uniform("a", 12, "x"), uniform("a", 1, "x")}) == 4


@given(st.text(), st.text(), st.lists(st.tuples(st.integers(1, 99), st.floats(1e-6, 1e6)), min_size=1, max_size=6))
def test_any_key_gets_one_of_the_versions(name: str, sticky: str, split: list[tuple[int, float]]) -> None:
    assert by_weight(split, name, sticky) in {number for number, _ in split}

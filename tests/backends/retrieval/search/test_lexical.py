"""BM25 against the formula, worked out by hand and by a loop."""

from __future__ import annotations

import sqlite3
from math import log
from pathlib import Path

import numpy as np
import pytest

from backends.retrieval.index import lexical
from backends.retrieval.index.lexical import Lexical
from tests.backends.retrieval.search.filled import Filled, filled

THREE = {"a.txt": "lift lift drag", "b.txt": "drag", "c.txt": "heat of a hot plate"}


@pytest.fixture
def three(tmp_path: Path) -> Filled:
    return filled(tmp_path, THREE)


def test_scores_are_those_of_the_formula(three: Filled) -> None:
    mean = (3 + 1 + 5) / 3
    idf = log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / mean))
    [(chunk, score)] = three.store.lexical(["lift"], 5)
    assert three.store.chunks([chunk])[0].text == THREE["a.txt"]
    assert score == pytest.approx(expected, rel=1e-6)


def test_terms_add_up_and_the_best_comes_first(three: Filled) -> None:
    alone = {term: dict(three.store.lexical([term], 5)) for term in ("lift", "drag")}
    both = three.store.lexical(["lift", "drag"], 5)
    assert [score for _, score in both] == sorted((score for _, score in both), reverse=True)
    for chunk, score in both:
        assert score == pytest.approx(sum(of.get(chunk, 0) for of in alone.values()), rel=1e-6)
    assert three.store.lexical(["lift", "drag"], 1) == both[:1]


def test_rare_terms_tell_more_and_unknown_ones_most(three: Filled) -> None:
    idf = three.store.idf(["drag", "lift", "zeppelin"])
    assert idf["drag"] < idf["lift"] < idf["zeppelin"]


def test_what_is_not_there_finds_nothing(three: Filled) -> None:
    assert three.store.lexical(["zeppelin"], 5) == []
    assert three.store.lexical([], 5) == []
    assert three.store.lexical(["lift"], 0) == []


@pytest.mark.parametrize("term", ['"', "'", "lift*", "a OR b", "NEAR(a b)", "body:", "-", "(", "c++", "%"])
def test_syntax_in_terms_is_data(three: Filled, term: str) -> None:
    assert three.store.lexical([term], 5) == []


def test_a_change_is_seen_at_once(three: Filled) -> None:
    before = three.store.lexical(["lift"], 5)
    new = three.put("d.txt", "lift")
    assert len(three.store.lexical(["lift"], 5)) == len(before) + 1
    three.store.delete(new)
    assert three.store.lexical(["lift"], 5) == before


def test_what_is_switched_off_is_not_found_and_comes_back(three: Filled) -> None:
    before = three.store.lexical(["lift"], 5)
    three.store.enable(before[0][0], False)
    assert three.store.lexical(["lift"], 5) == []
    three.store.enable(before[0][0], True)
    assert three.store.lexical(["lift"], 5) == before


def test_only_allowed_passages_are_given_before_they_are_counted(three: Filled) -> None:
    with sqlite3.connect(three.store.path) as connection:
        every = Lexical().search(connection, 1, ["drag"], 5)
        last = every[-1]
        allowed = np.array([last[0], 10_000])
        assert Lexical().search(connection, 1, ["drag"], 1, allowed) == [last]
        assert Lexical().search(connection, 1, ["drag"], 1, np.array([], dtype=np.int64)) == []


def test_what_is_kept_is_bounded(three: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "MOST_POSTINGS", 2)
    words = Lexical()
    with sqlite3.connect(three.store.path) as connection:
        found = [words.search(connection, 1, ["lift", "drag", "heat", "plate"], 5) for _ in range(2)]
    assert found[0] == found[1]
    assert len(found[0]) == 3
    assert words._kept is not None
    assert words._kept.size <= 2


def test_equals_are_in_order_of_their_ids(tmp_path: Path) -> None:
    same = filled(tmp_path, {f"{name}.txt": "lift" for name in "abcdef"})
    ids = [chunk for chunk, _ in same.store.lexical(["lift"], 4)]
    assert ids == sorted(ids)
    assert len(ids) == 4

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backends.training.inner_folds import InnerFolds

labels = st.lists(st.integers(0, 4), min_size=2, max_size=60)


@given(labels, st.integers(2, 6), st.booleans())
def test_every_row_is_in_exactly_one_test_part(y: list[int], most: int, know_all: bool) -> None:
    parts = list(InnerFolds(most, seed=1, know_all_classes=know_all).split(None, y))
    tested = np.concatenate([test for _, test in parts])
    assert sorted(tested) == list(range(len(y)))
    assert len(parts) <= most


@given(labels)
def test_training_and_test_parts_share_no_row(y: list[int]) -> None:
    for train, test in InnerFolds(5, seed=1).split(None, y):
        assert not set(train) & set(test)
        assert len(train) + len(test) == len(y)


@given(labels)
def test_every_training_part_can_know_every_class(y: list[int]) -> None:
    for train, _ in InnerFolds(5, seed=1, know_all_classes=True).split(None, y):
        assert set(np.asarray(y)[train]) == set(y)


def test_folds_are_stratified() -> None:
    y = np.array([0] * 50 + [1] * 10)
    assert [int(y[test].sum()) for _, test in InnerFolds(5).split(None, y)] == [2] * 5


def test_the_seed_decides_the_folds() -> None:
    y = [0, 1] * 20
    first, again, other = (next(iter(InnerFolds(5, seed=s).split(None, y)))[1].tolist() for s in (1, 1, 2))
    assert first == again != other

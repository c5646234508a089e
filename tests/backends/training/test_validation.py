from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.errors import WorkbenchError
from backends.training.spec import TrainingSpec
from backends.training.validation import group_values, rows_needed, split

CODES = np.array([0] * 60 + [1] * 40)
CLASSES = ("no", "yes")


def spec(**options):
    return TrainingSpec(**{"target": "y", **options})


def cut(codes=CODES, groups=None, times=None, **options):
    return split(spec(**options), codes, CLASSES, groups, times)


def test_hold_out_and_training_rows_are_all_rows_and_share_none():
    made = cut()
    assert sorted([*made.train_rows, *made.holdout_rows]) == list(range(100))
    assert len(made.holdout_rows) == 20


def test_every_training_row_is_tested_in_exactly_one_fold_and_no_hold_out_row_in_any():
    made = cut(folds=4)
    assert sorted(np.concatenate([fold.test for fold in made.folds])) == sorted(made.train_rows)
    for fold in made.folds:
        assert not set(fold.train) & set(fold.test)
        assert not set(fold.train) & set(made.holdout_rows)


def test_stratified_folds_and_hold_out_keep_the_class_shares():
    made = cut()
    assert CODES[made.holdout_rows].mean() == 0.4
    assert [CODES[fold.test].mean() for fold in made.folds] == pytest.approx([0.4] * 5, abs=0.05)


def test_repeated_folds_test_every_row_once_per_repeat():
    made = cut(scheme="repeated", folds=4, repeats=3)
    assert len(made.folds) == 12
    assert (np.bincount(np.concatenate([fold.test for fold in made.folds]))[made.train_rows] == 3).all()


def test_a_group_is_never_on_both_sides():
    groups = np.arange(100) // 5
    made = cut(groups=groups, scheme="group", group="customer")
    assert not set(groups[made.train_rows]) & set(groups[made.holdout_rows])
    for fold in made.folds:
        assert not set(groups[fold.train]) & set(groups[fold.test])


def test_in_time_order_the_future_is_predicted_from_the_past():
    times = np.random.default_rng(0).permutation(100)
    codes = np.arange(100) % 2
    made = cut(codes, times=times, scheme="time", time="day")
    assert times[made.train_rows].max() < times[made.holdout_rows].min()
    for fold in made.folds:
        assert times[fold.train].max() < times[fold.test].min()


def test_rows_with_an_unknown_class_take_no_part():
    codes = CODES.copy()
    codes[::10] = -1
    made = cut(codes)
    assert not set(np.flatnonzero(codes < 0)) & {*made.train_rows, *made.holdout_rows}


@given(seed=st.integers(0, 10_000), folds=st.integers(2, 8))
@settings(max_examples=25, deadline=None)
def test_the_seed_alone_decides_the_split(seed, folds):
    first, second = (cut(seed=seed, folds=folds) for _ in range(2))
    assert first.train_rows.tolist() == second.train_rows.tolist()
    assert [f.test.tolist() for f in first.folds] == [f.test.tolist() for f in second.folds]


@given(rare=st.integers(1, 40), folds=st.integers(2, 10), holdout=st.sampled_from([0.05, 0.2, 0.33, 0.5]))
@settings(max_examples=60, deadline=None)
def test_a_class_with_enough_rows_is_in_every_fold_and_in_the_hold_out_unless_it_is_refused(rare, folds, holdout):
    codes = np.array([0] * 100 + [1] * rare)
    options = {"folds": folds, "holdout": holdout}
    if rare < rows_needed(spec(**options)):
        with pytest.raises(WorkbenchError, match="Class 'yes'"):
            cut(codes, **options)
        return
    made = cut(codes, **options)
    assert all((codes[fold.test] == 1).any() and (codes[fold.train] == 1).any() for fold in made.folds)


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"codes": CODES[:9]}, "Only 9 rows", "more rows"),
        ({"codes": np.array([0] * 95 + [1] * 5)}, "Class 'yes' of 'y' has 5 rows; 5 folds", "Use 4 folds or fewer"),
        ({"codes": np.array([0] * 98 + [1] * 2)}, "has 2 rows", "Leave out the class"),
        ({"folds": 1}, "1 folds cannot be made", "between 2 and 50"),
        ({"holdout": 0.9}, "hold-out of 90\xa0%", "between 5\xa0% and 50\xa0%"),
        ({"scheme": "leave-one-out"}, "no validation scheme 'leave-one-out'", "stratified"),
        ({"scheme": "group"}, "no group column", "Choose the group column"),
        ({"scheme": "group", "group": "g", "groups": np.arange(100) // 20}, "5 groups, too few", "at most 3 folds"),
        ({"scheme": "time", "time": "t", "times": np.arange(100)}, "fold 1 all have class 'no'", "fewer folds"),
    ],
)
def test_what_cannot_be_cut_is_refused_with_the_way_out(options, message, hint):
    with pytest.raises(WorkbenchError) as caught:
        cut(**options)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_rows_without_a_group_are_groups_of_their_own():
    import pandas as pd

    codes = group_values(pd.Series(["a", None, "b", None, "a"]))
    assert codes[0] == codes[4]
    assert len(set(codes)) == 4


def test_each_remedy_for_a_rare_class_is_a_change_of_the_spec_that_helps():
    codes = np.array([0] * 95 + [1] * 5)
    spec = TrainingSpec(target="y")
    with pytest.raises(WorkbenchError) as refused:
        split(spec, codes, ("no", "yes"))
    assert refused.value.remedies == {"Use 4 folds": {"folds": 4}, "Leave out the class": {"drop_rare": True}}
    assert len(split(replace(spec, folds=4), codes, ("no", "yes")).folds) == 4

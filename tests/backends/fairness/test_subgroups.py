"""A planted subgroup is found on rows it was not searched on; fair decisions raise nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from backends.datasets.grouping import Grouping
from backends.errors import WorkbenchError
from backends.fairness.subgroups import Search, worst_subgroups
from backends.fairness.subgroups.counting import Coded, count_all, difference_interval, lower_tail

COLUMNS = ("sex", "region", "work", "age")
GROUPINGS = (*(Grouping(name) for name in COLUMNS[:3]), Grouping("age", (30.0, 60.0)))


def people(rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "sex": random.choice(["f", "m"], rows),
            "region": random.choice(["north", "south", "west"], rows),
            "work": random.choice(["none", "part", "full"], rows),
            "age": random.integers(18, 90, rows),
        }
    )


def planted(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Women in the south get a yes in 30 of 100 cases, all others in 60."""
    random, frame = np.random.default_rng(seed), people(rows, seed + 1_000)
    chance = np.where((frame["sex"] == "f") & (frame["region"] == "south"), 0.3, 0.6)
    return random.integers(2, size=rows), (random.random(rows) < chance).astype(int), frame


@pytest.mark.parametrize("rows", [700, 6_000])
@pytest.mark.parametrize("measure", ["selection_rate", "tpr", "fnr"])
def test_a_planted_subgroup_is_found_with_its_figures(rows: int, measure: str) -> None:
    y, decisions, frame = planted(rows)
    found = worst_subgroups(y, decisions, frame, GROUPINGS, Search(measure))
    worst = found.frame.iloc[0]
    assert (worst["subgroup"], worst["found"]) == ("sex=f, region=south", True)
    assert (worst["columns"], worst["levels"]) == (("sex", "region"), ("f", "south"))
    truth = -0.3 if measure != "fnr" else 0.3
    assert worst["low"] < truth < worst["high"]
    assert worst["value"] - worst["rest"] == pytest.approx(worst["difference"])
    told = found.found["levels"].iloc[1:]  # neither women nor the south nor any part of the subgroup is told again
    assert not any(set(levels) <= {"f", "south"} or set(levels) >= {"f", "south"} for levels in told)
    assert found.split == (rows == 6_000)
    assert f"{found.looked_at:,} subgroups were looked at" in found.note


def test_figures_are_of_the_half_that_was_not_searched() -> None:
    y, decisions, frame = planted(6_000)
    found = worst_subgroups(y, decisions, frame, GROUPINGS, Search(seed=5))
    second = np.random.default_rng(5).permutation(6_000) % 2 == 1
    mine = ((frame["sex"] == "f") & (frame["region"] == "south")).to_numpy() & second
    row = found.frame.iloc[0]
    assert row["rows"] == mine.sum()
    assert row["value"] == pytest.approx(decisions[mine].mean())
    assert row["rest"] == pytest.approx(decisions[second & ~mine].mean())


@pytest.mark.parametrize("rows", [400, 2_000])
def test_fair_decisions_raise_nothing(rows: int) -> None:
    raised = 0
    for seed in range(100):
        random = np.random.default_rng(1_000 + seed)
        y = random.integers(2, size=rows)
        decisions = (random.random(rows) < 0.3 + 0.4 * y).astype(int)
        found = worst_subgroups(y, decisions, people(rows, seed), GROUPINGS, Search(seed=seed))
        raised += bool(len(found.found))
    assert raised <= 5


def test_the_note_says_what_came_of_the_search() -> None:
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"sex": random.choice(["f", "m"], 600), "town": random.choice(["x", "y"], 600)})
    by, y = [Grouping("sex"), Grouping("town")], random.integers(2, size=600)
    assert "so much worse" in worst_subgroups(y, np.ones(600, dtype=int), frame, by).note
    bad = np.where((frame["sex"] == "f") & (frame["town"] == "x"), 0, random.integers(2, size=600))
    note = worst_subgroups(y, bad, frame, by).note
    assert "worse by more than chance" in note
    assert "None" not in note
    few = worst_subgroups(y[:20], bad[:20], frame[:20], by)
    assert few.note == "No subgroup has enough rows to be measured."


def test_every_combination_is_counted_as_pandas_counts_it() -> None:
    y, decisions, frame = planted(300)
    coded = [Coded.of(grouping, frame[grouping.column], 1) for grouping in GROUPINGS[:3]]
    counted = count_all(coded, y == 1, decisions == 1, depth=2, least=10)
    pairs = frame[(y == 1)].assign(said=decisions[y == 1]).groupby(["region", "work"])["said"].agg(["size", "sum"])
    for conditions, rows, hits in zip(counted.conditions, counted.rows, counted.hits, strict=True):
        if [column for column, _ in conditions] == [1, 2]:
            names = tuple(coded[column].levels[level] for column, level in conditions)
            assert tuple(pairs.loc[names]) == (rows, hits)
    assert (counted.rows >= 10).all()
    assert max(len(conditions) for conditions in counted.conditions) == 2


def test_the_tail_and_the_interval_are_those_of_the_field() -> None:
    table = np.array([[20, 80], [300, 700]])
    expected = stats.chi2_contingency(table, correction=True).pvalue / 2
    mine = lower_tail(*(np.array([number]) for number in (20.0, 100.0, 300.0, 1000.0)))
    assert mine[0] == pytest.approx(expected)
    low, high = difference_interval(np.array(10), np.array(10), np.array(0), np.array(20))  # Newcombe 1998, table II
    assert (round(float(low), 4), round(float(high), 4)) == (0.6791, 1.0)


def test_small_subgroups_and_missing_values() -> None:
    y, decisions, frame = planted(500)
    frame.loc[:9, "work"] = None
    found = worst_subgroups(y, decisions, frame, GROUPINGS, Search(least_rows=200))
    assert (found.frame["rows"] >= 200).all()
    none = worst_subgroups(y[:12], decisions[:12], frame[:12], GROUPINGS)
    assert none.frame.empty
    assert none.note == "No subgroup has enough rows to be measured."


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda y, d, f: worst_subgroups(y, d, f, []), "No column"),
        (lambda y, d, f: worst_subgroups(y[:5], d, f, GROUPINGS), "5 decisions for 50 rows"),
        (lambda y, d, f: worst_subgroups(y, d, f, [Grouping("planet")]), "'planet'"),
        (lambda y, d, f: worst_subgroups(y, d, f, [Grouping("sex")] * 13), "13 columns"),
        (lambda y, d, f: Search("auc"), "no share of rows"),
        (lambda y, d, f: Search(depth=4), "4 conditions"),
    ],
)
def test_what_cannot_be_searched_gets_a_sentence(call, words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        call(*planted(50))


def test_the_same_seed_gives_the_same_subgroups() -> None:
    y, decisions, frame = planted(2_000)
    first, again = (worst_subgroups(y, decisions, frame, GROUPINGS, Search(seed=1)) for _ in range(2))
    pd.testing.assert_frame_equal(first.frame, again.frame)

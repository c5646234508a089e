from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, wasserstein_distance

from backends.errors import WorkbenchError
from backends.profiling.budget import Budget
from backends.profiling.shift import (
    IN_FILE_ORDER,
    Part,
    Parts,
    by_group,
    drift,
    first_and_last,
    holdout,
    shift,
    shift_of,
    two_tables,
)
from tests.backends.profiling.columns import real, text, values

RANDOM = np.random.default_rng(0)
ROWS = 1000
HALF = np.arange(ROWS) >= ROWS // 2


def table(**extra: object):
    columns = {
        "still": RANDOM.normal(size=ROWS),
        "moved": RANDOM.normal(size=ROWS) + HALF,
        "colour": text(RANDOM.choice(["red", "blue"], ROWS)),
        "shop": text(np.where(HALF & (RANDOM.random(ROWS) < 0.5), "new", RANDOM.choice(["a", "b"], ROWS))),
        "note": text([f"said {i}" for i in range(ROWS)]),
    }
    return values({**columns, **extra}, note="text")


def test_what_moved_is_found_and_what_stayed_is_not():
    found = shift(first_and_last(table()), Budget())
    assert set(found.shifted) == {"moved", "shop"}
    assert found.table["psi"].is_monotonic_decreasing or found.table["psi"].isna().any()
    rows = found.table.set_index("column")
    assert rows.loc["note", "note"] == "text is not compared"
    assert rows.loc["shop", "levels_only_after"] == 1
    assert (rows.loc["still", "q"] > 0.05) & (rows.loc["still", "psi"] < 0.1)


def test_the_figures_of_a_column_are_those_of_its_references():
    source = table()
    rows = shift(first_and_last(source), Budget()).table.set_index("column")
    first, last = np.split(source.dataset.frame["moved"].to_numpy(), 2)
    assert rows.loc["moved", "distance"] == pytest.approx(wasserstein_distance(first, last) / first.std())
    edges = np.quantile(first, np.arange(1, 10) / 10)
    p, q = ((np.bincount(np.searchsorted(edges, side), minlength=10) + 0.5) / 505 for side in (first, last))
    assert rows.loc["moved", "psi"] == pytest.approx(((q - p) * np.log(q / p)).sum(), rel=0.01)
    shop = source.dataset.frame["shop"]
    reference = chi2_contingency(pd.crosstab(HALF, shop))
    assert rows.loc["shop", "statistic"] == pytest.approx(reference.statistic)
    assert rows.loc["shop", "p"] == pytest.approx(reference.pvalue)


def test_the_column_that_makes_the_parts_is_not_compared():
    found = shift(by_group(table(), "colour", "red"), Budget())
    assert "colour" not in set(found.table["column"])
    assert found.kinds_differ == ()


def test_values_that_went_missing_are_a_shift():
    gappy = np.where(HALF & (RANDOM.random(ROWS) < 0.5), np.nan, RANDOM.normal(size=ROWS))
    rows = shift(first_and_last(table(gappy=gappy)), Budget()).table.set_index("column")
    assert rows.loc["gappy", "shifted"]
    assert rows.loc["gappy", "missing_before"] == 0
    assert rows.loc["gappy", "missing_after"] == pytest.approx(0.5, abs=0.06)


def test_a_constant_that_changed_is_measured_in_the_spread_of_both():
    rows = shift(first_and_last(table(version=np.where(HALF, 2.0, 1.0))), Budget()).table.set_index("column")
    assert rows.loc["version", "distance"] == pytest.approx(2.0)  # one apart, where the deviation of both is a half
    assert rows.loc["version", "shifted"]


def test_two_tables_are_compared_by_name_and_level():
    before = values({"x": np.arange(100.0), "c": text(["b", "a"] * 50), "old": np.arange(100), "k": np.arange(100)})
    after = values({"c": text(["a", "b"] * 50), "x": np.arange(100.0), "k": text(["1"] * 100), "new": np.arange(100)})
    found = shift(two_tables(before, after, ("May", "June")), Budget())
    assert (found.labels, found.only_before, found.only_after) == (("May", "June"), ("old",), ("new",))
    assert found.kinds_differ == (("k", "integer", "category"),)
    assert found.table["column"].tolist() == ["x", "c"]
    assert found.table["psi"].tolist() == pytest.approx([0.0, 0.0])


def test_random_halves_of_a_real_table_hardly_shift():
    source = real("adult_train.csv")
    shifted = 0
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(source.rows)
        shifted += len(shift(holdout(source, order[: source.rows // 2], order[source.rows // 2 :]), Budget()).shifted)
    assert shifted <= 0.05 * 5 * 15


def test_few_false_discoveries_in_pure_chance():
    source = values({f"n{i}": RANDOM.normal(size=200) for i in range(300)})
    found = shift(first_and_last(source), Budget()).table
    assert (found["p"] <= 0.05).mean() == pytest.approx(0.05, abs=0.04)
    assert found["shifted"].sum() <= 1


def test_columns_that_the_file_is_sorted_by_do_not_count_as_drift():
    swapped = np.arange(ROWS * 1.0)
    swapped[[10, 20]] = swapped[[20, 10]]
    restarts = np.append(np.arange(ROWS - 25.0), np.arange(25.0))
    columns = {"day": np.arange(ROWS * 1.0), "nearly": swapped, "restarts": restarts}
    found = drift(table(**columns, group=text(np.repeat(list("abcd"), 250))), Budget())
    assert set(found.shifted) == {"moved", "shop"}
    notes = found.table.set_index("column")["note"]
    assert set(notes[[*columns, "group"]]) == {IN_FILE_ORDER}


def test_a_trend_with_noise_and_a_few_rare_values_are_drift():
    trend = np.arange(ROWS) / ROWS + RANDOM.normal(size=ROWS) / 10
    rare = np.zeros(ROWS)
    rare[ROWS // 2 :: 4] = np.arange(ROWS // 8)
    found = drift(table(trend=trend, rare=rare), Budget())
    assert abs(np.corrcoef(trend, np.arange(ROWS))[0, 1]) > 0.9
    assert set(found.shifted) == {"moved", "shop", "trend", "rare"}


@pytest.mark.parametrize("rows", [0, 1])
def test_a_file_of_one_row_has_no_parts(rows):
    found = drift(values({"x": np.arange(rows), "c": text(["a"] * rows)}), Budget())
    assert (len(found.table), found.shifted, found.reason) == (0, (), "fewer than two rows")


def test_a_large_table_is_sampled_and_says_so():
    rows = 60_000
    found = shift(first_and_last(values({"x": np.arange(rows) % 97})), Budget(seconds=0.01))
    assert found.sample.words == "from a random sample of 20,000 of 60,000 rows"
    assert found.rows == (30_000, 30_000)


def test_a_column_of_one_table_only_cannot_be_drawn():
    tables = two_tables(values({"x": np.arange(3)}), values({"z": np.arange(3)}))
    with pytest.raises(WorkbenchError, match="'x'"):
        shift_of(tables, "x", Budget())


def test_one_column_has_the_shares_of_both_parts_on_common_groups():
    source = values({"c": text(["a", "a", "b", None]), "x": [1, 2, 2, 5]})
    parts = Parts(Part(source, "one", np.array([0, 1])), Part(source, "two", np.array([2, 3])))
    frame = shift_of(parts, "c", Budget())
    assert frame[["label", "before", "after"]].to_numpy().tolist() == [
        ["a", 1.0, 0.0], ["b", 0.0, 0.5], ["missing", 0.0, 0.5],
    ]  # fmt: skip
    numbers = shift_of(parts, "x", Budget())
    assert numbers["label"].tolist() == ["1", "2", "3", "4", "5"]
    assert numbers["rows_after"].tolist() == [0, 1, 0, 0, 1]

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from backends.errors import WorkbenchError
from backends.profiling.budget import Budget
from backends.profiling.target import against_target
from tests.backends.profiling.columns import text, values

RANDOM = np.random.default_rng(0)


def test_a_category_has_a_rate_with_wilsons_interval_per_level():
    table = values({"plan": text(["m"] * 40 + ["y"] * 60 + [None] * 20), "left": text((["yes"] + ["no"] * 3) * 30)})
    groups = against_target(table, "left", "plan", Budget()).groups
    assert groups[["label", "class", "rows", "hits"]].to_numpy().tolist() == [
        ["y", "yes", 60, 15], ["m", "yes", 40, 10], ["missing", "yes", 20, 5],
    ]  # fmt: skip
    interval = binomtest(15, 60).proportion_ci(method="wilson")
    assert groups.loc[0, ["rate_low", "rate", "rate_high"]].tolist() == pytest.approx(
        [interval.low, 0.25, interval.high]
    )


def test_a_number_has_ten_bins_of_equal_rows_and_shares_by_class():
    table = values({"x": np.arange(200) / 2, "left": text(["no"] * 100 + ["yes"] * 100)})
    found = against_target(table, "left", "x", Budget())
    assert found.groups["rows"].tolist() == [20] * 10
    assert found.groups["rate"].tolist() == [0.0] * 5 + [1.0] * 5
    shares = found.distribution.groupby("class")["share"].sum()
    assert shares.to_dict() == pytest.approx({"no": 1.0, "yes": 1.0})
    edges = found.distribution[found.distribution["class"] == "no"]["low"]
    assert len(edges) == 30


def test_of_many_classes_the_eight_largest_are_shown_and_the_others_named():
    classes = text(np.repeat([f"c{i}" for i in range(10)], np.arange(20, 30)))
    found = against_target(values({"x": np.arange(len(classes)), "y": classes}), "y", "x", Budget())
    assert found.left_out == ("c0", "c1")
    assert found.groups["class"].nunique() == 8


def test_a_quantity_has_quartiles_per_bin_and_level():
    y = RANDOM.normal(size=400)
    plan = text(np.where(y > 0, "a", "b"))
    table = values({"plan": plan, "when": pd.date_range("2020-01-01", periods=400).astype("datetime64[us]"), "y": y})
    groups = against_target(table, "y", "plan", Budget()).groups.set_index("label")
    expected = pd.Series(y).groupby(plan).quantile(0.75)
    assert groups["q3"].to_dict() == pytest.approx(expected.to_dict())
    by_date = against_target(table, "y", "when", Budget())
    assert by_date.dates
    assert by_date.groups["low"].iloc[0] == pd.Timestamp("2020-01-01")
    assert by_date.groups["rows"].tolist() == [40] * 10


def test_the_target_cannot_be_its_own_feature():
    table = values({"x": np.arange(4), "y": text(["a", "b"] * 2)})
    for feature in ("y", "gone"):
        with pytest.raises(WorkbenchError, match=feature):
            against_target(table, "y", feature, Budget())


def test_a_target_of_one_value_is_refused():
    with pytest.raises(WorkbenchError, match="one value only"):
        against_target(values({"x": np.arange(4), "y": text(["a"] * 4)}), "y", "x", Budget())

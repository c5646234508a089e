from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import mutual_info_score

from backends.errors import WorkbenchError
from backends.profiling.budget import Budget
from backends.profiling.target import nearly_determines, target_view
from backends.profiling.target.information import entropy, lumped, mutual_information, tables
from backends.profiling.values import Values
from tests.backends.profiling.columns import real, text, values

RANDOM = np.random.default_rng(0)
LABELS = text(np.where(RANDOM.random(400) < 0.3, "yes", "no"))
YES = (LABELS == "yes").to_numpy()


def customers(**extra: object) -> Values:
    columns = {
        "noise": RANDOM.normal(size=400),
        "months": YES * 2.0 + RANDOM.normal(size=400),
        "plan": text(np.where(YES ^ (RANDOM.random(400) < 0.2), "monthly", "yearly")),
        "note": text([f"said {i}" for i in range(400)]),
        "number": np.arange(400),
        "country": text(["NL"] * 400),
        "empty": np.full(400, np.nan),
        "left": LABELS,
    }
    return values({**columns, **extra}, note="text", number="identifier")


def test_features_are_ranked_and_what_cannot_be_told_says_why():
    view = target_view(customers(), "left", Budget())
    assert view.problem == "binary"
    assert view.classes == ("no", "yes")
    assert view.positive == "yes"
    features = view.features.set_index("column")
    assert set(view.features["column"][:2]) == {"months", "plan"}
    assert features["note"].to_dict() == {
        "months": "", "plan": "", "noise": "", "country": "one value only", "empty": "no value",
        "note": "text is not tried", "number": "identifies the rows",
    }  # fmt: skip
    assert features.loc["months", "auc_low"] > 0.8
    assert features.loc["noise", "auc_low"] < 0.52
    assert features.loc["plan", "auc"] == pytest.approx(0.8, abs=0.06)


def test_the_information_of_tables_is_scikit_learns_less_the_bias_of_counts():
    x, y = RANDOM.integers(0, 6, 500), RANDOM.integers(0, 3, 500)
    table = tables(x[None], y, (6, 3))[0]
    corrected = mutual_information(table[None])[0]
    bias = (np.count_nonzero(table) - 6 - 3 + 1) / (2 * 500)
    assert corrected == pytest.approx(max(mutual_info_score(x, y) - bias, 0))


def test_the_information_of_a_number_is_that_of_its_bins():
    table = customers()
    features = target_view(table, "left", Budget()).features.set_index("column")
    bins = pd.qcut(table.dataset.frame["months"], 8, labels=False)  # 400 rows: 50 in each
    plain = mutual_info_score(bins, LABELS)
    counts = pd.crosstab(bins, LABELS).to_numpy()
    expected = plain - (np.count_nonzero(counts) - 8 - 2 + 1) / 800
    assert features.loc["months", "mutual_information"] == pytest.approx(expected)
    share = expected / float(entropy(np.bincount(YES)))
    assert features.loc["months", "mi_share"] == pytest.approx(share)


def test_rare_levels_are_taken_together():
    codes = np.array([0] * 9 + [1] * 5 + [2] * 4 + [3] * 1 + [-1])
    assert np.unique(lumped(codes), return_counts=True)[1].tolist() == [9, 5, 5, 1]


def test_gaps_of_a_feature_are_counted_and_tell_something_of_their_own():
    gaps = np.where(YES, np.nan, 1.0)
    features = target_view(customers(asked=gaps), "left", Budget()).features.set_index("column")
    assert features.loc["asked", "missing"] == YES.sum()
    assert features.loc["asked", "rows"] == (~YES).sum()
    assert features.loc["asked", "mi_share"] == pytest.approx(1.0, abs=0.01)
    assert features.loc["asked", "note"] == "one value only"


def test_rows_without_a_target_are_left_out_and_counted():
    view = target_view(customers(left=LABELS.mask(np.arange(400) % 4 == 0)), "left", Budget())
    assert (view.rows, view.left_out) == (300, 100)


def test_several_classes_and_few_numbers_are_classes():
    table = values({"x": np.arange(60.0), "y": np.arange(60) % 3})
    view = target_view(table, "y", Budget())
    assert (view.problem, view.classes) == ("multiclass", ("0", "1", "2"))


def test_a_quantity_is_set_against_ranks():
    x = RANDOM.normal(size=300)
    y = x + RANDOM.normal(size=300)
    gappy = np.where(RANDOM.random(300) < 0.3, np.nan, -x)
    letters = text(np.where(y > 1, "high", "low"))
    view = target_view(values({"x": x, "gappy": gappy, "letters": letters, "y": y}), "y", Budget())
    features = view.features.set_index("column")
    assert view.problem == "numeric"
    assert features["auc"].isna().all()
    assert features.loc["x", "spearman"] == pytest.approx(spearmanr(x, y).statistic)
    assert features.loc["gappy", "spearman"] == pytest.approx(spearmanr(gappy, y, nan_policy="omit").statistic)
    assert features.loc["letters", "spearman"] > 0.5
    assert (features["spearman_low"] < features["spearman"]).all()


@pytest.mark.parametrize(
    ("target", "kind", "reason"),
    [
        (text(["a"] * 400), "category", "has one value only"),
        (text([None] * 400), "category", "has no value"),
        (text([f"n{i}" for i in range(400)]), "text", "has 400 distinct values; at most 100 can be classes"),
    ],
)
def test_a_target_from_which_nothing_can_be_told_says_why(target, kind, reason):
    view = target_view(values({"x": np.arange(400), "y": target}, y=kind), "y", Budget())
    assert (view.problem, view.reason, len(view.features)) == ("none", reason, 0)
    assert nearly_determines(view) == []


def test_the_positive_class_can_be_chosen():
    assert target_view(customers(), "left", Budget(), positive="no").classes == ("yes", "no")
    with pytest.raises(WorkbenchError, match="'maybe'"):
        target_view(customers(), "left", Budget(), positive="maybe")


def test_an_unknown_target_is_refused_by_name():
    with pytest.raises(WorkbenchError, match="'gone'"):
        target_view(customers(), "gone", Budget())


def test_a_column_that_gives_the_target_away_is_named():
    leaks = {"closed": YES * 1.0 + RANDOM.random(400) / 2, "reason": text(np.where(YES, "moved", "none"))}
    assert set(nearly_determines(target_view(customers(**leaks), "left", Budget()))) == {"closed", "reason"}
    assert nearly_determines(target_view(customers(), "left", Budget())) == []


def test_a_column_in_the_very_order_of_a_quantity_gives_it_away():
    y = RANDOM.normal(size=300)
    near = {f"noise {size}": -y + RANDOM.normal(size=300) * size for size in (0.01, 0.1, 0.25, 0.5)}
    few = np.where(np.arange(300) < 8, y, np.nan)  # in order by chance
    view = target_view(values({**near, "few": few, "y": y}), "y", Budget())
    assert set(nearly_determines(view)) == {"noise 0.01", "noise 0.1"}
    assert (view.features.set_index("column").loc[list(near), "spearman"] < -0.85).all()


def test_a_large_table_is_sampled_and_says_so():
    rows = 60_000
    table = values({"x": np.arange(rows) % 97, "y": text(["a", "b", "b"] * (rows // 3))})
    view = target_view(table, "y", Budget(seconds=0.1))
    assert "of 60,000 rows" in view.sample.words
    assert view.rows == view.sample.rows < rows
    again = target_view(table, "y", Budget(seconds=0.1)).features
    pd.testing.assert_frame_equal(view.features, again)


def test_of_adult_the_household_tells_most_and_nothing_gives_it_away():
    view = target_view(real("adult_train.csv"), "class", Budget())
    assert view.classes == ("<=50K", ">50K")
    assert view.features["column"].tolist()[:3] == ["relationship", "marital_status", "age"]
    assert view.features.iloc[-1]["column"] == "fnlwgt"
    assert nearly_determines(view) == []

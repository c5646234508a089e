"""Missing values are counted exactly, alone and together, and set against the target as scipy would."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from backends.datasets.schema import Column, Dataset, Schema
from backends.errors import WorkbenchError
from backends.profiling.budget import Budget
from backends.profiling.discovery import benjamini_hochberg
from backends.profiling.missing import missing_against_target, missing_pattern
from backends.profiling.missing.differences import fisher, shares
from backends.profiling.missing.pattern import MOST
from backends.profiling.values import Values


def table(columns: dict[str, object], **kinds: str) -> Values:
    frame = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
    known = {name: "category" if isinstance(frame[name].dtype, pd.StringDtype) else "number" for name in frame}
    return Values(Dataset(frame, Schema(tuple(Column(name, (known | kinds)[name]) for name in frame))))


def small() -> Values:
    """Six rows; a and b lack rows 0 and 1 together, b also row 5; c lacks row 5; d is complete."""
    gap = np.nan
    return table(
        {
            "a": [gap, gap, 1.0, 2.0, 3.0, 4.0],
            "b": pd.Series([None, None, "x", "y", "x", None], dtype="str"),
            "c": pd.array([1, 2, 3, 4, 5, None], dtype="Int64"),
            "d": np.arange(6),
        },
        c="integer",
        d="integer",
    )


def test_columns_patterns_and_complete_rows_of_a_table_one_can_read() -> None:
    found = missing_pattern(small(), Budget())
    assert found.columns.to_numpy().tolist() == [["b", 3, 0.5], ["a", 2, 2 / 6], ["c", 1, 1 / 6]]
    assert found.patterns.to_numpy().tolist() == [[("a", "b"), 2, 2 / 6], [("b", "c"), 1, 1 / 6]]
    assert (found.complete_rows, found.patterns_left, found.rows) == (3, 0, 6)
    assert found.shown_of == found.matrix_of == (3, 3)
    assert found.sample.whole


def test_pairs_have_the_correlation_of_their_masks_and_the_overlap_of_the_rarer() -> None:
    values = small()
    masks = values.dataset.frame.isna().astype(float)
    found = missing_pattern(values, Budget()).together
    for row in found.itertuples():
        assert row.phi == pytest.approx(masks[row.first].corr(masks[row.second]))
    assert found[["first", "second", "rows_both", "overlap"]].to_numpy().tolist() == [
        ["a", "b", 2, 1.0], ["b", "c", 1, 1.0], ["a", "c", 0, 0.0],
    ]  # fmt: skip


def test_the_matrix_follows_the_file() -> None:
    values = np.ones(600)
    values[300:450] = np.nan
    matrix = missing_pattern(table({"half": values, "full": np.ones(600)}), Budget()).matrix
    assert matrix.columns.tolist() == ["half"]
    assert matrix.index.tolist() == list(range(1, 601, 10))
    assert matrix["half"].tolist() == [0.0] * 30 + [1.0] * 15 + [0.0] * 15


def test_patterns_of_many_columns_are_exact_and_the_rest_is_counted() -> None:
    random = np.random.default_rng(0)
    masks = random.random((200, 130)) < 0.02
    values = table({f"c{at}": np.where(masks[:, at], np.nan, 1.0) for at in range(130)})
    found = missing_pattern(values, Budget())
    counted = pd.Series([tuple(np.flatnonzero(row)) for row in masks]).value_counts()
    assert found.complete_rows == counted.pop(())
    assert len(found.patterns) + found.patterns_left == len(counted)
    for row in found.patterns.itertuples():
        assert counted[tuple(int(name[1:]) for name in row.columns)] == row.rows
    assert found.patterns["rows"].tolist() == sorted(counted, reverse=True)[:30]


def test_a_wide_table_pairs_the_columns_that_are_missing_together() -> None:
    random = np.random.default_rng(0)
    masks = random.random((300, 150)) < 0.3
    masks[:, 149] = masks[:, 4]
    values = table({f"c{at}": np.where(masks[:, at], np.nan, 1.0) for at in range(150)})
    found = missing_pattern(values, Budget())
    assert found.together.loc[0, ["first", "second", "phi"]].tolist() == ["c4", "c149", 1.0]
    assert found.shown_of == found.matrix_of == (MOST, 150)
    assert found.matrix.shape == (60, 60)
    assert len(found.columns) == 150


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=20))
def test_any_masks_give_consistent_counts(masks: list[list[bool]]) -> None:
    array = np.array(masks)
    found = missing_pattern(table({f"c{at}": np.where(array[:, at], np.nan, 1.0) for at in range(4)}), Budget())
    assert found.columns["missing"].sum() == array.sum()
    assert found.patterns["rows"].sum() + found.complete_rows == len(array)
    assert sum(len(row.columns) * row.rows for row in found.patterns.itertuples()) == array.sum()


def target_table() -> Values:
    random = np.random.default_rng(0)
    size = 500
    answer = pd.Series(random.choice(["no", "yes"], size, p=[0.7, 0.3]), dtype="str")
    told = np.where((answer == "yes") & (random.random(size) < 0.5), np.nan, random.normal(size=size))
    chance = np.where(random.random(size) < 0.2, np.nan, 1.0)
    rare, few = np.ones(size), np.ones(size)
    rare[:7], few[:3] = np.nan, np.nan
    pay = random.normal(size=size) + np.isnan(told)
    pay[0] = np.inf
    team = pd.Series(random.choice(["a", "b", "c"], size), dtype="str")
    columns = {"answer": answer, "told": told, "chance": chance, "rare": rare, "few": few, "pay": pay, "team": team}
    columns["answer"] = answer.where(np.arange(size) > 9)  # ten rows without a target, six of them lack `rare`
    return table(columns)


def test_a_share_is_compared_with_chi_square_or_fishers_test() -> None:
    values = target_table()
    frame = values.dataset.frame
    known = frame[frame["answer"].notna()]
    found = missing_against_target(values, "answer", Budget()).set_index("column")
    assert found.index[0] == "told"
    for name in ("told", "chance"):
        lacking = known[name].isna()
        counts = pd.crosstab(lacking, known["answer"]).to_numpy()
        assert found.loc[name, "p"] == pytest.approx(stats.chi2_contingency(counts, correction=False).pvalue)
        assert found.loc[name, "where_missing"] == pytest.approx((known["answer"][lacking] == "yes").mean())
        assert found.loc[name, "low"] < found.loc[name, "difference"] < found.loc[name, "high"]
        assert found.loc[name, ["missing", "present"]].tolist() == [lacking.sum(), (~lacking).sum()]
    assert found.loc["told", "measure"] == "share of yes"
    np.testing.assert_allclose(found["q"], benjamini_hochberg(found["p"]))
    assert "answer" not in found.index


def test_too_few_rows_are_not_measured_and_say_so() -> None:
    found = missing_against_target(target_table(), "pay", Budget()).set_index("column")
    assert found.loc["few", "note"] == "not measurable (n = 2)"  # row 0 has an infinite target
    assert found.loc["few", ["difference", "low", "high", "p", "q"]].isna().all()
    assert found.loc["told", "note"] == ""


def test_a_mean_is_compared_by_welchs_test() -> None:
    values = target_table()
    frame = values.dataset.frame[1:]
    row = missing_against_target(values, "pay", Budget()).set_index("column").loc["told"]
    lacking = frame["told"].isna()
    expected = stats.ttest_ind(frame["pay"][lacking], frame["pay"][~lacking], equal_var=False)
    assert row["p"] == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(0.95)
    assert row[["low", "high"]].tolist() == pytest.approx([interval.low, interval.high])
    assert row["measure"] == "mean of pay"


def test_several_classes_get_cramers_v_and_a_chi_square_p() -> None:
    values = target_table()
    frame = values.dataset.frame
    found = missing_against_target(values, "team", Budget()).set_index("column")
    counts = pd.crosstab(frame["chance"].isna(), frame["team"]).to_numpy()
    assert found.loc["chance", "p"] == pytest.approx(stats.chi2_contingency(counts).pvalue)
    assert 0 <= found.loc["chance", "strength"] < 0.2
    assert found["difference"].isna().all()


@pytest.mark.parametrize("table_", [[[8, 2], [1, 5]], [[0, 7], [5, 2]], [[3, 900], [0, 40]], [[6, 0], [0, 6]]])
def test_fishers_p_equals_scipys(table_: list[list[int]]) -> None:
    counts = np.array(table_)
    assert fisher(counts[:, 0].astype(float), counts.sum(axis=1).astype(float)) == pytest.approx(
        stats.fisher_exact(counts).pvalue
    )


def test_newcombes_interval_of_his_own_examples() -> None:
    found = shares(np.array([[56, 9, 5, 0], [48, 3, 0, 0]]), np.array([[70, 10, 56, 10], [80, 10, 29, 20]]))
    np.testing.assert_allclose(found.low, [0.0524, 0.1705, -0.0381, -0.1611], atol=5e-5)
    np.testing.assert_allclose(found.high, [0.3339, 0.8090, 0.1926, 0.2775], atol=5e-5)


def test_a_target_without_classes_is_told() -> None:
    with pytest.raises(WorkbenchError, match="has one value only"):
        missing_against_target(table({"y": ["a", "a"], "x": [1.0, np.nan]}, y="category"), "y", Budget())
    with pytest.raises(WorkbenchError, match="no column 'nope'"):
        missing_against_target(small(), "nope", Budget())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "columns",
    [{"a": np.array([])}, {"a": [np.nan]}, {"a": np.full(3, np.nan), "b": np.arange(3)}, {"a": [1.0]}, {}],
    ids=["no rows", "one gap", "all missing", "no gaps", "no columns"],
)
def test_awkward_tables_are_counted_without_a_warning(columns: dict[str, object]) -> None:
    found = missing_pattern(table(columns), Budget())
    missing = sum(int(pd.isna(column).sum()) for column in columns.values())
    assert found.columns["missing"].sum() == missing
    assert found.patterns["rows"].sum() + found.complete_rows == found.rows
    assert found.together.empty

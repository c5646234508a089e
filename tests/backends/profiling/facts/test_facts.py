"""The facts of a column equal what pandas says about it, and hold where pandas does not."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backends.datasets import read_table
from backends.profiling import facts as package
from backends.profiling.budget import Budget
from backends.profiling.facts import COLUMNS, facts
from backends.profiling.facts.result import QUANTILES
from backends.profiling.values import Values
from tests.backends.profiling.tables import dates, integers, text, values

ADULT = Path(os.environ.get("WORKBENCH_EXTRA_DATA", "../shared/data")) / "tabular" / "adult_train.csv"
MOMENTS = ("mean", "std", "skewness", "kurtosis")


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def row(cells, kind=None, name="x"):
    table = facts(values({name: cells}, **({name: kind} if kind else {})), Budget()).table
    return table.iloc[0]


def compare_with_pandas(found: pd.Series, series: pd.Series) -> None:
    """`found` is the row of `series`, which is numeric."""
    numbers = series.dropna().astype("float64")
    finite = numbers[np.isfinite(numbers)]
    assert found["missing"] == series.isna().sum()
    assert found["distinct"] == series.nunique()
    assert found["zeros"] == (series == 0).sum()
    assert found["negatives"] == (series < 0).sum()
    assert found["infinite"] == len(numbers) - len(finite)
    scale = max(np.abs(finite).max(), 1e-300) if len(finite) else 1.0
    with np.errstate(all="ignore"):  # the shape does not depend on the scale; the squares of tiny numbers vanish
        expected = [finite.mean(), (finite / scale).std() * scale, (finite / scale).skew(), (finite / scale).kurt()]
    for name, value in zip(MOMENTS[:2], expected[:2], strict=True):
        np.testing.assert_allclose(found[name], value, rtol=1e-9, atol=1e-9 * scale, err_msg=name)
    spread = finite.std() / scale if len(finite) > 1 else 0
    if spread > 1e-6 or not len(finite):
        for name, value in zip(MOMENTS[2:], expected[2:], strict=True):
            np.testing.assert_allclose(found[name], value, rtol=1e-6, atol=1e-6, err_msg=name)
    for name, share in {"min": 0.0, **QUANTILES, "max": 1.0}.items():
        np.testing.assert_allclose(found[name], finite.quantile(share), rtol=1e-12, atol=1e-12 * scale, err_msg=name)
    if len(finite):
        q1, q3 = found["p25"], found["p75"]
        outliers = (finite < q1 - 1.5 * (q3 - q1)) | (finite > q3 + 1.5 * (q3 - q1))
        assert found["outliers"] == outliers.sum()


NUMBERS = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e6, 1e6, allow_subnormal=False),
    st.sampled_from([np.nan, np.inf, -np.inf, -0.0, 0.1]),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(NUMBERS, min_size=1, max_size=40))
def test_numbers_are_described_as_by_pandas(cells):
    series = pd.Series(cells, dtype="float64")
    compare_with_pandas(row(series), series)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.integers(-2, 2)), min_size=1, max_size=30))
def test_distinct_values_and_the_mode_of_integers_are_exact_up_to_the_end_of_int64(cells):
    series = pd.Series(cells, dtype="Int64")
    found = row(series)
    present = [cell for cell in cells if cell is not None]
    assert found["distinct"] == len(set(present))
    assert found["missing"] == len(cells) - len(present)
    if present:
        most = max(present.count(cell) for cell in present)
        assert found["mode"] == str(min(cell for cell in present if present.count(cell) == most))
        assert found["mode_count"] == most
        assert found["min"] == float(min(present))
        assert found["max"] == float(max(present))
        assert found["zeros"] == present.count(0)


def test_a_block_of_columns_is_described_like_each_column_alone(monkeypatch):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(50, 40)) * 10.0 ** rng.integers(-3, 4, 40)).rename(columns=str)
    frame = frame.mask(rng.random(frame.shape) < 0.1).round(1)
    frame.iloc[3, :7] = np.inf
    frame["all missing"], frame["constant"] = np.nan, 0.1
    frame["infinite only"] = -np.inf
    together = facts(values(frame), Budget()).table
    for name, found in zip(frame.columns, together.iloc, strict=True):
        compare_with_pandas(found, frame[name])
    monkeypatch.setattr(package, "CELLS", 1)
    pd.testing.assert_frame_equal(together, facts(values(frame), Budget()).table)


def test_small_noise_on_a_large_mean_is_measured():
    noise = np.random.default_rng(0).exponential(size=10_000)
    near, far = row(noise), row(noise + 1e9)
    assert far["std"] == pytest.approx(near["std"], rel=1e-6)
    assert far["skewness"] == pytest.approx(near["skewness"], rel=1e-5)
    assert far["kurtosis"] == pytest.approx(near["kurtosis"], rel=1e-5)


@pytest.mark.parametrize("factor", [1e300, 1e-300, 1e77, 1e-160])
def test_magnitude_changes_neither_shape_nor_precision(factor):
    cells = np.array([1.0, 2.0, 3.0, 7.0, 100.0])
    plain, scaled = row(cells), row(cells * factor)
    for name in ("skewness", "kurtosis"):
        assert scaled[name] == pytest.approx(plain[name], rel=1e-9)
    for name in ("mean", "std", "p25", "max"):
        assert scaled[name] == pytest.approx(plain[name] * factor, rel=1e-12)


def test_the_whole_range_of_floats_is_no_overflow():
    largest = np.finfo(np.float64).max
    found = row([-largest, largest, 0.0, 1.0])
    assert (found["min"], found["max"], found["p50"]) == (-largest, largest, 0.5)
    assert found["mean"] == pytest.approx(0, abs=1e292)
    assert np.isfinite(found["std"])


@pytest.mark.parametrize("cell", [0.1, 1e300, -7.0, 2.0**60])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 10])
def test_a_constant_is_constant(cell, rows):
    found = row([cell] * rows + [np.nan])
    assert {found[name] for name in ("mean", "min", "max", *QUANTILES)} == {cell}
    assert found["std"] == 0 if rows > 1 else np.isnan(found["std"])
    assert found["skewness"] == 0 if rows > 2 else np.isnan(found["skewness"])
    assert found["kurtosis"] == 0 if rows > 3 else np.isnan(found["kurtosis"])
    assert (found["outliers"], found["distinct"], found["sorted"]) == (0, 1, "")


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        ([1.0, 2, 2, 3], "increasing"),
        ([3.0, np.nan, 2, 2, 1], "decreasing"),
        ([1.0, 3, 2], ""),
        ([5.0, 5], ""),
        ([np.nan, np.nan], ""),
        ([-np.inf, 0, np.inf], "increasing"),
        ([*range(3000), 0.0], ""),
        ([np.nan, *range(3000)], "increasing"),
    ],
)
def test_the_order_in_the_file_is_seen(cells, order):
    assert row(np.array(cells, dtype=float))["sorted"] == order


def test_dates_have_a_first_and_a_last_one_and_an_order():
    found = row(dates("2020-01-02", None, "1677-01-01", "9999-12-31T23:59:59"))
    assert (found["first"], found["last"], found["sorted"]) == ("1677-01-01", "9999-12-31T23:59:59", "")
    assert (found["missing"], found["distinct"], found["mode"]) == (1, 3, "1677-01-01")
    assert np.isnan(found["mean"])
    assert row(dates("2020-01-01", None, "2020-01-01", "2020-03-01"))["sorted"] == "increasing"


def test_text_is_measured_in_characters_and_weighted_by_its_rows():
    found = row(text("a", "añ😀", "añ😀", "   ", "", None, "\t\n"))
    assert (found["length_min"], found["length_max"]) == (0, 3)
    assert found["length_mean"] == pytest.approx((1 + 3 + 3 + 3 + 0 + 2) / 6)
    assert (found["blank"], found["missing"], found["distinct"]) == (3, 1, 5)
    assert (found["mode"], found["mode_count"], found["mode_share"]) == ("añ😀", 2, pytest.approx(2 / 6))


def test_the_most_frequent_values_come_with_their_counts_and_ties_in_the_order_of_the_file():
    columns = {
        "word": text("b", "a", "c", "a", "b", None),
        "answer": pd.Series([False, True, True, False, None, False], dtype="boolean"),
        "few": integers(3, 1, 1, 2, 3, None),
        "key": pd.Series([9, 8, 7, 6, 5, 4]),
        "number": [0.5, 0.5, 1, 2, 3, 4],
    }
    tops = facts(values(columns, key="identifier"), Budget()).tops
    assert list(tops) == ["word", "answer", "few", "key"]
    assert tops["word"] == (("b", 2), ("a", 2), ("c", 1))
    assert tops["answer"] == (("False", 3), ("True", 2))
    assert tops["few"] == (("1", 2), ("3", 2), ("2", 1))
    assert tops["key"] == tuple((str(key), 1) for key in (4, 5, 6, 7, 8, 9))


def test_yes_and_no_are_spelt_as_in_the_file():
    found = facts(Values(read_table(b"left\nja\nnein\nja\n", "left.csv")), Budget())
    assert found.tops["left"] == (("ja", 2), ("nein", 1))
    assert found.table["mode"].tolist() == ["ja"]


def test_only_ten_of_many_values_are_kept():
    cells = [f"v{number % 30}" for number in range(300)] + ["v29", "v7"]
    top = facts(values({"x": text(*cells)}), Budget()).tops["x"]
    assert top[:3] == (("v7", 11), ("v29", 11), ("v0", 10))
    assert len(top) == 10
    assert "x" not in facts(values({"x": range(51)}), Budget()).tops


def test_an_identifier_of_integers_has_no_mean_but_an_order():
    found = facts(values({"x": [10, 11, 12]}, x="identifier"), Budget())
    assert np.isnan(found.table["mean"].iloc[0])
    assert found.table["sorted"].iloc[0] == "increasing"
    assert not found.histograms


def test_types_do_not_depend_on_what_is_in_the_table():
    empty = facts(values(pd.DataFrame({"a": pd.Series([], dtype="float64"), "b": text()})), Budget())
    mixed = facts(values({"a": [1.0], "b": text("x"), "c": dates("2020-01-01"), "d": [True]}), Budget())
    none = facts(values(pd.DataFrame(index=range(3))), Budget())
    for found in (empty, mixed, none):
        assert {name: str(dtype) for name, dtype in found.table.dtypes.items()} == COLUMNS
    assert empty.table["missing_share"].tolist() == [0, 0]
    assert empty.table["distinct_share"].isna().all()


def test_nothing_but_missing_values_is_described():
    columns = {
        "number": [np.nan] * 3,
        "integer": integers(None, None, None),
        "text": text(None, None, None),
        "date": dates(None, None, None),
        "answer": pd.Series([None] * 3, dtype="boolean"),
    }
    found = facts(values(columns), Budget())
    assert found.table["missing"].tolist() == [3] * 5
    assert found.table["distinct"].tolist() == [0] * 5
    assert found.table["mode"].tolist() == [""] * 5
    assert not found.histograms
    assert set(found.tops.values()) <= {()}


@pytest.mark.parametrize("name", ["", " ", "7", "<script>", "😀", "mean"])
def test_any_name_and_any_length_of_a_cell_will_do(name):
    found = row(text("x" * 200_000, "y"), name=name)
    assert (found["column"], found["length_max"], len(found["mode"])) == (name, 200_000, 200_000)


def test_everything_is_exact_and_says_so():
    assert facts(values({"x": [1.0, 2.0]}), Budget(seconds=0.0)).sample.whole


def test_memory_is_that_of_the_values():
    table = facts(values({"x": np.zeros(100), "word": text(*["ab"] * 100)}), Budget()).table
    assert table["memory"].iloc[0] == 800
    assert table["memory"].iloc[1] >= 200


@pytest.mark.skipif(not ADULT.exists(), reason=f"needs {ADULT} (see WORKBENCH_EXTRA_DATA)")
def test_census_income_equals_pandas_column_by_column():
    dataset = read_table(ADULT.read_bytes(), "adult.csv")
    found = facts(Values(dataset), Budget())
    for one in found.table.iloc:
        series = dataset.frame[one["column"]]
        if one["kind"] == "integer":
            compare_with_pandas(one, series)
            continue
        counts = series.value_counts()
        lengths = series.str.len()
        assert (one["missing"], one["distinct"]) == (series.isna().sum(), series.nunique())
        assert (one["mode"], one["mode_count"]) == (counts.index[0], counts.iloc[0])
        assert dict(found.tops[one["column"]]) == counts.head(10).to_dict()
        assert (one["length_min"], one["length_max"]) == (lengths.min(), lengths.max())
        assert one["length_mean"] == pytest.approx(lengths.mean())


@settings(deadline=None, max_examples=60)
@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e9, 1e9, allow_subnormal=False)))
def test_a_histogram_counts_as_numpy_does(cells):
    found = facts(values({"x": cells}), Budget()).histograms["x"]
    assert (np.diff(found.edges) > 0).all()
    assert found.counts.tolist() == np.histogram(cells, bins=found.edges)[0].tolist()
    assert found.counts.sum() == len(cells)
    assert len(found.edges) == len(found.counts) + 1 <= 21


def test_a_histogram_of_whole_numbers_has_bins_of_equally_many():
    few = facts(values({"x": [1, 2, 2, 5]}), Budget()).histograms["x"]
    assert few.edges.tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    assert few.counts.tolist() == [1, 2, 0, 0, 1]
    many = facts(values({"x": np.arange(17, 91).repeat(30)}), Budget()).histograms["x"]
    assert set(np.diff(many.edges)) == {4.0}
    assert set(many.counts[:-1]) == {120}


def test_a_histogram_holds_finite_values_only():
    drawn = facts(values({"x": [np.nan, np.inf, -np.inf, 1.0, 2.0], "y": [np.inf] * 5}), Budget()).histograms
    assert list(drawn) == ["x"]
    assert drawn["x"].counts.sum() == 2


@pytest.mark.parametrize("cell", [0.0, 0.1, 1e300, 1.7e308, -1.7e308, 5e-324])
def test_a_histogram_of_a_constant_is_one_bin_around_it(cell):
    drawn = facts(values({"x": [cell, cell]}), Budget()).histograms["x"]
    assert drawn.counts.tolist() == [2]
    assert drawn.edges[0] < cell < drawn.edges[1]


@pytest.mark.parametrize(
    "cells",
    [
        [0.0, 5e-324, 5e-324, 1e-323],
        [5e-324, 1e-323, 1.5e-323],
        [1e15, 1e15 + 1, 1e15 + 1, 1e15 + 2],
        [2.0**62, 2.0**62 + 1024],
    ],
)
def test_a_histogram_of_numbers_next_to_each_other_has_no_empty_width(cells):
    cells = np.array(cells * 20)
    drawn = facts(values({"x": cells}, x="number"), Budget()).histograms["x"]
    assert (np.diff(drawn.edges) > 0).all()
    assert (drawn.edges[0], drawn.edges[-1]) == (cells.min(), cells.max())
    assert drawn.counts.tolist() == np.histogram(cells, bins=drawn.edges)[0].tolist()


def test_a_histogram_of_dates_counts_seconds():
    drawn = facts(values({"x": dates("1970-01-01", "1970-01-02", None)}), Budget()).histograms["x"]
    assert (drawn.edges[0], drawn.edges[-1]) == (0, 86_400)
    assert drawn.counts.sum() == 2

"""One column, closely: what a person reads about it is what is in it."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from backends.datasets import read_table
from backends.errors import WorkbenchError
from backends.profiling.budget import Budget
from backends.profiling.detail import BINS, Detail, detail
from backends.profiling.detail.statistics import ALWAYS, DATES, MEMORY, NUMBERS, WORDS
from backends.profiling.values import Values
from tests.backends.profiling.tables import dates, integers, text, values


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def look(cells, kind=None, budget=None) -> Detail:
    table = values({"x": cells}, **({"x": kind} if kind else {}))
    return detail(table, "x", budget or Budget())


def read(found: Detail) -> dict[str, str]:
    return dict(zip(found.statistics["statistic"], found.statistics["value"], strict=True))


def test_statistics_have_full_names_and_rounded_figures():
    found = read(look([1.0, 2.0, 3.0, 1234.5678, np.nan, np.inf, 0.0, -1.0]))
    assert found["Missing"] == "1 (12.5 %)"
    assert found["Distinct values"] == "7 (100 %)"
    assert found["Most frequent value"] == "none, each value occurs once"
    assert found["Maximum"] == "1,234.6"
    assert found["Median"] == "1.5"
    assert (found["Zeros"], found["Negative values"], found["Infinite values"]) == ("1", "1", "1")
    assert found["Outliers (1.5 IQR)"] == "1"
    assert found["Memory"] == "64 bytes"


def test_each_kind_has_its_own_statistics():
    words, when, answer = look(text("a", "bcd", " ")), look(dates("2020-01-01", "2021-01-01")), look([True, False])
    assert read(words)["Longest, characters"] == "3"
    assert read(words)["Blank values"] == "1"
    assert read(when)["Last"] == "2021-01-01"
    assert read(when)["Order in the file"] == "increasing"
    assert "Mean" not in read(when) | read(answer) | read(words)


def test_the_names_of_the_statistics_fit_their_column():
    names = [name for group in (ALWAYS, NUMBERS, WORDS, DATES, MEMORY) for name, _ in group]
    assert max(map(len, names)) <= 26


def test_shares_in_the_statistics_are_never_rounded_to_nothing_or_to_everything():
    found = read(look(text(*["a"] * 4_999, "b")))
    assert found["Rows with that value"] == "4,999 (over 99.9 %)"
    assert found["Distinct values"] == "2 (under 0.1 %)"


def test_numbers_have_as_many_bins_as_freedman_diaconis_and_sturges_want():
    cells = np.random.default_rng(0).normal(size=500)
    found = look(cells).histogram
    assert len(found) == len(np.histogram_bin_edges(cells, bins="auto")) - 1
    expected, edges = np.histogram(cells, bins="auto")
    assert found["count"].tolist() == expected.tolist()
    np.testing.assert_allclose([*found["low"], found["high"].iloc[-1]], edges)


@pytest.mark.parametrize(
    "cells",
    [
        [0.0] * 50 + [1.0],
        [0.0, 1e-300, 1e300],
        [-1.7e308, 1.7e308, 0.0],
        [-1.7e308, -1.7e308, 1.7e308, 1.7e308],
        [1e16, 1e16 + 2],
        list(np.random.default_rng(0).standard_cauchy(5_000)),
    ],
)
def test_odd_numbers_have_a_histogram_of_bounded_length(cells):
    found = look(cells).histogram
    assert 1 <= len(found) <= BINS
    assert found["count"].sum() == len(cells)
    assert np.isfinite(found[["low", "high"]].to_numpy()).all()


def test_whole_numbers_close_together_have_one_bar_each():
    found = look(integers(3, 5, 5, None, 8)).histogram
    assert found.to_numpy().tolist() == [
        [2.5, 3.5, 1], [3.5, 4.5, 0], [4.5, 5.5, 2], [5.5, 6.5, 0], [6.5, 7.5, 0], [7.5, 8.5, 1]
    ]  # fmt: skip


def test_a_histogram_of_dates_is_over_dates():
    found = look(dates("2020-01-01", "2020-01-05", "2020-01-09", "9999-12-31", None)).histogram
    assert found["low"].iloc[0] == np.datetime64("2020-01-01")
    assert found["high"].iloc[-1] == np.datetime64("9999-12-31")
    assert found["count"].sum() == 4


def test_levels_come_with_their_share_of_what_is_present_and_the_number_left_out():
    found = look(text("b", "a", "a", None))
    assert found.levels.to_numpy().tolist() == [["a", 2, 2 / 3], ["b", 1, 1 / 3]]
    assert found.levels_left == 0
    many = look(text(*[f"v{number}" for number in range(80)]))
    assert (len(many.levels), many.levels_left) == (50, 30)
    assert look([1.5, 2.5]).levels.empty


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        (integers(7, None, 3, 7), None, ["7", "3"]),
        ([2, 1], "identifier", ["1", "2"]),
        ([True, False, False], None, ["False", "True"]),
        (pd.Series([True, None, False], dtype="boolean"), None, ["True", "False"]),
    ],
)
def test_levels_of_anything_are_text(cells, kind, expected):
    assert look(cells, kind).levels["level"].tolist() == expected


def test_yes_and_no_are_spelt_as_in_the_file():
    table = read_table(b"member\nja\nnein\nja\n", "t.csv")
    found = detail(Values(table), "member", Budget())
    assert found.levels["level"].tolist() == ["ja", "nein"]
    assert found.examples == ("ja", "nein")


def test_lengths_are_counted_in_characters():
    assert look(text("ab", "añ", "", None, "😀😀😀", "ab")).lengths.to_numpy().tolist() == [[0, 1], [2, 3], [3, 1]]
    assert look([1.0]).lengths.empty


def test_words_are_runs_of_letters_counted_once_per_row_and_once_per_occurrence():
    cells = text("The naïve, NAÏVE cat; 2024 a1b2", "the cat's", None, "Кот и КОТ", "the cat's")
    found = look(cells, "text").words
    assert found.to_numpy().tolist() == [["the", 3, 3], ["cat", 3, 3], ["naïve", 2, 1], ["кот", 2, 1]]


def test_accents_that_stand_by_themselves_do_not_split_a_word():
    assert look(text("cafe\u0301s"), "text").words["word"].tolist() == ["cafe\u0301s"]


@pytest.mark.parametrize("cells", [text("1 2 3", "--"), text("", None), text(None)])
def test_text_without_words_has_none(cells):
    assert look(cells, "text").words.empty


def test_words_of_a_long_table_are_counted_in_a_named_sample():
    cells = text(*["alpha beta"] * 500)
    found = look(cells, "text", Budget(seconds=0.001))
    assert found.sample.words == "from a random sample of 363 of 500 rows"
    assert found.words["rows"].tolist() == [363, 363]
    assert found.levels["count"].tolist() == [500]
    assert look(cells, "text").sample.whole


def test_the_calendar_counts_years_months_weekdays_and_hours():
    found = look(dates("2020-02-29T13:05", "2022-02-28", None)).calendar
    years = found[found["part"] == "year"]
    assert years[["value", "count"]].to_numpy().tolist() == [[2020, 1], [2021, 0], [2022, 1]]
    counted = found[(found["count"] > 0) & (found["part"] != "year")]
    assert counted[["part", "label", "count"]].to_numpy().tolist() == [
        ["month", "February", 2], ["weekday", "Monday", 1], ["weekday", "Saturday", 1], ["hour", "0:00", 1],
        ["hour", "13:00", 1],
    ]  # fmt: skip


def test_the_calendar_agrees_with_pandas():
    moments = pd.Series(pd.date_range("1677-10-01", "2262-01-01", periods=5_000).astype("datetime64[us]"))
    found = look(moments).calendar.set_index(["part", "value"])["count"]
    parts = moments.dt
    expected = {"year": parts.year, "month": parts.month, "weekday": parts.day_of_week + 1, "hour": parts.hour}
    for part, values_of in expected.items():
        counts = found[part]
        assert counts[counts > 0].to_dict() == values_of.value_counts().sort_index().to_dict()


def test_a_calendar_of_a_long_time_lists_only_years_that_occur():
    found = look(dates("0001-01-01", "9999-12-31")).calendar
    assert found.loc[found["part"] == "year", "value"].tolist() == [1, 9999]
    assert "hour" not in set(found["part"])


def test_examples_are_spread_over_the_file_different_and_cut():
    found = look(text(*[f"v{number}" for number in range(100)], None)).examples
    assert (len(found), found[0], found[-1]) == (8, "v0", "v99")
    assert look(text("x" * 200_000)).examples == ("x" * 200 + "…",)
    assert look([2.0, 2.0, np.nan, 0.5]).examples == ("2", "0.5")
    assert look(dates(None, "2020-01-02")).examples == ("2020-01-02",)
    assert look(integers(None, 2**63 - 1)).examples == ("9223372036854775807",)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([np.nan, np.nan], None),
        ([np.inf, -np.inf], None),
        (pd.Series([], dtype="float64"), None),
        (text(None, None), None),
        (text(), "text"),
        (dates(None), None),
        (integers(None, None), None),
        (pd.Series([None, None], dtype="boolean"), None),
    ],
)
def test_a_column_of_nothing_is_empty_everywhere(cells, kind):
    found = look(cells, kind)
    for frame in (found.histogram, found.levels, found.lengths, found.words, found.calendar):
        assert frame.empty
    assert read(found)["Most frequent value"] in ("–", "none, each value occurs once")


def test_an_unknown_column_is_named():
    with pytest.raises(WorkbenchError, match="'y'"):
        detail(values({"x": [1]}), "y", Budget())

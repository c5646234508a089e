"""The charts of one column show exactly the frames of its detail."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from backends.charts import columns
from backends.charts.template import palette
from backends.profiling.budget import Budget
from backends.profiling.detail import Detail, detail
from tests.backends.profiling.tables import dates, integers, text, values


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def look(cells, name="x", kind=None, budget=None) -> Detail:
    return detail(values({name: cells}, **({name: kind} if kind else {})), name, budget or Budget())


def pictures(found: Detail, dark=False):
    for draw in (columns.histogram, columns.levels, columns.lengths, columns.words):
        yield draw(found, dark=dark)
    for part in columns.PARTS:
        yield columns.calendar(found, part, dark=dark)


def test_a_histogram_has_its_bins_as_bars_that_touch():
    found = look([1.0, 2.0, 3.0, 4.0, 10.0])
    (bars,) = columns.histogram(found).data
    np.testing.assert_allclose(np.asarray(bars.x) - np.asarray(bars.width) / 2, found.histogram["low"])
    np.testing.assert_allclose(np.asarray(bars.x) + np.asarray(bars.width) / 2, found.histogram["high"])
    assert list(bars.y) == found.histogram["count"].tolist()


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (integers(3, 5, 1234), "3 to 413"),
        (integers(1000, 1002), "1,000"),
        ([1.0, 2.0], "1 to 1.5"),
        (dates("2020-01-01", "2020-01-03"), "2020-01-01 to 2020-01-02"),
    ],
)
def test_a_bin_is_told_in_words(cells, first):
    (bars,) = columns.histogram(look(cells)).data
    assert bars.customdata[0].startswith(f"{first}: ")


def test_dates_are_drawn_on_an_axis_of_time():
    (bars,) = columns.histogram(look(dates("2020-01-01", "2020-01-03"))).data
    assert pd.Timestamp(bars.x[0]) == pd.Timestamp("2020-01-01T12:00")
    assert bars.width[0] == 86_400_000


def test_levels_are_bars_with_the_most_frequent_on_top_and_the_rest_is_counted():
    found = look(text("b", *[f"v{number % 40}" for number in range(120)]))
    drawn = columns.levels(found)
    (bars,) = drawn.data
    assert (len(bars.x), bars.y[0], bars.customdata[0]) == (20, "v0", "v0: 3 rows, 2.5 %")
    assert drawn.layout.xaxis.title.text == "Rows (the 20 most frequent of 41 values)"
    assert drawn.layout.yaxis.autorange == "reversed"
    assert columns.levels(look(text("a", "b"))).layout.xaxis.title.text == "Rows"


def test_blank_and_long_levels_can_be_told_apart():
    (bars,) = columns.levels(look(text("", " ", "x" * 60 + "a", "x" * 60 + "b"))).data
    assert len(set(bars.y)) == 4
    assert "“”" in bars.y


def test_lengths_are_joined_when_there_are_many():
    drawn = columns.lengths(look(text(*["x" * size for size in range(1, 301)])))
    (bars,) = drawn.data
    assert len(bars.x) == 60
    assert (bars.customdata[0], bars.y[0], bars.width[0]) == (f"1 to 5 characters: {bars.y[0]} rows", 5, 5)
    assert "characters" in drawn.layout.xaxis.title.text


def test_words_say_what_they_were_counted_in():
    found = look(text(*["alpha beta"] * 500), kind="text", budget=Budget(seconds=0.001))
    drawn = columns.words(found)
    assert "random sample of 363 of 500 rows" in drawn.layout.xaxis.title.text
    assert drawn.data[0].customdata[0] == "alpha: 363 times, in 363 rows"


def test_the_calendar_is_a_line_of_years_and_bars_of_the_rest():
    found = look(dates("2020-02-29T13:05", "2022-02-28"))
    years, months = columns.calendar(found).data[0], columns.calendar(found, "month").data[0]
    assert (years.type, list(years.x), list(years.y)) == ("scatter", [2020, 2021, 2022], [1, 0, 1])
    assert (months.type, len(months.x), months.customdata[1], months.y[1]) == ("bar", 12, "February: 2 rows", 2)
    assert columns.calendar(found, "month").layout.xaxis.ticktext[:3] == ("Jan", "Feb", "Mar")
    assert columns.calendar(found, "hour").layout.xaxis.ticktext[13] == "13"


def test_hours_of_dates_without_a_time_are_not_drawn():
    drawn = columns.calendar(look(dates("2020-02-29")), "hour")
    assert drawn.layout.annotations[0].text == "All times are midnight"


def test_what_does_not_apply_says_so():
    for drawn in pictures(look([np.nan])):
        assert not drawn.data
        assert drawn.layout.annotations[0].text.startswith("No ")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "😀", "", "7"])
@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (text("<b>bold</b> word", "x" * 200_000, None), "text"),
        ([1.7e308, 1.7e308, -1.7e308, -1.7e308, np.inf], None),
        (dates("0001-01-01T05:00", "9999-12-31"), None),
        ([True], None),
    ],
)
def test_any_name_and_value_is_drawn_escaped_in_both_themes(cells, kind, name, dark):
    for drawn in pictures(look(cells, name, kind), dark):
        written = drawn.to_json()
        assert "<script" not in written
        assert "<b>bold" not in written
        assert sum(len(trace.x) for trace in drawn.data) <= 5_000
        json.loads(written)
        if drawn.data and drawn.data[0].type == "bar":
            assert drawn.data[0].marker.color == palette(dark).accent

"""The charts of the target show exactly their figures, in words, escaped and within bounds."""

from __future__ import annotations

import numpy as np
import pytest

from backends.charts.target import against_target, ranking_frame, target_ranking
from backends.profiling.budget import Budget
from backends.profiling.target import against_target as figures
from backends.profiling.target import target_view
from tests.backends.profiling.columns import text, values

RANDOM = np.random.default_rng(0)
ROWS = 300
YES = RANDOM.random(ROWS) < 0.4
TABLE = values(
    {
        "<b>pay": YES + RANDOM.normal(size=ROWS),
        "plan": text(np.where(YES, "<i>monthly", "yearly")),
        "age": RANDOM.integers(18, 90, ROWS),
        "left": text(np.where(YES, "yes", "no")),
        "size": text(RANDOM.choice(["s", "m", "l"], ROWS)),
        "cost": RANDOM.normal(size=ROWS),
    }
)


@pytest.mark.parametrize("dark", [False, True])
def test_the_ranking_has_a_dot_with_its_interval_per_feature(dark):
    view = target_view(TABLE, "left", Budget())
    drawn = target_ranking(view, dark=dark)
    dots, bars = drawn.data
    first = view.features.iloc[0]
    assert dots.x[0] == first["auc"]
    assert dots.x[0] - dots.error_x.arrayminus[0] == pytest.approx(first["auc_low"])
    assert "5 of 5 features" in drawn.layout.xaxis.title.text
    assert "&lt;b&gt;pay" in list(dots.y)
    assert any(words.startswith("&lt;b&gt;pay: AUC 0.") for words in dots.customdata)
    assert list(dots.y) == list(bars.y)


def test_the_features_are_in_the_order_of_the_bars_beside_their_dots():
    drawn = target_ranking(target_view(TABLE, "left", Budget()))
    bars = drawn.data[1]
    assert list(bars.x) == sorted(bars.x, reverse=True)
    assert bars.xaxis == "x2"
    assert drawn.layout.xaxis.domain[1] < drawn.layout.xaxis2.domain[0]
    assert "entropy" in drawn.layout.xaxis2.title.text


def test_of_many_features_thirty_are_shown_and_it_says_so():
    table = values({**{f"n{i}": RANDOM.normal(size=60) for i in range(50)}, "y": text(["a", "b"] * 30)})
    view = target_view(table, "y", Budget())
    assert len(ranking_frame(view)) == 30
    assert "30 of 50 features" in target_ranking(view).layout.xaxis.title.text


def test_a_numeric_target_is_ranked_by_correlation():
    drawn = target_ranking(target_view(TABLE, "cost", Budget()))
    assert "Spearman" in drawn.layout.xaxis.title.text
    assert "correlation" in drawn.data[0].customdata[0]


@pytest.mark.parametrize(
    ("target", "feature", "pictures"),
    [
        ("left", "<b>pay", 2), ("left", "plan", 1), ("size", "age", 2), ("size", "plan", 1), ("cost", "age", 1),
        ("cost", "plan", 1),
    ],
)  # fmt: skip
def test_a_feature_has_its_pictures_and_no_markup_of_the_table(target, feature, pictures):
    drawn = against_target(figures(TABLE, target, feature, Budget()), dark=True)
    assert len(drawn) == pictures
    sent = "".join(figure.to_json() for figure in drawn)
    assert "<b>pay" not in sent
    assert "<i>" not in sent
    assert sum(len(trace.x) for figure in drawn for trace in figure.data) < 5000


@pytest.mark.parametrize("feature", ["x", "plan"])
def test_a_date_as_target_is_drawn_and_told_as_dates(feature):
    days = np.datetime64("2024-01-01", "s") + np.arange(90) * np.timedelta64(86_400, "s")
    plans = text(["a", "b", "c"] * 30)
    table = values({"day": days, "x": np.arange(90.0), "plan": plans}, day="datetime", plan="category")
    found = figures(table, "day", feature, Budget())
    (drawn,) = against_target(found)
    halves, dots = drawn.data
    assert found.groups["median"].dtype.kind == "M"
    assert all(str(median).startswith("2024-") for median in dots.y)
    assert "median 2024-" in dots.customdata[0]
    assert [str(end)[:5] for end in halves.y[:2]] == ["2024-", "2024-"]
    assert halves.y[0] <= dots.y[0] <= halves.y[1]
    assert halves.x[:3] == (dots.x[0], dots.x[0], None)


def test_rates_say_what_they_are_rates_of():
    (drawn,) = against_target(figures(TABLE, "left", "plan", Budget()))
    (dots,) = drawn.data
    assert dots.x == ("yearly", "&lt;i&gt;monthly")
    assert list(dots.y) == [0.0, 1.0]
    assert dots.customdata[1].endswith("rows are yes")
    assert dots.customdata[1].startswith("&lt;i&gt;monthly: 100 % (")

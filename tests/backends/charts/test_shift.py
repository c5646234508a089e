"""The charts of a shift show exactly their figures, in words, escaped and within bounds."""

from __future__ import annotations

import numpy as np
import pytest

from backends.charts.shift import shift_of_column, shift_ranking
from backends.profiling.budget import Budget
from backends.profiling.shift import first_and_last, shift, shift_of
from tests.backends.profiling.columns import text, values

RANDOM = np.random.default_rng(0)
ROWS = 400
PARTS = first_and_last(
    values(
        {
            "<b>moved": RANDOM.normal(size=ROWS) + (np.arange(ROWS) >= 200),
            "still": text(RANDOM.choice(["<i>a", "b"], ROWS)),
            "note": text([f"said {i}" for i in range(ROWS)]),
        },
        note="text",
    )
)


@pytest.mark.parametrize("dark", [False, True])
def test_shifted_columns_stand_out_from_the_others(dark):
    found = shift(PARTS, Budget())
    drawn = shift_ranking(found, dark=dark)
    shifted, others = drawn.data
    assert list(shifted.y) == ["&lt;b&gt;moved"]
    assert shifted.x[0] == found.table["psi"].iloc[0]
    assert list(others.y) == ["still"]
    assert "2 of 3 columns" in drawn.layout.xaxis.title.text
    assert shifted.customdata[0].endswith(", shifted")


def test_levels_of_one_part_only_are_counted_in_words():
    levels = ["a", "b"] * 5 + ["a", "z"] * 5
    found = shift(first_and_last(values({"town": text(levels), "n": np.arange(20.0)})), Budget())
    drawn = shift_ranking(found)
    words = {label: said for trace in drawn.data for label, said in zip(trace.y, trace.customdata, strict=True)}
    assert words["town"].endswith("<br>1 level only in the first, 1 level only in the second")
    assert "only in" not in words["n"]
    assert "<br>1 column with levels in one part only" in drawn.layout.xaxis.title.text


@pytest.mark.parametrize("column", ["<b>moved", "still", "note"])
def test_a_column_is_drawn_as_the_shares_of_both_parts(column):
    frame = shift_of(PARTS, column, Budget())
    drawn = shift_of_column(frame, column, ("before", "<i>after"))
    before, after = drawn.data
    assert list(before.y) == frame["before"].tolist()
    assert sum(after.y) == pytest.approx(1.0)
    assert len(before.x) < 50
    assert "<b>moved" not in drawn.to_json()
    assert "<i>" not in drawn.to_json()

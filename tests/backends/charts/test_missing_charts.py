"""The charts of missing values show their frames, say what they leave out, and hold few points."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backends.charts.missing import missing_against_target, missing_bars, missing_matrix, missing_together
from backends.datasets.schema import Column, Dataset, Schema
from backends.profiling import missing
from backends.profiling.budget import Budget
from backends.profiling.missing import MissingPattern, missing_pattern
from backends.profiling.values import Values


def values(columns: int = 3, rows: int = 200) -> Values:
    random = np.random.default_rng(0)
    answer = random.integers(0, 2, rows)
    frame = pd.DataFrame({"answer": answer, "team": pd.Series(random.choice(list("abc"), rows), dtype="str")})
    for at in range(columns):
        frame[f"<b>{at}"] = np.where(random.random(rows) < 0.1 + 0.3 * answer * (at == 0), np.nan, 1.0)
    kinds = {"answer": "integer", "team": "category"}
    return Values(Dataset(frame, Schema(tuple(Column(name, kinds.get(name, "number")) for name in frame))))


def pattern(columns: int = 3) -> MissingPattern:
    return missing_pattern(values(columns), Budget())


@pytest.mark.parametrize("dark", [False, True])
def test_bars_are_the_shares_most_first(dark: bool) -> None:
    found = pattern()
    (bars,) = missing_bars(found, dark=dark).data
    assert list(bars.x) == found.columns["share"].tolist()
    most = found.columns.iloc[0]
    assert bars.customdata[0] == f"{most['missing']} rows without a value ({100 * most['share']:.1f} %)"
    assert bars.y[0] == "&lt;b&gt;0"


def test_what_is_left_out_is_said() -> None:
    found = pattern(70)
    assert "the 40 of 70 columns with the most" in missing_bars(found).layout.xaxis.title.text
    assert missing_matrix(found).layout.xaxis.title.text == "The 60 of 70 columns with the most missing values"
    assert missing_together(found).layout.xaxis.title.text.startswith("60 of 70 columns")
    assert not missing_matrix(pattern()).layout.xaxis.title.text


@pytest.mark.parametrize("dark", [False, True])
def test_the_matrix_is_drawn_bin_by_bin_in_file_order(dark: bool) -> None:
    found = pattern()
    (cells,) = missing_matrix(found, dark=dark).data
    np.testing.assert_array_equal(np.asarray(cells.z), found.matrix.to_numpy())
    assert cells.customdata[0][0].startswith("rows 1 to 3: ")
    assert "to 200: " in cells.customdata[-1][0]
    assert np.size(missing_matrix(pattern(70)).data[0].z) <= 5000


def test_together_holds_each_pair_once() -> None:
    found = pattern()
    (cells,) = missing_together(found).data
    drawn = np.asarray(cells.z, dtype=float)
    assert sorted(drawn[~np.isnan(drawn)]) == sorted(found.together["phi"])
    assert (~np.isnan(drawn)).sum() == 3
    assert "rows without both" in cells.customdata[1][0]


@pytest.mark.parametrize("dark", [False, True])
def test_against_a_target_of_two_classes_the_dots_are_differences(dark: bool) -> None:
    frame = missing.missing_against_target(values(), "answer", Budget())
    drawn = missing_against_target(frame, dark=dark)
    marked, others = drawn.data
    assert [*marked.x, *others.x] == frame["difference"].tolist()
    assert len(marked.x) == (frame["q"] <= 0.05).sum() == 1
    assert "share of 1" in drawn.layout.xaxis.title.text
    assert "where missing" in marked.customdata[0]


def test_against_more_classes_the_dots_are_cramers_v() -> None:
    frame = missing.missing_against_target(values(), "team", Budget())
    drawn = missing_against_target(frame)
    assert sum(len(trace.x) for trace in drawn.data) == frame["strength"].notna().sum()
    assert drawn.layout.xaxis.title.text == "Cramér's V with the classes of team"


def test_a_table_without_gaps_gives_empty_pictures() -> None:
    full = values(0)
    found = missing_pattern(full, Budget())
    for draw in (missing_bars, missing_matrix, missing_together):
        assert sum(np.size(trace.x) for trace in draw(found).data) == 0
    assert all(len(trace.x) == 0 for trace in missing_against_target(
        missing.missing_against_target(full, "answer", Budget())).data)  # fmt: skip

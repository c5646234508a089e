"""The charts of pairs show exactly what was measured, escaped, and few points."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from backends.charts.relations import association_matrix, pair_plot
from backends.datasets.schema import Column, Dataset, Schema
from backends.profiling.budget import Budget
from backends.profiling.relations import associations, pair
from backends.profiling.values import Values

NAME = "<script>alert(1)</script>"


def values(rows: int = 400, more: int = 0) -> Values:
    random = np.random.default_rng(0)
    x = random.normal(size=rows)
    frame = pd.DataFrame({
        NAME: x, "y": x + random.normal(size=rows), "team": pd.Series(np.where(x > 0, "<b>up", "down"), dtype="str"),
        "site": pd.Series(random.choice(["n", "s"], rows), dtype="str"), "gap": np.nan,
        "day": np.datetime64("2020-01-01", "us") + random.integers(0, 900, rows).astype("timedelta64[D]"),
    })  # fmt: skip
    frame.loc[:2, "gap"] = [1.0, 2.0, 3.0]
    for at in range(more):
        frame[f"m{at}"] = random.normal(size=rows)
    kinds = {"team": "category", "site": "category", "day": "datetime"}
    return Values(Dataset(frame, Schema(tuple(Column(name, kinds.get(name, "number")) for name in frame))))


def points(drawn: go.Figure) -> int:
    return sum(np.size(trace.z) if trace.type == "heatmap" else np.size(trace.x) for trace in drawn.data)


@pytest.mark.parametrize("dark", [False, True])
def test_each_cell_below_the_diagonal_leads_back_to_its_two_columns(dark: bool) -> None:
    found = associations(values(), Budget())
    cells, clicks = association_matrix(found, dark=dark).data
    strength = np.asarray(cells.z, dtype=float)
    assert np.isnan(strength[np.triu_indices(len(strength))]).all()
    assert len(clicks.customdata) == len(found.pairs)
    for row, (first, second, words), x, y in zip(
        found.pairs.itertuples(), clicks.customdata, clicks.x, clicks.y, strict=True
    ):
        assert {found.columns[first], found.columns[second]} == {row.first, row.second}
        assert (y, x) == (first, second)
        np.testing.assert_equal(strength[first, second], row.strength)
        assert row.measure in words or np.isnan(row.strength)
        assert f"{row.rows:,} rows" in words


def test_a_pair_is_told_in_words_and_escaped() -> None:
    found = associations(values(), Budget())
    words = [words for _, _, words in association_matrix(found).data[1].customdata]
    assert any(text.startswith("&lt;script&gt;alert(1)&lt;/script&gt; and y<br>Pearson 0.7") for text in words)
    assert any("not measurable (3 rows with both values)" in text for text in words)
    assert "<script>" not in json.dumps(association_matrix(found).to_dict(), default=str)


def test_the_largest_matrix_stays_below_five_thousand_marks() -> None:
    drawn = association_matrix(associations(values(200, more=70), Budget()))
    cells, clicks = drawn.data
    assert np.isfinite(np.asarray(cells.z, dtype=float)).sum() + len(clicks.x) < 5000


@pytest.mark.parametrize("names", [
    (NAME, "y"), (NAME, "y", "team"), (NAME, "y", "day"), ("team", NAME), ("team", NAME, "site"), ("team", "site"),
    ("team", "site", "y"), ("team", "site", "team"), ("day", "y"), ("day", "team"), ("gap", "y"), ("gap", "gap", "gap"),
])  # fmt: skip
@pytest.mark.parametrize("rows", [400, 6000])
def test_every_kind_of_pair_is_drawn_with_named_axes_and_few_points(names: tuple[str, ...], rows: int) -> None:
    found = pair(values(rows), *names)
    for dark in (False, True):
        drawn = pair_plot(found, dark=dark)
        assert points(drawn) <= 5000
        assert drawn.layout.xaxis.title.text
        assert drawn.layout.yaxis.title.text
        sent = drawn.to_json()
        assert "<script>" not in sent
        assert "<b>" not in sent


def test_what_cannot_be_measured_has_no_number_in_its_cell() -> None:
    found = associations(values(), Budget())
    cells = association_matrix(found).data[0]
    below = np.asarray(cells.z, dtype=float)
    written = np.asarray(cells.text)
    assert (written[np.isnan(below)] == "").all()
    assert [float(text) for text in written[~np.isnan(below)]] == pytest.approx(below[~np.isnan(below)], abs=0.005)


def test_a_cell_that_was_clicked_is_outlined_and_its_number_stays_in_sight() -> None:
    clicks = association_matrix(associations(values(), Budget())).data[1]
    assert clicks.marker.symbol == "square-open"
    assert clicks.selected.marker.opacity == 1
    assert clicks.unselected.marker.opacity == 0


@pytest.mark.parametrize(("first", "second"), [("y", NAME), ("team", "y"), ("y", "team"), ("team", "site")])
def test_the_first_column_is_across_and_the_second_up(first: str, second: str) -> None:
    drawn = pair_plot(pair(values(), first, second))
    titles = drawn.layout.xaxis.title.text, drawn.layout.yaxis.title.text
    assert titles == tuple(name.replace("<", "&lt;").replace(">", "&gt;") for name in (first, second))


def test_boxes_lie_where_the_levels_are_up() -> None:
    upright, lying = (pair_plot(pair(values(), *names)).data[0] for names in (("team", "y"), ("y", "team")))
    assert (upright.orientation, lying.orientation) == ("v", "h")
    assert upright.x == lying.y
    assert list(upright.median) == list(lying.median)


def test_shares_are_of_the_level_across_and_have_the_whole_scale() -> None:
    frame = values().dataset.frame
    (cells,) = pair_plot(pair(values(), "team", "site")).data
    expected = pd.crosstab(frame["site"], frame["team"], normalize="columns")
    shown = pd.DataFrame(np.asarray(cells.z), index=cells.y, columns=["<b>up" if "up" in x else x for x in cells.x])
    pd.testing.assert_frame_equal(
        shown.sort_index().sort_index(axis=1), expected, check_names=False, check_index_type=False,
        check_column_type=False,
    )  # fmt: skip
    assert (cells.zmin, cells.zmax) == (0, 1)


def test_one_row_is_not_called_rows() -> None:
    frame = pd.DataFrame({"a": ["x", "y"], "b": ["p", "q"]}, dtype="str")
    alone = Values(Dataset(frame, Schema((Column("a", "category"), Column("b", "category")))))
    words = np.asarray(pair_plot(pair(alone, "a", "b")).data[0].customdata)
    assert words[0, 0] == "a x, b p<br>1 row, 100 % of a x"
    assert words[0, 1] == ""


def test_boxes_and_counts_show_the_figures_of_the_frame() -> None:
    boxes = pair(values(), "team", "y")
    (drawn,) = pair_plot(boxes).data
    assert list(drawn.median) == boxes.frame["p50"].tolist()
    counts = pair(values(), "team", "site")
    (cells,) = pair_plot(counts).data
    assert np.nansum(np.asarray(cells.z, dtype=float)) == pytest.approx(2)  # two levels, whose shares add up to 1
    assert counts.frame["rows"].sum() == 400
    assert all(f"{rows:,} rows" in str(cells.customdata) for rows in counts.frame["rows"])


def test_a_table_without_pairs_is_an_empty_picture() -> None:
    alone = Values(Dataset(pd.DataFrame({"a": [1.0, 2.0]}), Schema((Column("a", "number"),))))
    assert len(association_matrix(associations(alone, Budget())).data[1].x) == 0

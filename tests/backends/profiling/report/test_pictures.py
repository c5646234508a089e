"""Pictures are well-formed SVG with one path per histogram."""

from __future__ import annotations

import re

from backends.profiling.report import pictures


def test_a_histogram_is_one_path_as_high_as_its_highest_bin() -> None:
    drawn = pictures.bars([1, 2, 0, 2], "4 bins")
    assert drawn.count("<path") == 1
    assert 'd="M0 26V13h1V0h1V26h1V0h1V26z"' in drawn


def test_neighbours_of_equal_height_are_one_line() -> None:
    assert "V0h3V26z" in pictures.bars([5, 5, 5], "3 bins")


def test_a_rare_bin_does_not_look_empty() -> None:
    assert "V25h1" in pictures.bars([1_000_000, 1], "2 bins")


def test_nothing_to_draw_is_no_picture() -> None:
    assert pictures.bars([], "no bins") == pictures.bars([0, 0], "2 bins") == ""
    assert pictures.heat_map([], [], [], [], "empty") == ""
    assert pictures.share_bar(None) == pictures.dot(None, (None, None), (0.5, 1.0)) == ""


def test_a_dot_stands_on_its_scale_with_its_interval() -> None:
    drawn = pictures.dot(0.75, (0.5, 1.0), (0.5, 1.0))
    assert 'd="M4 7H116"' in drawn
    assert "cx=60 " in drawn


def test_a_heat_map_says_each_cell_and_leaves_out_what_is_not_measured() -> None:
    drawn = pictures.heat_map([[1.0, None], [0.25, 0.0]], ["a", "<b>"], ["a", "<b>"], ["1", "2"], "Relations")
    assert re.findall(r"<rect class=(h\d+)", drawn) == ["h10", "h2", "h0"]
    assert "<title>&lt;b&gt; · a: 0.25</title>" in drawn
    assert "<b>" not in drawn


def test_the_colour_scale_has_all_shades() -> None:
    assert pictures.scale().count("<rect") == pictures.SHADES + 1

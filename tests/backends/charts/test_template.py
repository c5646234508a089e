"""The look: one template per theme, legible on its page, with one button."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backends.charts import PLOTLY_CONFIG, figure, plotly_config, template
from backends.charts.template import DARK, LIGHT, Palette, plain

WEBGL = re.compile(  # the traces of Plotly that it draws by WebGL
    r"(scatter(polar)?gl|heatmapgl|scatter3d|surface|mesh3d|isosurface|volume|cone|streamtube|parcoords|splom|"
    r"(scatter|density|choropleth)map(box)?)\b"
)


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("colours", "page"), [(LIGHT, "#FFFFFF"), (DARK, "#101615")])
def test_text_and_lines_can_be_read_on_the_page(colours: Palette, page: str) -> None:
    assert colours.surface == page
    assert contrast(colours.text, page) > 7
    for colour in (colours.accent, colours.muted, colours.warning):
        assert contrast(colour, page) > 4.5, colour
    for colour in colours.series:
        assert contrast(colour, page) > 2.9, colour


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_shows_through(dark: bool) -> None:
    layout = template(dark).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert layout.font.color == (DARK if dark else LIGHT).text


def test_the_only_button_saves_the_picture_in_the_wanted_format() -> None:
    config = plotly_config("roc", "svg")
    assert config["modeBarButtons"] == [["toImage"]]
    assert config["toImageButtonOptions"]["format"] == "svg"
    assert PLOTLY_CONFIG["toImageButtonOptions"]["format"] == "png"


def test_a_figure_carries_its_axis_titles_and_its_theme() -> None:
    made = figure(True, x="Rows", y="Share")
    assert (made.layout.xaxis.title.text, made.layout.yaxis.title.text) == ("Rows", "Share")
    assert made.layout.template.layout.font.color == DARK.text


def test_names_from_a_table_are_text_and_never_markup() -> None:
    assert plain('<a href="x">y</a>') == '&lt;a href="x"&gt;y&lt;/a&gt;'
    assert len(plain("x" * 500)) == 60


def test_no_chart_needs_webgl_which_the_pages_policy_forbids() -> None:
    """Plotly's WebGL traces compile code from text; without `unsafe-eval` it says that the browser has no WebGL."""
    builders = sorted(Path(template.__code__.co_filename).parent.glob("*.py"))
    assert len(builders) > 10
    made = {path.name: re.findall(r"add_(\w+)\(|go\.([A-Z]\w+)", path.read_text(encoding="utf-8")) for path in builders}
    names = {(file, one.lower()) for file, traces in made.items() for pair in traces for one in pair if one}
    assert ("cohorts.py", "scatter") in names
    assert {one for one in names if WEBGL.fullmatch(one[1])} == set()

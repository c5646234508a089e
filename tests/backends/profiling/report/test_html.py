"""The HTML report: one file, nothing fetched, everything escaped, nothing cut silently."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.charts.template import DARK, LIGHT
from backends.profiling import profile
from backends.profiling.report import to_html
from backends.profiling.report.page import FOLDER
from tests.backends.profiling.report.tables import (
    AWKWARD,
    NOW,
    STEP,
    an_alert,
    awkward_profile,
    dataset,
    from_csv,
    people_profile,
    with_alerts,
)

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"
OPTIONAL = {"td", "th", "tr", "tbody", "li", "dt", "dd", "thead"}
VOID = {"meta", "col", "input", "path", "rect", "circle"}


class Page(HTMLParser):
    """Collects tags, attributes and text, and checks that what is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID | OPTIONAL:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID | OPTIONAL:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_nothing_is_fetched() -> None:
    page = Page(to_html(people_profile(), now=NOW))
    assert not {"img", "link", "iframe", "object", "embed", "base"} & set(page.tags)
    assert not {name for name, _ in page.attributes} & {"src", "style", "onclick", "onerror"}
    assert all((value or "").startswith("#") for name, value in page.attributes if name == "href")
    assert "url(" not in (FOLDER / "page.css").read_text()
    (policy,) = [value for name, value in page.attributes if name == "content" and "default-src" in (value or "")]
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_names_and_values_of_the_table_are_text() -> None:
    rows = 30
    frame = pd.DataFrame({EVIL: [EVIL] * 20 + ["b"] * 10, "x": [1.0, np.nan] * 15, "y": ["a", "b", "c"] * 10})
    known = with_alerts(
        profile(dataset(frame), EVIL), an_alert(EVIL, found=EVIL, examples=(EVIL,), steps=(STEP,), sample=EVIL)
    )
    page = Page(to_html(known, now=NOW))
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert EVIL in page.text
    assert f"{rows} rows and 3 columns." in page.text


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=30), st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_no_text_can_break_the_page(name: str, cells: list[str]) -> None:
    frame = pd.DataFrame({name: pd.Series(cells * 3, dtype="str")})
    html = to_html(profile(dataset(frame)), now=NOW)
    assert Page(html).tags.count("script") == 1
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)


def test_the_name_of_the_file_is_text() -> None:
    known = from_csv("a\n1\n2\n")
    object.__setattr__(known.dataset, "name", EVIL)
    assert Page(to_html(known)).tags.count("script") == 1


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_table_is_shown(name: str, private: bool) -> None:
    page = Page(to_html(awkward_profile(name), private, now=NOW))
    assert page.tags.count("tbody") >= len(AWKWARD[name].columns)


def test_a_long_cell_is_cut_and_its_length_said() -> None:
    html = to_html(awkward_profile("long cells"))
    assert len(html) < 100_000
    assert "… (200,000 characters)" in html


def test_the_answer_stands_first() -> None:
    known = with_alerts(people_profile(), an_alert(), an_alert("city", "low"))
    text = Page(to_html(known)).text
    assert "60 rows and 8 columns. 1 finding of 2 should be decided first: odd values." in text
    assert (
        text.index("decided first")
        < text.index("What to look at", text.index("decided first"))
        < text.index("Two of 9 are odd.")
    )


def test_findings_of_a_rule_stand_together_and_all_of_them_are_there() -> None:
    known = with_alerts(people_profile(), *[an_alert(found=f"finding {at}.") for at in range(8)])
    text = Page(to_html(known)).text
    assert "Show the other 3 of 8" in text
    assert all(f"finding {at}." in text for at in range(8))


def test_an_alert_says_what_to_do_and_on_which_rows_it_was_measured() -> None:
    known = with_alerts(people_profile(), an_alert(steps=(STEP,), sample="from a random sample of 10 of 60 rows"))
    text = Page(to_html(known)).text
    assert "treat 999.0 in 'age' as missing" in text
    assert "(from a random sample of 10 of 60 rows)" in text
    assert "Odd ones mislead. Look at them." in text


def test_rows_beyond_the_first_are_folded_not_cut() -> None:
    frame = pd.DataFrame({f"c{at}": np.arange(30.0) ** (1 + at % 3) for at in range(8)})
    text = Page(to_html(profile(dataset(frame)))).text
    assert "Show the other 8 of 28" in text


def test_a_pair_of_numbers_has_both_correlations_once() -> None:
    text = Page(to_html(profile(dataset(pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0) ** 3}))))).text
    assert "a b 1.000 Spearman 1.000, Pearson 0.91" in text


def test_a_table_without_a_target_has_no_part_for_it() -> None:
    html = to_html(people_profile(None))
    assert 'id="target"' not in html
    assert 'href="#target"' not in html


def test_headings_and_tables_can_be_read_aloud() -> None:
    page = Page(to_html(people_profile()))
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.tags.count("caption") == page.tags.count("table")
    assert ("lang", "en") in page.attributes


def test_each_picture_has_a_title_or_is_beside_its_figures() -> None:
    for opening in re.findall(r"<svg[^>]*>.{0,7}", to_html(people_profile())):
        assert "aria-hidden=true" in opening or opening.endswith("<title>")


def test_the_colours_are_those_of_the_theme() -> None:
    css = (FOLDER / "page.css").read_text()
    light, dark = css.split("prefers-color-scheme: dark")[:2]
    for part, colours in ((light, LIGHT), (dark, DARK)):
        values = re.findall(r"--(?:text|back|accent|line|warning): (#\w{6})", part)[:5]
        assert set(values) == {colours.text, colours.surface, colours.accent, colours.grid, colours.warning}


def test_paper_is_light_and_shows_what_is_folded() -> None:
    css = (FOLDER / "page.css").read_text()
    assert "@media screen and (prefers-color-scheme: dark)" in css
    assert "details::details-content" in css.split("@media print")[1]


def test_the_same_profile_gives_the_same_page() -> None:
    assert to_html(people_profile(), now=NOW) == to_html(people_profile(), now=NOW)
    assert "2026-03-04T05:06:07+00:00" in to_html(people_profile(), now=NOW)

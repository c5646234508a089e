"""Every page opens on its own, empty, and says what it needs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.pages.conftest import ROOT, Open

PAGES = sorted(path.stem.removesuffix("_page") for path in (ROOT / "pages").glob("*_page.py"))


@pytest.mark.parametrize("name", PAGES)
def test_an_empty_page_opens_and_offers_a_way_on(open_page: Open, name: str) -> None:
    app = open_page(name)
    assert not app.exception
    assert not app.error
    assert app.title[0].value
    ways_on = [*app.button, *app.get("page_link"), *app.get("file_uploader")]
    assert ways_on


def test_every_page_is_in_the_navigation() -> None:
    entry = Path(ROOT / "pages" / "navigation.py").read_text(encoding="utf-8")
    for name in PAGES:
        assert f'"{name}_page.py"' in entry


@pytest.mark.parametrize("name", ["explore", "train", "explain", "fairness", "export"])
def test_a_page_that_needs_a_table_leads_to_one_and_to_a_sample(open_page: Open, name: str) -> None:
    app = open_page(name)
    assert "Load a table" in [link.proto.label for link in app.get("page_link")]
    assert "Try it with a sample" in [button.label for button in app.button]


def test_a_sample_is_loaded_where_it_was_asked_for(open_page: Open) -> None:
    app = open_page("train")
    app.button(key="empty_sample").click().run()
    assert app.title[0].value == "Train and compare"
    assert app.button(key="train_start")


SHOWN = ("dataframe", "data_editor", "image", "plotly_chart")


@pytest.mark.parametrize("folder", ["components", "pages"])
def test_every_table_chart_and_picture_has_words_for_who_does_not_see_it(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in SHOWN:
                assert "alt" in {word.arg for word in call.keywords}, f"{path.name}:{call.lineno}"

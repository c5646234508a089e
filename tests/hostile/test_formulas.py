"""Cells of strangers in downloads and on pages: never a formula, never markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from backends.datasets import read_table
from components import results
from tests.pages.conftest import give

ROOT = Path(__file__).parents[2]
PICTURE = "![x](https://evil.example/x.png)"
MARKUP = '<img src=x onerror="alert(1)">'
HEAD = f"{PICTURE};{MARKUP};=1+1;paid"
ROWS = [f"{PICTURE}{at % 3};{MARKUP}{at % 2};=cmd|' /C calc'!A{at};{at}" for at in range(40)]
TABLE = "\n".join([HEAD, *ROWS]).encode()


def downloads(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The buttons that are drawn from now on."""
    drawn: list[dict[str, Any]] = []
    monkeypatch.setattr(results.st, "download_button", lambda label, **options: drawn.append(options))
    return drawn


def test_every_csv_of_a_page_goes_through_the_buttons_that_defuse_it() -> None:
    """A download of its own in some page would be forgotten: there is none."""
    for path in [*(ROOT / "components").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert ".to_csv(" not in text, path
        if path != ROOT / "components" / "results.py":
            assert not re.search(r"download_button\((?:[^()]|\([^()]*\))*csv", text), path


def test_the_table_itself_offers_no_download_that_would_not() -> None:
    assert "disableDataExport = true" in (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")


def test_the_buttons_defuse_cells_and_names(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = downloads(monkeypatch)
    frame = pd.DataFrame({"=a": ["=1+1", "ok"], "n": [-1, 2]})
    results.csv_button(frame, "t", key="a")
    results.table_button(read_table(b"=a,n\n=1+1,-1\nok,2\n", "t.csv"), "Clean", "t.csv", "b")
    for button in drawn:
        assert button["data"]() == b"'=a,n\n'=1+1,-1\nok,2\n"
        assert "apostrophe" in button["help"]


@pytest.fixture
def hostile_app() -> Callable[[str], AppTest]:
    """A page of somebody whose table is made of markup and formulas."""
    import hashlib

    from components.state import Source, Work

    def open_page(name: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=60).run()
        file = f"{MARKUP}.csv"
        dataset = read_table(TABLE, file)
        source = Source(file, TABLE, hashlib.sha256(TABLE).hexdigest())
        give(app, Work(source, dataset, dataset))
        return app.switch_page(f"{name}_page.py").run()

    return open_page


@pytest.mark.parametrize("name", ["load", "explore", "train"])
def test_no_page_takes_a_name_or_a_cell_for_markup(name: str, hostile_app: Callable[[str], AppTest]) -> None:
    """Streamlit shows no HTML unless it is asked to; a picture or link in Markdown would call another host."""
    app = hostile_app(name)
    assert not app.exception
    shown = [*app.markdown, *app.caption, *app.header, *app.subheader, *app.title, *app.info, *app.warning, *app.error]
    assert shown
    for element in shown:
        assert "![x](https" not in str(element.value), element.value
        assert not getattr(element.proto, "allow_html", False) or MARKUP not in str(element.value)

"""Every page opens on its own, empty, and says what it needs."""

from __future__ import annotations

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

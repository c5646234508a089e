"""What only a browser shows: the page's own policy lets its style and script through, and the script works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from backends.profiling.report import to_html
from tests.backends.profiling.report.tables import NOW, people_profile
from tests.browser import server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if server.CHROMIUM is None:
        pytest.skip("no Chromium on this machine; .ci/run installs one")
    with server.browser() as chromium:
        yield chromium


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """The report, opened from a file. Fails afterwards when it fetched or complained about anything."""
    (tmp_path / "report.html").write_text(to_html(people_profile(), now=NOW), encoding="utf-8")
    address = (tmp_path / "report.html").as_uri()
    page = chromium.new_page(color_scheme="dark")
    trouble: list[str] = []
    page.on("request", lambda request: trouble.append(request.url) if request.url != address else None)
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(address)
    yield page
    page.close()
    assert trouble == []


def names(page: Page) -> list[str]:
    return [text.split()[0] for text in page.locator(".columns tbody:visible summary").all_inner_texts()]


def test_it_follows_the_theme(page: Page) -> None:
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(colour) == "rgb(16, 22, 21)"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"


def test_columns_are_found_and_sorted(page: Page) -> None:
    page.get_by_label("Find a column").fill("IN")
    assert names(page) == ["income", "since"]
    assert page.locator("#found").inner_text() == "2 of 8 columns"
    page.get_by_label("Find a column").fill("")
    page.get_by_role("button", name="Column").click()
    assert names(page) == sorted(names(page))
    page.get_by_role("button", name="Missing").click()
    page.get_by_role("button", name="Missing").click()
    assert names(page)[:2] == ["income", "city"]


def test_paper_shows_what_is_folded(page: Page) -> None:
    detail = page.locator(".columns .detail").first
    assert not detail.is_visible()
    page.emulate_media(media="print")
    assert detail.is_visible()

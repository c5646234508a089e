from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import server


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    if server.CHROMIUM is None:
        pytest.skip("no Chromium on this machine; .ci/run installs one")
    with server.running_app() as address:
        yield address


@pytest.fixture(scope="session")
def chromium(address: str) -> Iterator[Browser]:
    with server.browser() as chromium:
        yield chromium


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A fresh visitor's tab. Fails afterwards when the page asked another host for anything."""
    context = chromium.new_context(viewport={"width": 1360, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url) if _leaves(request.url, address) else None)
    page.goto(address)
    yield page
    context.close()
    assert elsewhere == []


def _leaves(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))

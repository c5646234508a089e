"""Two visitors, each in a browser of their own: neither sees the other's tables, jobs, questions and documents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import server
from tests.browser.screenshots import settle
from tests.browser.test_journey import LONG, go_to

pytestmark = pytest.mark.browser

SECRET = "wallaby"  # in everything of the first visitor, and in nothing of the second
TABLE = "animal,weight\n" + "\n".join(f"{SECRET} {number},{number}" for number in range(40))
NOTES = f"# Animals\n\nThe {SECRET} sleeps under the old bridge.\n"


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """A workbench with an administrator, so that visitors are visitors."""
    if server.CHROMIUM is None:
        pytest.skip("no Chromium on this machine; .ci/run installs one")
    with server.running_app(WORKBENCH_ADMIN_TOKEN="a-long-random-text-for-tests") as address:
        yield address


def visitor(chromium: Browser, address: str) -> Page:
    page = chromium.new_context(viewport={"width": 1360, "height": 900}).new_page()
    page.set_default_timeout(30_000)
    page.goto(address)
    settle(page)
    return page


def seen_on(page: Page, name: str) -> str:
    """Everything that stands on a page."""
    go_to(page, name)
    settle(page)
    return page.locator("body").inner_text()


def test_two_visitors_see_nothing_of_each_other(chromium: Browser, guarded: str) -> None:
    ada, eve = visitor(chromium, guarded), visitor(chromium, guarded)

    # The first pastes a table and has it asked in SQL, and brings a document.
    go_to(ada, "Load")
    settle(ada)
    ada.get_by_role("tab", name="Paste text").click()
    ada.get_by_role("textbox", name="Text with one row per line").fill(TABLE)
    ada.get_by_role("button", name="Read it").click()
    expect(ada.get_by_text("40 rows and 2 columns")).to_be_visible()
    go_to(ada, "Ask")
    settle(ada)
    ada.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        {"name": f"{SECRET}.md", "mimeType": "text/markdown", "buffer": NOTES.encode()}
    )
    ada.get_by_role("button", name="Read 1 file").click()
    expect(ada.get_by_text("Nobody else sees this collection.")).to_be_visible(timeout=LONG)
    expect(ada.get_by_text("My documents holds 1 document")).to_be_visible(timeout=LONG)

    # The second finds a workbench without table and documents.
    for name in ("Home", "Load", "Explore", "Publish", "Ask"):
        text = seen_on(eve, name)
        assert SECRET not in text, name
        assert "pasted.csv" not in text, name
        assert "My documents" not in text, name
    expect(eve.get_by_role("heading", name="Your files")).to_be_visible()

    # Nor do the addresses of the API tell of private documents.
    listed = eve.request.get(f"{guarded}/api/v1/collections")
    assert listed.json() == {"collections": []}

    # The first still has everything after a reload, and it is theirs alone in a second tab too.
    ada.reload()
    settle(ada)
    expect(ada.get_by_text("My documents holds 1 document")).to_be_visible()
    second = ada.context.new_page()
    second.goto(f"{guarded}/load")
    expect(second.get_by_text("40 rows and 2 columns")).to_be_visible()
    eve.reload()
    settle(eve)
    assert SECRET not in eve.locator("body").inner_text()
    for page in (ada, eve):
        page.context.close()

"""Signing in, in a real browser: by an OpenID provider and by the administrator's token, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import provider, server
from tests.browser.screenshots import settle
from tests.browser.test_journey import LONG, go_to

pytestmark = pytest.mark.browser
TOKEN = "a-long-random-text"
PEOPLE = {
    "Ana": {"name": "Ana Ruiz", "email": "ana@example.org", "email_verified": True},
    "Mallory": {"name": "Mallory", "email": "ana@example.org", "email_verified": False},
    "Ben": {"name": "Ben", "email": "ben@example.org", "email_verified": True},
}
SECRETS = """
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "a-text-that-signs-the-cookies-of-this-test"
client_id = "{client}"
client_secret = "{secret}"
server_metadata_url = "{address}/.well-known/openid-configuration"
"""
MAY = "A version is made from an exported model whose certificate has passed."
MAY_NOT = "Publishing a version is for the administrator."


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A workbench that asks everybody to sign in, and has an administrator by token and one by address."""
    if server.CHROMIUM is None:
        pytest.skip("no Chromium on this machine; .ci/run installs one")
    file: Path = tmp_path_factory.mktemp("secrets") / "secrets.toml"
    with provider.running(PEOPLE) as address:
        file.write_text(SECRETS.format(client=provider.CLIENT, secret=provider.SECRET, address=address))
        with server.running_app(
            STREAMLIT_SECRETS_FILES=str(file),
            WORKBENCH_SIGN_IN="required",
            WORKBENCH_ADMIN_TOKEN=TOKEN,
            WORKBENCH_ADMIN_EMAILS="ana@example.org",
        ) as workbench:
            yield workbench


@pytest.fixture
def visitor(chromium: Browser, guarded: str) -> Iterator[Page]:
    """A fresh visitor who wants to publish."""
    context = chromium.new_context(viewport={"width": 1360, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{guarded}/publish")
    yield page
    context.close()


def sees(where: Page | Locator, text: str) -> None:
    """Wait for a text: every way in and out loads the page anew, and the first look at Publish opens the registry."""
    expect(where.get_by_text(text)).to_be_visible(timeout=LONG)


def sign_in(page: Page, person: str) -> None:
    """Through the provider, and on to Publish."""
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name=person, exact=True).click()
    go_to(page, "Publish")
    sees(page, "Nothing is published yet.")


def sign_out(page: Page) -> None:
    settle(page)
    page.get_by_role("button", name="Sign out").click()
    sees(page, "Sign in to go on.")


def test_nothing_is_shown_before_and_a_verified_address_makes_the_administrator(visitor: Page) -> None:
    page = visitor
    sees(page, "Sign in to go on.")
    expect(page.get_by_role("heading", name="Publish")).to_have_count(0)
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)

    sign_in(page, "Mallory")
    sees(page, "Mallory (email address not verified)")
    sees(page, MAY_NOT)
    expect(page.get_by_text(MAY)).to_have_count(0)
    sign_out(page)

    sign_in(page, "Ana")
    sees(page, "You are the administrator.")
    expect(page.get_by_role("textbox", name="Your name")).to_have_value("ana@example.org")
    sees(page, MAY)
    page.reload()
    sees(page, MAY)
    sign_out(page)
    page.reload()
    sees(page, "Sign in to go on.")


def test_the_token_opens_survives_a_reload_and_holds_in_every_tab(visitor: Page, guarded: str) -> None:
    page = visitor
    sign_in(page, "Ben")
    sees(page, MAY_NOT)
    page.get_by_role("button", name="Administrator").click()
    for given, says in (("wrong", "This is not the administrator's token."), (TOKEN, MAY)):
        settle(page)
        page.get_by_role("textbox", name="Token").fill(given)
        page.keyboard.press("Enter")
        sees(page, says)
    sees(page, "You are the administrator.")
    assert TOKEN not in page.content()

    page.reload()
    sees(page, MAY)
    other = page.context.new_page()
    other.goto(f"{guarded}/publish")
    sees(other, MAY)

    sign_out(page)
    other.reload()
    sees(other, "Sign in to go on.")
    sign_in(page, "Ben")
    sees(page, MAY_NOT)


def test_two_people_at_one_browser_see_nothing_of_each_other(visitor: Page) -> None:
    page = visitor
    sign_in(page, "Ben")
    go_to(page, "Home")
    page.get_by_role("button", name="Load", exact=True).first.click()
    sidebar = page.get_by_test_id("stSidebar")
    sees(sidebar, "customer_churn")
    for person, table in (("Ana", "No table yet"), ("Ben", "customer_churn")):
        sign_out(page)
        sign_in(page, person)
        sees(sidebar, table)

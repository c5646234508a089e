"""A PNG of every page, light and dark, empty and with a sample loaded and trained: ``make screenshots``."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import server

FOLDER = server.ROOT / "screenshots"
PAGES = [path.stem.removesuffix("_page") for path in sorted((server.ROOT / "pages").glob("*_page.py"))]
TRAINING = 300_000  # milliseconds
RUNNING = "[data-testid=stStatusWidget]"
AT_REST = "[data-testid=stApp][data-test-script-state=notRunning] [data-testid=stMain] h1"


def main() -> int:
    if server.CHROMIUM is None:
        print("No Chromium on this machine; install it (Debian: apt-get install chromium).")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with server.running_app() as address, server.browser() as chromium:
        for scheme in ("light", "dark"):
            page = chromium.new_context(viewport={"width": 1360, "height": 900}, color_scheme=scheme).new_page()
            page.set_default_timeout(30_000)
            tour(page, address, f"empty-{scheme}")
            load_and_train(page, address, scheme)
            read_and_ask(page, address)
            tour(page, address, f"full-{scheme}")
            page.context.close()
    return 0


def tour(page: Page, address: str, label: str) -> None:
    """Photograph every page as it stands."""
    for name in PAGES:
        page.goto(f"{address}/{'' if name == 'home' else name}")
        settle(page)
        shoot(page, f"{name}-{label}")


def load_and_train(page: Page, address: str, scheme: str = "") -> None:
    """Load the first sample and train on it; with `scheme`, photograph the running training."""
    page.goto(address)
    settle(page)
    page.get_by_role("button", name="Load", exact=True).first.click()
    settle(page)
    page.goto(f"{address}/train")
    page.get_by_role("button", name="Train", exact=True).click()
    if scheme:
        expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        page.wait_for_timeout(6_000)
        shoot(page, f"train-running-{scheme}")
    expect(page.get_by_test_id("stMetric").first).to_be_visible(timeout=TRAINING)


def read_and_ask(page: Page, address: str) -> None:
    """Have the handbook read, once for both schemes, and ask it something."""
    page.goto(f"{address}/ask")
    settle(page)
    if page.get_by_role("button", name="Read the handbook").count():
        page.get_by_role("button", name="Read the handbook").click()
    expect(page.get_by_text("Handbook holds")).to_be_visible(timeout=TRAINING)
    page.get_by_role("tab", name="Ask", exact=True).click()
    settle(page)
    box = page.get_by_placeholder("Ask your documents")
    box.fill("What is a fold?")
    box.press("Enter")
    expect(page.get_by_text("Sources")).to_be_visible(timeout=TRAINING)


def settle(page: Page, pause: int = 1_200) -> None:
    """Wait until the page's script has ended, and so many milliseconds more for the pictures to be drawn."""
    for more in (pause, 0):  # by locators: the policy of the pages lets no text be run as a script, to poll there
        expect(page.locator(RUNNING)).to_have_count(0, timeout=30_000)
        page.locator(AT_REST).first.wait_for(state="attached")
        page.wait_for_timeout(more)


def shoot(page: Page, name: str) -> Path:
    """The whole page: the window is made as high as what scrolls inside it."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": 1360, "height": min(max(900, height), 6_000)})
    page.wait_for_timeout(500)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    page.set_viewport_size({"width": 1360, "height": 900})
    print(path.relative_to(server.ROOT))
    return path


if __name__ == "__main__":
    sys.exit(main())

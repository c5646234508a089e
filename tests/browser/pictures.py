"""The pictures of docs/, taken of the real application with a sample: ``make pictures``.

One small PNG for each page and one of a widget, all of the same journey: the table of customers, the models trained on
it, the handbook of the samples. Colours are reduced to a palette, which keeps a picture below `LARGEST` bytes.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser import server
from tests.browser.screenshots import PAGES, TRAINING, load_and_train, read_and_ask, settle

FOLDER = server.ROOT / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1360, "height": 1000}
COLOURS = 128
LARGEST = 150_000  # bytes
NAME = "customer-churn"


def main() -> int:
    """Take all of them. The exit code is 1 where there is no browser."""
    if server.CHROMIUM is None:
        print("No Chromium on this machine; install it (Debian: apt-get install chromium).")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with server.running_app() as address, server.browser() as chromium:
        page = chromium.new_context(viewport=SIZE, color_scheme="light").new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        settle(page)
        take(page, "home")
        load_and_train(page, address)
        export_and_publish(page, address)
        read_and_ask(page, address)
        for name in PAGES:
            if name != "home":
                open_page(page, address, name)
                take(page, name)
        widget(page, address)
    return 0


def open_page(page: Page, address: str, name: str) -> None:
    """A page of the journey, with its pictures drawn."""
    page.goto(f"{address}/{'' if name == 'home' else name}")
    settle(page)
    if name == "publish":
        expect(page.frame_locator("iframe[src*='/widgets/']").get_by_role("button", name="Predict")).to_be_visible(
            timeout=TRAINING
        )
    settle(page)


def export_and_publish(page: Page, address: str) -> None:
    """Prove the recommended model, and let others use it."""
    open_page(page, address, "export")
    page.get_by_role("button", name="Export and prove it").click()
    expect(page.get_by_text("The ONNX file decides as")).to_be_visible(timeout=TRAINING)
    page.goto(f"{address}/publish")
    settle(page)
    page.get_by_role("textbox", name="Your name").fill("Ana")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.frame_locator("iframe[src*='/widgets/']").get_by_role("button", name="Predict")).to_be_visible(
        timeout=TRAINING
    )


def widget(page: Page, address: str) -> None:
    """The published page, with an answer."""
    page.goto(f"{address}/widgets/{NAME}/")
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.locator(".w-both")).to_be_visible(timeout=TRAINING)
    page.wait_for_timeout(1_000)
    take(page, "widget")


def take(page: Page, name: str) -> Path:
    """What the window shows, with few colours."""
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = FOLDER / f"{name}.png"
    shown.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(server.ROOT)}: {path.stat().st_size / 1000:.0f} kB")
    return path


if __name__ == "__main__":
    sys.exit(main())

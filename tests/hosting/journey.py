"""What is done with a running container: visitors on the pages, a model published in it, programs that ask for it."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request

from playwright.sync_api import Page, expect

from tests.browser import server
from tests.browser.screenshots import settle
from tests.browser.test_journey import LONG, go_to
from tests.browser.test_widget import PUBLISH
from tests.hosting.container import Container

KEY = "of-this-test-alone"
SETTINGS = {"WORKBENCH_API_KEYS": f"test:{KEY}", "WORKBENCH_ADMIN_TOKEN": KEY}


def publish(container: Container) -> None:
    """Train, export and publish a model from inside. Raises RuntimeError with what was said where that fails."""
    done = container.execute("python", "-c", PUBLISH, container.image.environment["WORKBENCH_HOME"])
    if done.returncode:
        raise RuntimeError(done.stderr[-3_000:])


def visit(address: str) -> list[str]:
    """Load a sample, train, explain, and ask a document in a real browser; what was seen, a line each."""
    expect.set_options(timeout=60_000)  # of milliseconds; the machine may have more to do
    with server.browser() as chromium:
        page = chromium.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        return [done(page) for done in (_load, _train, _explain, _ask)]


def _load(page: Page) -> str:
    page.get_by_role("button", name="Load", exact=True).first.click()
    expect(page.get_by_test_id("stSidebar").get_by_text("customer_churn")).to_be_visible()
    return "a sample is loaded"


def _train(page: Page) -> str:
    go_to(page, "Train")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text(re.compile("is recommended"))).to_be_visible(timeout=LONG)
    return "models are trained in processes of their own"


def _explain(page: Page) -> str:
    go_to(page, "Explain")
    expect(page.get_by_text(re.compile("add up to the model's output")).first).to_be_visible(timeout=LONG)
    return "the best one is explained"


def _ask(page: Page) -> str:
    go_to(page, "Ask")
    settle(page)
    text = b"# Tea\n\nGreen tea is brewed at 70 degrees."
    uploader = page.get_by_test_id("stFileUploader").locator("input[type=file]")
    uploader.set_input_files({"name": "tea.md", "mimeType": "text/markdown", "buffer": text})
    page.get_by_role("button", name="Read 1 file").click()
    expect(page.get_by_text("holds 1 document")).to_be_visible(timeout=LONG)
    return "an uploaded document is read into a collection"


def call(address: str, path: str, key: str = KEY) -> tuple[int, bytes]:
    """The status and body of an answer to a program."""
    request = urllib.request.Request(f"{address}{path}", headers={"X-API-Key": key})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def models(address: str) -> list[str]:
    """The names of the published models, as the API tells them."""
    return [one["name"] for one in json.loads(call(address, "/api/v1/models")[1])["models"]]

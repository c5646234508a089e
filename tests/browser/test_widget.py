"""A published widget in a real browser: in a frame on another site's page, with every other host out of reach."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from backends.serving.widgets.embedding import web_component
from tests.browser import server
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
DARK, LIGHT = "rgb(16, 22, 21)", "rgb(255, 255, 255)"

# The model is trained and published as a user would, in a process that ends before the workbench starts.
PUBLISH = """
import sys
from backends.bundle import assemble, pack
from backends.datasets import read_table
from backends.datasets.samples import sample_bytes
from backends.onnx_export import export
from backends.registry import Registry
from backends.settings import Settings
from backends.training import TrainingSpec, compare

dataset = read_table(sample_bytes("churn"), "customer_churn.csv")
comparison = compare(dataset, TrainingSpec("churned", models=("dummy", "logistic_regression"), processes=1))
model = comparison.models["logistic_regression"]
bundle = assemble(export(model, dataset), model, comparison, dataset, intended_use="Tests of the workbench.")
registry = Registry.open(Settings(home=sys.argv[1]))
version = registry.publish(pack(bundle), "churn", "ann", "the first")
for stage in ("staging", "production"):
    registry.move("churn", version.number, stage, "ann", "for the test")
"""


@pytest.fixture(scope="module")
def widgets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a workbench in which a model of churn is in production."""
    if server.CHROMIUM is None:
        pytest.skip("no Chromium on this machine; .ci/run installs one")
    home = str(tmp_path_factory.mktemp("home"))
    subprocess.run([sys.executable, "-c", PUBLISH, home], cwd=server.ROOT, check=True)
    with server.running_app(WORKBENCH_HOME=home) as address:
        yield f"{address}/widgets"


@pytest.fixture(scope="module")
def elsewhere(widgets: str) -> Iterator[str]:
    """A site whose pages have the widget in a frame, or, at /component, as an element."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            theme = "?__theme=dark" if "dark" in self.path else ""
            frame = f'<iframe src="{widgets}/churn/{theme}" style="width: 100%; height: 95vh; border: 0"></iframe>'
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            shown = web_component(f"{widgets}/churn/") if "component" in self.path else frame
            self.wfile.write(f"<!doctype html><body style='margin: 0'>{shown}".encode())

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}"
    site.shutdown()


def open_page(chromium: Browser, allowed: tuple[str, ...], **options: Any) -> tuple[Page, list[str]]:
    """A tab that reaches no host but these; what it asked of others is in the list."""
    context: BrowserContext = chromium.new_context(**options)
    refused: list[str] = []

    def gate(route: Route) -> None:
        if route.request.url.startswith((*allowed, "data:", "blob:")):
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    context.route("**/*", gate)
    page = context.new_page()
    page.set_default_timeout(30_000)
    return page, refused


def host(address: str) -> str:
    return "/".join(address.split("/")[:3])


@pytest.mark.parametrize(
    ("path", "size", "scheme", "background"),
    [
        ("/", DESKTOP, "light", LIGHT),
        ("/", DESKTOP, "dark", DARK),
        ("/dark", DESKTOP, "light", DARK),
        ("/", PHONE, "light", LIGHT),
    ],
    ids=["light", "dark", "dark by its address", "phone"],
)
def test_a_widget_in_a_strangers_frame_predicts_and_asks_no_other_host(
    chromium: Browser, widgets: str, elsewhere: str, path: str, size: Any, scheme: Any, background: str
) -> None:
    page, refused = open_page(chromium, (host(widgets), elsewhere), viewport=size, color_scheme=scheme)
    page.goto(f"{elsewhere}{path}")
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Predict", exact=True).click()
    expect(frame.locator(".w-decision")).to_have_text(re.compile("^(Yes|No)$"))
    expect(frame.get_by_role("heading", name="Why")).to_be_visible()
    assert frame.locator("table.w-both tr").count() > 5
    for part in ("body", "gradio-app"):
        assert frame.locator(part).evaluate("e => getComputedStyle(e).backgroundColor") == background
    assert frame.locator("html").evaluate("e => e.scrollWidth <= e.clientWidth"), "nothing has to be moved sideways"
    assert refused == []
    page.context.close()


def test_an_example_fills_the_form_and_is_predicted_as_its_button_says(chromium: Browser, widgets: str) -> None:
    page, refused = open_page(chromium, (host(widgets),), viewport=DESKTOP)
    page.goto(f"{widgets}/churn/")
    age = page.get_by_role("spinbutton", name="age", exact=True)
    before = age.input_value()
    button = page.get_by_role("button", name="Example 2 (")
    said = re.search(r"\((.+)\)", button.inner_text())
    assert said is not None
    button.click()
    expect(age).not_to_have_value(before)
    expect(page.locator(".w-decision")).to_have_text(said[1])
    expect(page.locator(".w-both")).to_be_visible()
    expect(page.locator(".w-decision")).to_have_text(said[1])
    assert refused == []
    page.context.close()


def test_an_answer_goes_with_the_first_edit_and_a_value_unlike_any_is_answered_with_a_warning(
    chromium: Browser, widgets: str
) -> None:
    page, refused = open_page(chromium, (host(widgets),), viewport=DESKTOP)
    page.goto(f"{widgets}/churn/")
    predict, answer = page.get_by_role("button", name="Predict", exact=True), page.locator(".w-decision")
    predict.click()
    expect(answer).to_be_visible()
    page.get_by_role("spinbutton", name="age", exact=True).fill("400")
    expect(answer).to_have_count(0)
    expect(page.get_by_text("The form has changed")).to_be_visible()
    predict.click()
    expect(answer).to_be_visible()
    expect(page.locator(".w-unlike")).to_contain_text("age: 400 is higher than any value in the training data")
    expect(page.locator(".w-both")).to_be_visible()
    assert refused == []
    page.context.close()


def test_what_an_edit_has_stopped_is_not_said_to_have_failed(chromium: Browser, widgets: str) -> None:
    """The edit comes while the answer is on its way, which is where stopping it looks like a failure."""
    page, _ = open_page(chromium, (host(widgets),), viewport=DESKTOP)
    page.goto(f"{widgets}/churn/")
    predict = page.get_by_role("button", name="Predict", exact=True)
    page.route("**/queue/join*", lambda route: (page.wait_for_timeout(400), route.abort()))
    predict.click()
    page.get_by_role("spinbutton", name="age", exact=True).fill("41")
    page.wait_for_timeout(1_500)
    expect(page.get_by_text("The form has changed")).to_be_visible()
    page.context.close()


def test_a_refusal_takes_the_place_of_the_answer(chromium: Browser, widgets: str) -> None:
    page, _ = open_page(chromium, (host(widgets),), viewport=DESKTOP)
    page.goto(f"{widgets}/churn/")
    predict, answer = page.get_by_role("button", name="Predict", exact=True), page.locator(".w-decision")
    predict.click()
    expect(answer).to_be_visible()
    date = page.locator("input.time").first
    date.fill("someday")
    date.press("Enter")
    predict.click()
    expect(page.get_by_role("alert").filter(has_text="'someday', which is not a date")).to_be_visible()
    expect(answer).to_have_count(0)
    page.route("**/queue/join*", lambda route: route.fulfill(status=503, json={"detail": "Queue is full."}))
    predict.click()
    expect(page.get_by_text("No answer came.")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("size", [{"width": 900, "height": 760}, PHONE], ids=["a page's preview", "phone"])
def test_the_answer_is_seen_after_pressing(chromium: Browser, widgets: str, size: Any) -> None:
    page, _ = open_page(chromium, (host(widgets),), viewport=size)
    page.goto(f"{widgets}/churn/")
    predict = page.get_by_role("button", name="Predict", exact=True)
    expect(predict).to_be_in_viewport()
    predict.click()
    expect(page.locator(".w-decision")).to_be_in_viewport()
    expect(page.locator(".w-both")).to_be_visible()
    assert violations(page) == []
    page.context.close()


def test_in_another_page_the_card_is_still_the_widgets_own(chromium: Browser, widgets: str, elsewhere: str) -> None:
    page, refused = open_page(chromium, (host(widgets), elsewhere), viewport=DESKTOP)
    page.goto(f"{elsewhere}/component")
    card = page.get_by_role("link", name="Model card")
    expect(card).to_have_attribute("href", f"{widgets}/churn/card")
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.locator(".w-decision")).to_be_visible()
    assert refused == []
    page.context.close()


def test_from_the_list_to_the_form_to_the_card_and_back(chromium: Browser, widgets: str) -> None:
    page, refused = open_page(chromium, (host(widgets),), viewport=PHONE, color_scheme="dark")
    page.goto(f"{widgets}/")
    page.get_by_role("link", name="churn", exact=True).click()
    page.get_by_role("link", name="Model card").click()
    expect(page.get_by_role("heading", name="Intended use")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == DARK
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Try the model").click()
    expect(page.get_by_role("button", name="Predict", exact=True)).to_be_visible()
    page.goto(f"{widgets}/nothing-here/")
    page.get_by_role("link", name="All published models").click()
    expect(page.get_by_role("heading", name="Published models")).to_be_visible()
    assert refused == []
    page.context.close()


@pytest.mark.parametrize("width", [1280, 820, 390])
def test_a_date_has_its_calendar_inside_its_column_and_nothing_was_asked_in_vain(
    chromium: Browser, widgets: str, width: int
) -> None:
    page, refused = open_page(chromium, (host(widgets),), viewport={"width": width, "height": 900})
    failed: list[str] = []
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{widgets}/churn/")
    expect(page.locator("button.calendar").first).to_be_visible()
    ends = """box => ['button.calendar', '.block'].map(name =>
        (box.querySelector(name) ?? box.closest(name)).getBoundingClientRect().right)"""
    calendar, block = page.locator(".timebox").first.evaluate(ends)
    assert calendar <= block
    expect(page.get_by_text("Use via API")).to_have_count(0)  # it would say that there is no MCP
    expect(page.locator("footer")).to_have_count(0)
    assert failed + refused == []
    page.context.close()

"""Pages and widgets for everybody: checked by axe in both themes, used by keyboard alone, and read on a phone.

What axe finds and nobody here can mend, because it is Streamlit's or Gradio's own markup, is listed in `THEIRS`, each
with its reason and no wider than it is. Everything else fails. Full pages with all their tabs are looked at by
``make thorough``; ``make test`` looks at the empty ones, and at those of the journey.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser import server
from tests.browser.in_hand import NAME
from tests.browser.screenshots import PAGES, settle
from tests.browser.test_journey import LONG

pytestmark = pytest.mark.browser
DESKTOP: ViewportSize = {"width": 1360, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SCHEMES = ("light", "dark")
WINE = 3  # the place of the smallest sample among the buttons on Home
NOT_DRAWN = ".no-webgl"  # what Plotly shows in place of a chart that needs code the pages' policy forbids
EXPLANATION = re.compile("add up to the model's output")

THEIRS = (  # rule, the element as CSS, why it stays
    ("list", "[data-testid=stSidebarNavItems]", "Streamlit wraps each group of its navigation in a div in the list"),
    ("listitem", "[data-testid=stSidebarNavItems] li", "the same list, told of its items"),
    (
        "presentation-role-conflict",
        "[data-testid=stFileUploaderDropzone]",
        "Streamlit names its drop zone, which it says is only presentation; the button in it has a name",
    ),
    (
        "color-contrast",
        "[data-testid=stCode] .token",
        "the colours of code are Streamlit's own; no setting reaches them",
    ),
    ("scrollable-region-focusable", "[data-testid=stCode] pre", "Streamlit's; browsers scroll it by keyboard even so"),
    *(
        (
            "color-contrast",
            css,
            "in the dark, Streamlit writes in primaryColor here and in white on it elsewhere: no "
            "colour has a contrast of 4.5 to both the page and white, so that buttons have it and this has 3.6 to 4.1",
        )
        for css in ("[data-selected=true] p", "[data-testid=stSlider] p")
    ),
)


# The elements are asked while they are there: a page may draw itself anew as soon as axe has ended.
OURS = """theirs => axe.run({resultTypes: ["violations"], elementRef: true}).then(found => found.violations.flatMap(
    rule => rule.nodes
        .filter(node => !theirs.some(([name, css]) => name === rule.id && node.element.matches(css)))
        .map(node => [rule.id, node.html.slice(0, 200), ...node.any.concat(node.all, node.none).map(c => c.message)])
))"""


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is shown, without what is not ours: rule, element, what is wrong."""
    page.evaluate(AXE_SCRIPT)
    return [" | ".join(found) for found in page.evaluate(OURS, [[rule, css] for rule, css, _ in THEIRS])]


def in_both_themes(page: Page, name: str) -> list[str]:
    """The violations of the page in both themes, which it takes over at once, and the charts that are not drawn."""
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        settle(page, 300)  # charts are drawn anew in the colours of the theme
        found += [f"{name}, {scheme}: {one}" for one in violations(page)]
        found += [f"{name}, {scheme}: {one}" for one in page.locator(NOT_DRAWN).all_inner_texts()]
    page.emulate_media(color_scheme="light")
    return found


def open_page(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/{'' if name == 'home' else name}")
    settle(page, 300)


def test_empty_pages_have_nothing_that_axe_objects_to(page: Page) -> None:
    found = []
    for name in PAGES:
        link(page, name.capitalize()).click()
        expect(page).to_have_title(f"{name.capitalize()} · Demo Workbench")
        found += in_both_themes(page, name)
    assert found == []


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to a control with the Tab key alone and press a key there. Fails when it cannot be reached so."""
    target.wait_for()
    settle(page, 300)
    seen = set()
    for _ in range(150):
        if target.evaluate("e => e === document.activeElement || e.contains(document.activeElement)"):
            assert visibly_focused(page), f"nothing shows that {target} has the focus"
            page.keyboard.press(key)
            return
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel"))
    raise AssertionError(f"{target} is not reached by the Tab key; these are: {json.dumps(sorted(map(str, seen)))}")


def visibly_focused(page: Page) -> bool:
    """Whether the element with the focus, or what is around it, differs from how it looks without."""
    return bool(
        page.evaluate(
            """async () => {
                const pause = () => new Promise(done => setTimeout(done, 150));
                const shown = e => { const s = getComputedStyle(e);
                    return s.boxShadow + s.outlineStyle + s.borderColor + s.backgroundColor; };
                const around = []; const had = document.activeElement;
                for (let e = had, up = 0; up < 4 && e; up++, e = e.parentElement) around.push(e);
                await pause(); const before = around.map(shown);
                had.blur(); await pause(); const after = around.map(shown);
                had.focus({focusVisible: true});
                return before.some((one, at) => one !== after[at]);
            }"""
        )
    )


def link(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stSidebarNavLink").filter(has_text=name)


def test_from_a_sample_to_its_proof_by_keyboard_alone(page: Page) -> None:
    settle(page)
    press(page, page.get_by_role("button", name="Take the tour"))
    press(page, page.get_by_role("button", name="Load", exact=True).nth(WINE))
    expect(page.get_by_test_id("stSidebar").get_by_text("wine.csv")).to_be_visible()
    press(page, link(page, "Train"))
    press(page, page.get_by_role("button", name="Train", exact=True))
    expect(page.get_by_text(re.compile("is recommended"))).to_be_visible(timeout=LONG)
    found = in_both_themes(page, "train")

    press(page, link(page, "Explain"))
    expect(page.get_by_text(EXPLANATION).first).to_be_visible(timeout=LONG)
    settle(page)
    found += in_both_themes(page, "explain")
    press(page, page.get_by_role("tab", name="Overall"), "ArrowRight")
    expect(page.get_by_role("tab", name="One row")).to_be_focused()

    press(page, link(page, "Export"))
    press(page, page.get_by_role("button", name="Export and prove it"))
    expect(page.get_by_role("tab", name="Proof")).to_be_visible(timeout=LONG)
    settle(page)
    found += in_both_themes(page, "export")
    assert found == []


def test_home_fits_a_phone(chromium: Browser, address: str) -> None:
    page = chromium.new_context(viewport=PHONE).new_page()
    page.goto(address)
    settle(page)
    page.get_by_role("button", name="Take the tour").click()
    expect(page.get_by_role("button", name="Load the sample")).to_be_in_viewport()
    settle(page)
    assert sideways(page) == []
    assert violations(page) == []
    page.get_by_role("button", name="Load the sample").click()
    expect(page.get_by_role("link", name="Go to Explore")).to_be_in_viewport()
    settle(page)
    assert sideways(page) == []
    page.context.close()


def sideways(page: Page) -> list[str]:
    """What reaches beyond the edge of the window."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] *')]
            .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 120))"""
    )
    return found


@pytest.fixture(scope="module")
def in_hand() -> Iterator[str]:
    """The address of a workbench in which everybody has a table, models, an export, a widget and an answer."""
    if server.CHROMIUM is None:
        pytest.skip("no Chromium on this machine; .ci/run installs one")
    with server.running_app("tests.browser.in_hand") as address:
        yield address


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_full_pages_have_nothing_that_axe_objects_to_in_any_of_their_tabs(
    chromium: Browser, in_hand: str, name: str
) -> None:
    page = chromium.new_context(viewport=DESKTOP).new_page()
    open_page(page, in_hand, name)
    settle(page)
    found = in_both_themes(page, name)
    tabs = page.get_by_test_id("stMain").get_by_role("tab")
    for title in [tab.inner_text() for tab in tabs.all()][1:]:
        tab = page.get_by_test_id("stMain").get_by_role("tab", name=title, exact=True)
        if tab.count() == 1:  # tabs in tabs come and go with the one around them
            tab.click()
            settle(page)
            found += in_both_themes(page, f"{name}, {title}")
    page.context.close()
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/widgets/", f"/widgets/{NAME}/", f"/widgets/{NAME}/card", "/api/docs"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_visitors_see_has_nothing_that_axe_objects_to(
    chromium: Browser, in_hand: str, path: str, size: ViewportSize, scheme: str
) -> None:
    page = chromium.new_context(viewport=size, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    page.goto(f"{in_hand}{path}")
    if path == f"/widgets/{NAME}/":
        page.get_by_role("button", name="Predict", exact=True).click()
        expect(page.locator(".w-both")).to_be_visible()
    page.wait_for_timeout(500)
    found = violations(page)
    page.context.close()
    assert found == []

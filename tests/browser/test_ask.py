"""From files to an answer whose source is opened where it stands; a document stays text, whatever is written in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screenshots import settle
from tests.browser.test_journey import LONG, go_to, save

pytestmark = pytest.mark.browser
FILLER = "\n\n".join(
    f"Paragraph {number} is about the stock of cups, which is counted on Fridays." for number in range(80)
)
TEA = f"# Tea\n\n{FILLER}\n\nGreen tea is brewed at 70 degrees. <img src=x onerror=\"document.title='hit'\">\n"


def ask(page: Page, question: str) -> None:
    settle(page)
    box = page.get_by_placeholder("Ask your documents")
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_role("heading", name=question)).to_be_visible()
    settle(page)


def test_from_files_to_an_answer_and_the_place_it_stands_at(page: Page, tmp_path: Path) -> None:
    (tmp_path / "tea.md").write_text(TEA, encoding="utf-8")
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7\nnot a PDF after all")
    go_to(page, "Ask")
    expect(page.get_by_role("heading", name="Your files")).to_be_visible()
    settle(page)

    # One bad file does not stop the other, and says why.
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        [tmp_path / "tea.md", tmp_path / "scan.pdf"]
    )
    page.get_by_role("button", name="Read 2 files").click()
    expect(page.get_by_text("1 of 2 files could not be read")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("My documents holds 1 document")).to_be_visible()
    page.get_by_role("tab", name="Documents", exact=True).click()
    expect(page.get_by_test_id("stAlert").get_by_text("scan.pdf")).to_be_visible()
    settle(page)

    # The answer is a sentence of the document; what is markup there is text here.
    page.get_by_role("tab", name="Ask", exact=True).click()
    ask(page, "At which temperature is green tea brewed?")
    answer = page.get_by_role("listitem").filter(has_text="Green tea is brewed at 70 degrees.")
    expect(answer.first).to_be_visible()
    expect(page.locator("[data-testid=stMain] img")).to_have_count(0)
    assert page.title() != "hit"

    # Its source is opened at the sentence, which is deep in the document.
    page.get_by_role("button", name="Open in document").first.click()
    mark = page.get_by_role("dialog").locator("mark.cited").first
    expect(mark).to_be_visible()
    page.wait_for_timeout(1_000)
    assert mark.evaluate(
        """mark => {
            const view = mark.closest(".text").getBoundingClientRect(), place = mark.getBoundingClientRect();
            return view.top <= place.top && place.bottom <= view.bottom && mark.closest(".text").scrollTop > 0;
        }"""
    )
    page.keyboard.press("Escape")

    # What the documents do not say is not answered, and the conversation can be taken along.
    ask(page, "Who won the football world cup in 1998?")
    expect(page.get_by_text("Not in your documents.")).to_be_visible()
    written = save(page, "Markdown", tmp_path).read_text(encoding="utf-8")
    assert "Green tea is brewed at 70 degrees" in written
    assert "tea" in written

    # A reload of the browser keeps the conversation.
    page.reload()
    expect(page.get_by_text("Not in your documents.")).to_be_visible()
    expect(page.get_by_text("At which temperature is green tea brewed?")).to_be_visible()


def test_the_handbook_is_measured_and_two_ways_of_searching_are_compared(page: Page) -> None:
    go_to(page, "Ask")
    settle(page)
    if page.get_by_role("button", name="New collection").count():  # another journey has given documents already
        page.get_by_role("button", name="New collection").click()
    page.get_by_role("button", name="Read the handbook").click()
    expect(page.get_by_text("Handbook holds 12 documents")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=LONG)
    settle(page)
    page.get_by_role("tab", name="Measure").click()
    settle(page)
    page.get_by_role("button", name="Take those of the handbook").click()
    settle(page)
    page.get_by_text("Compare with another configuration").click()
    settle(page)
    page.get_by_role("button", name=re.compile("^Measure on")).click()
    expect(page.get_by_text("Something relevant is among the first 10").first).to_be_visible(timeout=LONG)
    expect(page.get_by_role("tab", name="Wins and losses")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)

"""Exploring in a real browser: what only clicks, keys and downloads show."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screenshots import settle
from tests.browser.test_journey import go_to, save

pytestmark = pytest.mark.browser


def test_from_an_alert_to_a_decision_a_pair_a_query_and_a_report(page: Page, tmp_path: Path) -> None:
    page.get_by_role("button", name="Load", exact=True).first.click()
    expect(page.get_by_test_id("stSidebar").get_by_text("customer_churn")).to_be_visible()
    go_to(page, "Explore")

    # The answer comes first; one click decides, another takes it back.
    answer = page.get_by_test_id("stMarkdown").filter(has_text="rows and").first
    expect(answer).to_contain_text(re.compile(r"\d+ alerts? \("))
    size = re.search(r"([\d,]+) rows and (\d+) columns", answer.inner_text())
    assert size is not None
    rows, columns = (int(text.replace(",", "")) for text in size.groups())
    page.get_by_role("button", name=re.compile("^(healing )?Drop")).first.click()
    expect(page.get_by_text("Decided so far")).to_be_visible()
    expect(answer).to_contain_text(f"and {columns - 1} columns")
    page.get_by_role("button", name="Undo all").click()
    expect(answer).to_contain_text(f"and {columns} columns")

    # A click on a cell of the matrix shows its pair.
    page.get_by_role("tab", name="Relations").click()
    across = page.get_by_role("combobox", name="Across")
    expect(across).to_be_visible()
    cells = page.locator(".js-plotly-plot .scatterlayer .points path")
    expect(cells.nth(20)).to_be_attached()
    before = (across.input_value(), page.get_by_role("combobox", name="Up").input_value())
    cell = cells.nth(20).bounding_box()
    assert cell is not None
    page.mouse.click(cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2)
    expect(page.get_by_role("combobox", name="Up")).not_to_have_value(before[1])

    # Two quantities by a third are points, and are drawn though the pages' policy keeps WebGL from Plotly.
    settle(page, 0)
    for name, column in (("Across", "monthly_charge"), ("Up", "total_spent"), ("Colour", "age")):
        box = page.get_by_role("combobox", name=name)
        box.click()
        page.keyboard.type(column, delay=20)
        expect(page.get_by_role("option").first).to_contain_text(column)
        box.press("Enter")
        settle(page, 0)
        expect(box).to_have_value(column)
    expect(page.get_by_test_id("stPlotlyChart").last.locator(".scatterlayer .points path").nth(1_000)).to_be_attached()
    expect(page.get_by_text("WebGL is not supported")).to_have_count(0)

    # A query, written with the help of the completion and run from the keyboard.
    page.get_by_role("tab", name="Query").click()
    editor = page.get_by_label("SQL query")
    editor.click()
    page.keyboard.type("SELECT count(*) AS how_many FROM customer_c", delay=20)
    expect(page.get_by_role("option").first).to_contain_text("customer_churn")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile("1 row")).first).to_be_visible()
    assert save(page, "CSV", tmp_path).read_text(encoding="utf-8").split() == [
        "how_many",
        str(rows),
    ]

    # The report as data; the page of it shows here too.
    page.get_by_role("tab", name="Report").click()
    report = json.loads(save(page, "Download JSON", tmp_path).read_text(encoding="utf-8"))
    assert report["format"] == 1
    assert "<script src" not in save(page, "Download HTML", tmp_path).read_text(encoding="utf-8")

"""From a trained model to something that others use: exported, proven, published, called, promoted and taken back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screenshots import settle
from tests.browser.test_journey import LONG, go_to

pytestmark = pytest.mark.browser
NAME = "customer-churn"


def open_tab(page: Page, name: str) -> None:
    settle(page)
    page.get_by_role("tab", name=name, exact=True).click()


def move(page: Page, stage: str, reason: str) -> None:
    """Move the version that is looked at."""
    settle(page)
    page.get_by_role("combobox", name="Move to").click()
    page.get_by_role("option", name=stage, exact=True).click()
    if stage == "production":
        expect(page.get_by_text("Better than the baseline", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Reason", exact=True).fill(reason)
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Move", exact=True)
    expect(button).to_be_enabled()
    button.click()


def test_a_model_goes_live_is_called_promoted_and_taken_back(page: Page, address: str, tmp_path: Path) -> None:
    page.get_by_role("button", name="Load", exact=True).first.click()
    expect(page.get_by_test_id("stSidebar").get_by_text("customer_churn")).to_be_visible()
    go_to(page, "Train")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text(re.compile("is recommended"))).to_be_visible(timeout=LONG)

    # Export: the proof is the first thing said.
    go_to(page, "Export")
    page.get_by_role("button", name="Export and prove it").click()
    expect(page.get_by_text("The ONNX file decides as")).to_be_visible(timeout=LONG)
    expect(page.get_by_test_id("stMetric").filter(has_text="Decisions that differ")).to_contain_text("0")

    # Publish: the widget is live in the page, without a restart, and predicts.
    go_to(page, "Publish")
    page.get_by_role("textbox", name="Your name").fill("Ana")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Publish", exact=True).click()
    frame = page.frame_locator("iframe[src*='/widgets/']")
    frame.get_by_role("button", name="Predict").click(timeout=LONG)
    expect(frame.get_by_text(re.compile(r"0\.\d+|\d+(\.\d+)? ?%")).first).to_be_visible(timeout=LONG)

    # The calls on the page work as they stand.
    open_tab(page, "Call it")
    shell, python = (page.get_by_test_id("stCode").nth(at).inner_text() for at in (0, 1))
    for command in (["bash", "-c", shell], [sys.executable, "-c", python]):
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60).stdout
        assert '"predictions"' in said or "'predictions'" in said, said

    # Through its stages to production, with reasons; then out of service: widget and endpoint are gone.
    open_tab(page, "Versions")
    move(page, "staging", "looks good")
    expect(page.get_by_text("Version 1 (staging) answers")).to_be_visible()
    move(page, "production", "agreed in the meeting")
    expect(page.get_by_text("Version 1 (production) answers")).to_be_visible()
    with urllib.request.urlopen(f"{address}/api/v1/models/{NAME}") as answer:
        assert json.load(answer)["champion"] == 1
    move(page, "archived", "over")
    expect(page.get_by_text("There is no published model")).to_be_visible()
    for path in (f"/widgets/{NAME}/", f"/api/v1/models/{NAME}"):
        with pytest.raises(urllib.error.HTTPError) as gone:
            urllib.request.urlopen(f"{address}{path}")
        assert gone.value.code == 404
    open_tab(page, "History")
    expect(page.get_by_test_id("stException")).to_have_count(0)

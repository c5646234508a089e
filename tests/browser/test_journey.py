"""The newcomer's journey in a real browser: from a CSV to a recommended model and the script that repeats it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
TELCO = Path(os.environ.get("WORKBENCH_EXTRA_DATA", ROOT / "../shared/data")) / "tabular" / "telco_churn.csv"
LONG = 300_000  # milliseconds a training may take

pytestmark = pytest.mark.browser


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()


def save(page: Page, button: str, folder: Path) -> Path:
    """Press a download button and keep the file."""
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.mark.skipif(not TELCO.is_file(), reason=f"needs {TELCO}; set WORKBENCH_EXTRA_DATA")
def test_from_a_csv_to_a_recommended_model_and_its_script(page: Page, tmp_path: Path) -> None:
    # Load: the numbers hidden in TotalCharges are repaired, and that is shown.
    go_to(page, "Load")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(TELCO)
    expect(page.get_by_text("7,043 rows and 21 columns")).to_be_visible()
    repair = page.get_by_test_id("stMarkdown").filter(has_text="TotalCharges").first
    expect(repair).to_be_visible()
    expect(repair).to_contain_text("11")

    # Train: the board fills while models are still running; cancel keeps what is done.
    go_to(page, "Train")
    expect(page.get_by_text("has 2 classes")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("region", name="The models that are done so far")).to_be_visible(timeout=LONG)

    # A reload of the page keeps the running job and the table.
    page.reload()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("telco_churn")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_test_id("stProgress")).to_have_count(0, timeout=LONG)
    expect(page.get_by_test_id("stException")).to_have_count(0)

    # Again, to the end: a recommended model with intervals.
    again = page.get_by_text("Train again")
    again.or_(page.get_by_role("button", name="Train", exact=True)).first.wait_for()
    if again.count():
        again.click()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=LONG)
    expect(page.get_by_text(re.compile("is recommended"))).to_be_visible()
    card = page.get_by_test_id("stMetric").filter(has_text="ROC AUC")
    expect(card).to_contain_text(re.compile(r"0\.8\d\d"))
    expect(page.get_by_text("95 % interval on the hold-out").first).to_be_visible()

    # Why, and for whom it is wrong: every click on a tab stays where it was made.
    go_to(page, "Explain")
    expect(page.get_by_text(re.compile("add up to the model's output on every one of")).first).to_be_visible(
        timeout=LONG
    )
    for tab, heading in (("Where it fails", "All errors, shared out"), ("One row", "The most similar training rows")):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=LONG)
    go_to(page, "Fairness")
    expect(page.get_by_text(re.compile("gender")).first).to_be_visible(timeout=LONG)
    page.get_by_role("tab", name="Thresholds").click()
    expect(page.get_by_role("heading", name="Before and after, on held-out rows")).to_be_visible(timeout=LONG)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    go_to(page, "Train")

    # The board and the script come along; the script alone prints the board's score.
    board = pd.read_csv(save(page, "Leaderboard as CSV", tmp_path))
    recommended = (
        board[board["rank"] == board["rank"].min()] if "recommended" not in board else board[board["recommended"]]
    )
    page.get_by_role("radio", name="Code").click()
    script = save(page, "Script", tmp_path)
    key = script.stem.removeprefix("train_")
    shutil.copy(TELCO, tmp_path)
    printed = subprocess.run([sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, check=True)
    score = float(board.set_index("model").loc[key, "roc_auc"])
    assert len(recommended) >= 1
    assert f"{score:.6f}" in printed.stdout


def test_a_job_belongs_to_its_visitor(page: Page, chromium, address: str) -> None:
    page.get_by_role("button", name="Load", exact=True).first.click()
    expect(page.get_by_test_id("stSidebar").get_by_text("customer_churn")).to_be_visible()
    stranger = chromium.new_context().new_page()
    stranger.goto(address)
    expect(stranger.get_by_text("No table yet")).to_be_visible()
    stranger.context.close()

"""How soon a widget can be seen and used, beside a bare Gradio form: ``python -m benchmarks.widgets``.

Both are opened in a fresh browser context each time, warm, taking turns: a published logistic regression of Adult in
the workbench, and a Gradio form with as many fields that does nothing.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks._rows import Bar, Row, report
from benchmarks.serving import ADULT, COMMANDS, publish, serving

ROUNDS = 7
FIELDS = 14
BUTTON = "Predict"
ADDRESSES = {"bare Gradio": "/", "workbench": "/widgets/adult/"}
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def main() -> None:
    """Measure and report."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None or not ADULT.exists():
        sys.exit(f"This needs Chromium ({chromium}) and {ADULT}; set WORKBENCH_EXTRA_DATA to the folder of the latter.")
    commands = {"bare Gradio": ("benchmarks.widgets", "bare"), "workbench": COMMANDS["workbench"]}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers, sync_playwright() as playwright:
        publish(Path(folder))
        ports = {
            name: servers.enter_context(serving(command, Path(folder), "/" if name != "workbench" else "/api/health"))
            for name, command in commands.items()
        }
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in ports}
        for _ in range(ROUNDS + 1):
            for name, port in ports.items():
                found[name].append(opened(browser, f"http://127.0.0.1:{port}{ADDRESSES[name]}"))
        browser.close()
    print_table({name: times[1:] for name, times in found.items()})  # the first round warms up


def opened(browser: Any, address: str) -> tuple[float, float]:
    """Milliseconds to the first paint, and until the form can be used."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name=BUTTON, exact=True).wait_for()
    usable = float(page.evaluate("performance.now()"))
    painted = float(page.evaluate(PAINTED))
    context.close()
    return painted, usable


def print_table(found: dict[str, list[tuple[float, float]]]) -> None:
    """Medians and the slowest of each side, and the ratio to the bare form."""
    print(f"{ROUNDS} warm visits of each\n")
    print("| side | first paint ms | slowest | usable ms | slowest |\n| --- | ---: | ---: | ---: | ---: |")
    for name, times in found.items():
        painted, usable = zip(*times, strict=True)
        middle = statistics.median(painted), max(painted), statistics.median(usable), max(usable)
        print(f"| {name} | " + " | ".join(f"{value:,.0f}" for value in middle) + " |")
    ours = [statistics.median(time[at] for time in found["workbench"]) for at in (0, 1)]
    bare = [statistics.median(time[at] for time in found["bare Gradio"]) for at in (0, 1)]
    report(
        "widgets",
        [
            Row("first paint", ours[0], "ms", "a bare Gradio form", bare[0], (Bar("<", 2_000, "here"),)),
            Row("until it can be used", ours[1], "ms", "a bare Gradio form", bare[1]),
        ],
    )


def bare(port: int) -> None:
    """A Gradio form with as many fields, and nothing behind it."""
    from backends.serving.widgets.gradio_app import import_gradio

    gradio = import_gradio()
    with gradio.Blocks() as form:
        fields = [gradio.Number(label=f"field {number}") for number in range(FIELDS)]
        said = gradio.Label()
        gradio.Button(BUTTON).click(lambda *values: {"yes": 0.5, "no": 0.5}, fields, said)
    form.launch(server_name="127.0.0.1", server_port=port, quiet=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"]:
        bare(int(sys.argv[2]))
    else:
        main()

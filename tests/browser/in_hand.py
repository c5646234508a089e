"""The workbench in which every newcomer has everything in hand already: ``python -m tests.browser.in_hand``.

It takes the options of ``streamlit run``. A table is loaded, three models are trained, one of them is exported and
published, and a document is read and was asked about, in a few seconds and without a browser: for tests that look at
full pages and not at how they came to be.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import Any

from backends.settings import Settings
from tests.pages.test_export import exported_work

SAMPLE, MODEL, NAME = "loans", "logistic_regression", "loans"
TEA = "# Tea\n\nGreen tea is brewed at 70 degrees for two minutes. Black tea takes boiling water.\n"
QUESTION = "At which temperature is green tea brewed?"


def work() -> Any:
    """What everybody has in hand; the model is in production as well."""
    made = exported_work(SAMPLE, MODEL)
    published(made.exported[0][1].data)
    collection, answer = asked()
    return replace(made, tour="closed", collection=collection, answers=((collection, answer),))


def published(data: bytes) -> None:
    """The bundle as a version in production."""
    from backends.registry import Registry

    registry = Registry.open(Settings.from_environment())
    version = registry.publish(data, NAME, "ann", "the first")
    for stage in ("staging", "production"):
        registry.move(NAME, version.number, stage, "ann", "for the test")


def asked() -> tuple[str, Any]:
    """A collection of one document, and an answer from it."""
    from backends.retrieval import Collection

    with Collection.open(Settings.from_environment(), "Notes") as collection:
        collection.add("tea.md", TEA.encode())
        return "Notes", collection.ask(QUESTION)


def main() -> None:
    """Give everybody the work, then start the application as the command line does."""
    from streamlit.web.cli import main as streamlit

    from components import state

    state.Work = partial(replace, work())  # type: ignore[misc, assignment]
    sys.argv[1:1] = ["run", "app.py"]
    streamlit()


if __name__ == "__main__":
    main()

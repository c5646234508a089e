"""The steps of the journey as cards: which are done, which is next, and what each has to say."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from backends.datasets.wording import number_of
from components.feedback import escape
from components.state import Work

BADGES = {
    "Done": ("green", ":material/check:"),
    "Next": ("primary", ":material/arrow_forward:"),
    "Running": ("primary", ":material/hourglass_top:"),
    "Ready": ("blue", ":material/arrow_forward:"),
    "Later": ("gray", ":material/lock:"),
}


@dataclass(frozen=True)
class Step:
    """One card: the state of a step, what it has to say, and the way to its page."""

    title: str
    badge: str
    words: str
    page: str
    link: str
    icon: str


def show(work: Work) -> None:
    """A card for each step."""
    with st.grid(3, gap="small"):
        for step in of(work):
            _card(step)


def of(work: Work) -> tuple[Step, ...]:
    """The steps as they stand."""
    assert work.dataset is not None
    trained = work.comparison is not None and work.comparison.recommended is not None
    repaired = sum(note.severity == "repair" for note in work.dataset.notes)
    decided = len(work.dataset.recipe)
    load = number_of(repaired, "repair") + " while reading" if repaired else "Read without repairs"
    explored = number_of(decided, "step") + " decided" if decided else "What to look at first, and what to do about it"
    state = "Done" if trained else ("Running" if work.job is not None else "Next")
    reason = work.comparison.reason if trained and work.comparison is not None else "Compare classifiers honestly"
    looked = "Done" if decided else "Ready"
    after = "Ready" if trained else "Later"
    proven = [made.bundle.certificate.passed for _, made in work.exported]
    exported = "Running" if work.export_job else "Done" if any(proven) else after
    proof = "Proven equal to the model" if any(proven) else "One ONNX file, proven to decide as the model does"
    return (
        Step("Load", "Done", load, "load_page.py", "See and correct how it was read", ":material/upload_file:"),
        Step("Explore", looked, explored, "explore_page.py", "Know the table", ":material/query_stats:"),
        Step("Train", state, reason, "train_page.py", _train(trained), ":material/model_training:"),
        Step("Explain", after, "Why the model says so", "explain_page.py", "See why", ":material/psychology:"),
        Step("Fairness", after, "Whom it treats differently", "fairness_page.py", "Compare", ":material/balance:"),
        Step("Export", exported, proof, "export_page.py", "Take it with you", ":material/verified:"),
        Step(
            "Publish",
            "Ready" if any(proven) else "Later",
            "A page and an API that others can use",
            "publish_page.py",
            "Let others use it",
            ":material/rocket_launch:",
        ),
        Step(
            "Ask",
            "Done" if work.answers else "Ready",
            "Answers from your documents, with the sentences they rest on",
            "ask_page.py",
            "Ask your documents",
            ":material/menu_book:",
        ),
    )


def _train(trained: bool) -> str:
    return "Read the leaderboard" if trained else "Choose a target and train"


def _card(step: Step) -> None:
    color, icon = BADGES[step.badge]
    with st.container(border=True, height="stretch"):
        st.badge(step.badge, icon=icon, color=color)  # type: ignore[arg-type]
        st.markdown(f"**{step.title}**")
        st.caption(escape(step.words))
        st.page_link(step.page, label=step.link, icon=step.icon)

"""The steps of the journey as cards: which are done, which is next, and what each has to say."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from backends.datasets.wording import number_of
from components import admin, tour
from components.feedback import escape
from components.state import ExportOf, Work

BADGES = {
    "Done": ("green", ":material/check:"),
    "Next": ("blue", ":material/arrow_forward:"),
    "Running": ("blue", ":material/hourglass_top:"),
    "Ready": ("gray", ":material/circle:"),
    "Later": ("gray", ":material/lock:"),
}


ALONE = "Ask"  # documents need no table, so that what is asked of them says nothing about where one stands
PUBLISH = ("A page and an API that others can use", "Let others use it")
USE = ("The models that are published here", "Use what is published")


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
        for step in of(work, admin.rights().may_change):
            _card(step)


def of(work: Work, may_publish: bool = True) -> tuple[Step, ...]:
    """The steps as they stand, in the order of the sidebar; who may not publish is told what is there to be used."""
    assert work.dataset is not None
    repaired = sum(note.severity == "repair" for note in work.dataset.notes)
    decided = len(work.dataset.recipe)
    load = number_of(repaired, "repair") + " while reading" if repaired else "Read without repairs"
    explored = number_of(decided, "step") + " decided" if decided else "What to look at first, and what to do about it"
    trained, proven = _recommended(work), _proven(work)
    proof = "Proven equal to the model" if proven else "One ONNX file, proven to decide as the model does"
    learnt = "Read the leaderboard" if trained else "Choose a target and train"
    asked = "Answers from your documents, with the sentences they rest on"
    cards = (
        ("Load", load, "load_page.py", "See and correct how it was read", "upload_file"),
        ("Explore", explored, "explore_page.py", "Know the table", "query_stats"),
        ("Train", trained or "Compare classifiers honestly", "train_page.py", learnt, "model_training"),
        ("Explain", "Why the model says so", "explain_page.py", "See why", "psychology"),
        ("Fairness", "Whom it treats differently", "fairness_page.py", "Compare", "balance"),
        ("Export", proof, "export_page.py", "Take it with you", "verified"),
        ("Publish", (PUBLISH if may_publish else USE)[0], "publish_page.py", (PUBLISH if may_publish else USE)[1],
         "rocket_launch"),
        ("Ask", asked, "ask_page.py", "Ask your documents", "menu_book"),
    )  # fmt: skip
    badges = _badges(work, may_publish)
    return tuple(
        Step(title, badges[title], words, page, link, f":material/{icon}:") for title, words, page, link, icon in cards
    )


def _badges(work: Work, may_publish: bool) -> dict[str, str]:
    """The state of each step. Next is the first one after the last that is done, of those that can be taken."""
    assert work.dataset is not None
    trained, proven = bool(_recommended(work)), _proven(work)
    after = "Ready" if trained else "Later"
    done = {
        "Load": True,
        "Explore": bool(len(work.dataset.recipe)) or "explore" in work.toured,
        "Train": trained,
        "Explain": trained and "explain" in work.toured,
        "Fairness": trained and bool(work.policies or work.mitigated),
        "Export": any(what.result == work.result for what in proven),
        "Publish": any(what in work.shipped for what in proven),
        "Ask": bool(work.answers),
    }
    otherwise = {
        "Explore": "Ready",
        "Train": "Running" if work.job is not None else "Ready",
        "Explain": after,
        "Fairness": after,
        "Export": "Running" if work.export_job else after,
        "Publish": "Ready" if proven or not may_publish else "Later",
        "Ask": "Ready",
    }
    badges = {step: "Done" if over else otherwise[step] for step, over in done.items()}
    following = _next(work, done)
    if badges.get(following) == "Ready":
        badges[following] = "Next"
    return badges


def _next(work: Work, done: dict[str, bool]) -> str:
    """The title of the step to take next: that of the tour while it is on, else the first after the last that is done.

    Who has gone ahead is not sent back to a step that was passed over. Empty when all is done.
    """
    if work.tour == "on" and tour.at(work) < len(tour.STOPS):
        return tour.STOPS[tour.at(work)].key.capitalize()
    steps = list(done)
    furthest = max(at for at, step in enumerate(steps) if done[step] and step != ALONE)
    return next((step for step in steps[furthest + 1 :] if not done[step]), "")


def _recommended(work: Work) -> str:
    """Which model is recommended, in short; empty without one."""
    if work.comparison is None or work.comparison.recommended is None:
        return ""
    return f"{work.comparison.models[work.comparison.recommended].title} is recommended"


def _proven(work: Work) -> tuple[ExportOf, ...]:
    """What was exported with a certificate that has passed: what can be published."""
    return tuple(what for what, made in work.exported if made.bundle.certificate.passed)


def _card(step: Step) -> None:
    color, icon = BADGES[step.badge]
    with st.container(border=True, height="stretch"):
        st.badge(step.badge, icon=icon, color=color)  # type: ignore[arg-type]
        st.markdown(f"**{step.title}**")
        st.caption(escape(step.words))
        st.page_link(step.page, label=step.link, icon=step.icon)

"""The tour: five steps with a sample, on a card that goes along from page to page.

It is offered on Home to whoever has not closed it, never stands in the way, and can be opened again there. Where it
stands follows from what was done, so that whoever goes ahead without the card finds it further on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components import admin, empty, state
from components.state import Work


@dataclass(frozen=True)
class Stop:
    """One step: its page, what is to be done there, and what its button says.

    A stop with `shown` is for reading: it is over when the visitor presses the button there. The others are over when
    what they ask for is there.
    """

    key: str
    page: str
    words: str
    link: str
    shown: str = ""


STOPS = (
    Stop(
        "load",
        "home_page.py",
        "Start with a table. The sample is of customers, some of whom have left; the question is who will be next.",
        "Load the sample",
    ),
    Stop(
        "explore",
        "explore_page.py",
        "Know the table: what is wrong with it comes first, the worst on top, each with a step that settles it.",
        "Go to Explore",
        "I have seen it",
    ),
    Stop(
        "train",
        "train_page.py",
        "Train: choose the column to predict, here **churned**, and press Train. Several models are compared fairly, "
        "and the page says which one to take and how sure that is.",
        "Go to Train",
    ),
    Stop(
        "explain",
        "explain_page.py",
        "See why the model says what it says: which columns move its predictions, for all customers and for one.",
        "Go to Explain",
        "I have seen it",
    ),
    Stop(
        "export",
        "export_page.py",
        "Take it with you: press Export and prove it. You get one file that runs anywhere, with a proof that it "
        "decides as the model does.",
        "Go to Export",
    ),
)
OVER = "Fairness says whom the model treats differently, and Ask answers from your documents."
ON = "publish_page.py"  # where the tour leads when it is over
MAY_PUBLISH = "The file can be published as a page and an API that others use."
MAY_USE = "On Publish are the models that are published here, for everybody to use."


def done(work: Work) -> tuple[bool, ...]:
    """Which of the stops are over."""
    trained = work.comparison is not None and work.comparison.recommended is not None
    table = work.dataset is not None
    facts = {"load": table, "train": trained, "export": bool(work.exported)}
    return tuple(facts.get(stop.key, stop.key in work.toured and table) for stop in STOPS)


def at(work: Work) -> int:
    """The number of the stop that comes next, from 0; as many as there are stops when the tour is over."""
    return next((number for number, over in enumerate(done(work)) if not over), len(STOPS))


def offer() -> None:
    """On Home: the offer of the tour, or, where it was closed, the small way back to it."""
    work = state.work()
    if work.tour == "closed":
        if st.button("Take the tour", key="tour_open", type="tertiary", icon=":material/tour:"):
            state.update(toured=())  # what was read is shown again
            _set("on")
    elif work.tour == "offered":
        with st.container(border=True):
            st.markdown("**New here?** Five short steps with a sample show what can be done. Nothing has to be set up.")
            with st.container(horizontal=True):
                if st.button("Take the tour", key="tour_start", type="primary", icon=":material/tour:"):
                    _set("on")
                if st.button("No, thank you", key="tour_no", type="tertiary"):
                    _set("closed")


def go_along(page: str) -> None:
    """The card of the tour on the page of this address, while the tour is on."""
    work = state.work()
    if work.tour != "on":
        return
    number, may = at(work), admin.rights().may_change
    with st.container(border=True, key="tour"):
        if number == len(STOPS):
            st.markdown(f":material/tour: **The tour is over.** {MAY_PUBLISH if may else MAY_USE} {OVER}")
        else:
            st.markdown(f":material/tour: **Tour, step {number + 1} of {len(STOPS)}.** {STOPS[number].words}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if number == len(STOPS):
                if f"{page}_page.py" != ON:
                    label = "Go to Publish" if may else "Use what is published"
                    st.page_link(ON, label=label, icon=":material/arrow_forward:")
            else:
                _way_on(STOPS[number], page)
            if st.button("Close the tour", key="tour_close", type="tertiary", icon=":material/close:"):
                _set("closed")


def _way_on(stop: Stop, page: str) -> None:
    """The button or link that the stop has on this page; none where the page itself has what is to be pressed."""
    if stop.key == "load":
        empty.load_sample("tour_load", stop.link, primary=True)
    elif f"{page}_page.py" != stop.page:
        st.page_link(stop.page, label=stop.link, icon=":material/arrow_forward:")
    elif stop.shown and st.button(stop.shown, key=f"tour_{stop.key}", type="primary", icon=":material/check:"):
        state.update(toured=(*state.work().toured, stop.key))
        st.rerun()


def _set(tour: Literal["on", "closed"]) -> None:
    state.update(tour=tour)
    st.rerun()

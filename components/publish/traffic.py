"""Which version answers: the split, the shadow, and what was asked so far."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from backends.datasets.wording import per_cent
from backends.errors import WorkbenchError
from backends.registry import Route
from backends.serving.catalogue import Served
from components import admin, cached, results, state
from components.feedback import show_error
from components.publish.place import lacking

LAST = 50  # predictions of the log that are shown
COLUMNS = (
    "**way** is why this version was asked: as the one in production (champion), as the newest while none is in "
    "production (newest), by its number or stage (version), by its weight (split), or along with another, its answer "
    "given to nobody (shadow). **key** is who asked: the name of an API key, widget or page; empty where the API needs "
    "no key. **place** is the row's position in its request, counted from 0."
)


def show(name: str, who: str) -> None:
    """The route with its weights, and the counts per version; setting it and seeing what was asked needs the right."""
    route = cached.registry().route(name)
    st.markdown(_in_words(route))
    mine = admin.allowed("Setting this, and seeing what was asked, is")
    if mine:
        _route(name, who, route)
    with st.container(border=True):
        st.header("Asked so far")
        _counts(name)
        if mine:
            _last(name)


def _route(name: str, who: str, route: Route) -> None:
    """The weights, the shadow, and the reason for them."""
    numbers = [one.number for one in cached.registry().versions(name) if one.stage != "archived"]
    weights = dict(route.split)
    st.caption(f"With all weights at 0 {_without_weights(name)}.")
    wanted: dict[int, float] = {}
    with st.grid(4, gap="small"):
        for number in numbers:
            key = f"publish_weight_{name}_{number}"
            state.seed_widget(key, float(weights.get(number, 0.0)))
            wanted[number] = float(st.number_input(f"Weight of version {number}", 0.0, 1000.0, step=5.0, key=key) or 0)
    shadow = st.selectbox(
        "Shadow version",
        [None, *numbers],
        index=0 if route.shadow not in numbers else 1 + numbers.index(route.shadow),
        format_func=lambda n: "none" if n is None else f"Version {n}",
        help="It is asked too, its answers are logged and never given.",
        key=f"publish_shadow_{name}",
    )
    reason = st.text_input("Reason", key=f"publish_route_reason_{name}", max_chars=400)
    given = (reason or "").strip()
    pressed = st.button("Route like this", disabled=not (who and given), key="publish_route")
    lacking((who, "your name"), (given, "a reason"))
    if pressed:
        split = tuple((number, weight) for number, weight in wanted.items() if weight > 0)
        try:
            admin.registry().set_route(name, Route(split, shadow), who, given)
        except WorkbenchError as error:
            show_error(error)
            return
        st.rerun()


def _without_weights(name: str) -> str:
    """Which version answers where nothing is shared out, and as what."""
    registry = cached.registry()
    versions = tuple(one for one in registry.versions(name) if one.stage != "archived")
    if not versions:
        return "none answers, as all are archived"
    served = Served(name, versions, registry.route(name))
    number, stage = served.answering.number, served.answering.stage
    if served.champion:
        return f"version {number}, in production, answers everything"
    newest = "the newest in staging" if stage == "staging" else "the newest"
    return f"version {number} answers, as {newest}, until one is in production"


def _counts(name: str) -> None:
    """Predictions per version since the workbench started."""
    counters = cached.served().counters
    shown, hidden = counters.of_model(name), counters.of_model(name, shadow=True)
    if not shown and not hidden:
        st.markdown("Nobody has asked it since the workbench started.")
        return
    asked = sorted({*shown, *hidden})
    frame = pd.DataFrame(
        {
            "version": asked,
            "predictions": [shown.get(number, 0) for number in asked],
            "in the shadow": [hidden.get(number, 0) for number in asked],
        }
    )
    results.table(frame, "publish_counts", alt="Predictions per version", download=f"{name}-counts")
    st.caption("Since the workbench started.")


def _last(name: str) -> None:
    """The last rows of the log: the inputs of other people."""
    recent = cached.served().log.recent(name, LAST)
    if len(recent):
        st.markdown("**The last predictions**")
        frame = recent.assign(time=recent["time"].dt.strftime("%Y-%m-%d %H:%M:%S UTC"))
        results.table(frame, "publish_log", alt="The last predictions", download=f"{name}-log")
        st.caption(COLUMNS)


def _in_words(route: Route) -> str:
    if not route.split:
        return "The production version answers every request; without one the newest in staging, else the newest."
    shares = ", ".join(f"version {number} {per_cent(share)}" for number, share in route.shares.items())
    return f"Requests are shared out: {shares}. The same `X-Sticky-Key` always gets the same version."

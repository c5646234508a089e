"""Which version answers: the split, the shadow, and what was asked so far."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from backends.errors import WorkbenchError
from backends.registry import Route
from components import cached, results
from components.feedback import show_error

LAST = 50  # predictions of the log that are shown


def show(name: str, who: str) -> None:
    """The route with its weights, and the counts per version."""
    registry, served = cached.registry(), cached.served()
    versions = [one for one in registry.versions(name) if one.stage != "archived"]
    numbers = [one.number for one in versions]
    route = registry.route(name)
    weights = dict(route.split)
    st.markdown(_in_words(route))
    frame = pd.DataFrame({"version": numbers, "weight": [float(weights.get(n, 0.0)) for n in numbers]})
    edited = st.data_editor(
        frame,
        hide_index=True,
        disabled=["version"],
        column_config={"weight": st.column_config.NumberColumn(min_value=0.0, max_value=100.0, step=1.0)},
        key=f"publish_split_{name}",
    )
    shadow = st.selectbox(
        "Shadow version",
        [None, *numbers],
        index=0 if route.shadow not in numbers else 1 + numbers.index(route.shadow),
        format_func=lambda n: "none" if n is None else f"Version {n}",
        help="It is asked too, its answers are logged and never given.",
        key=f"publish_shadow_{name}",
    )
    reason = st.text_input("Reason", key=f"publish_route_reason_{name}", max_chars=400)
    if st.button("Route like this", disabled=not (who and (reason or "").strip()), key="publish_route"):
        split = tuple((int(n), float(w)) for n, w in zip(edited["version"], edited["weight"], strict=True) if w > 0)
        try:
            registry.set_route(name, Route(split, shadow), who, reason)
        except WorkbenchError as error:
            show_error(error)
            return
        st.rerun()
    with st.container(border=True):
        st.subheader("Asked so far")
        shown, hidden = served.counters.of_model(name), served.counters.of_model(name, shadow=True)
        if not shown and not hidden:
            st.markdown("Nobody has asked it since the workbench started.")
        else:
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
        recent = served.log.recent(name, LAST)
        if len(recent):
            st.markdown("**The last predictions**")
            results.table(recent, "publish_log", alt="The last predictions", download=f"{name}-log")


def _in_words(route: Route) -> str:
    if not route.split:
        return "The production version answers every request; without one, the newest that is not archived."
    shares = ", ".join(f"version {number} {share:.0%}" for number, share in route.shares.items())
    return f"Requests are shared out: {shares}. The same `X-Sticky-Key` always gets the same version."

"""A new version: which export, under which name, with what said about it."""

from __future__ import annotations

import streamlit as st

from backends.bundle.job import Exported
from backends.datasets.wording import number_of
from backends.errors import WorkbenchError
from components import admin, cached, state, tracking
from components.export.ask import slug
from components.feedback import escape, show_error
from components.publish.place import LATEST, lacking
from components.state import ExportOf

HELP = "Part of the address: small letters, digits and dashes. A name that exists gets a new version."


def show(who: str) -> None:
    """The form, or what is needed first."""
    ready = [(what, made) for what, made in state.work().exported if made.bundle.certificate.passed]
    if not ready:
        st.markdown("A version is made from an exported model whose certificate has passed.")
        st.page_link("export_page.py", label="Export a model", icon=":material/verified:")
        return
    at = st.selectbox(
        "Export",
        range(len(ready)),
        format_func=lambda i: f"{ready[i][0].title} on {ready[i][0].dataset}",
        key="publish_export",
        disabled=len(ready) == 1,
    )
    what, made = ready[at or 0]
    left, right = st.columns([2, 3])
    with left:
        state.seed_widget("publish_name", _suggested(what))
        name = (st.text_input("Name", key="publish_name", max_chars=63, help=HELP, **state.KEEP) or "").strip()
        there = next((model for model in cached.registry().models() if model.name == name), None)
        if there is not None:
            st.caption(f"{escape(name)} has {number_of(there.versions, 'version')}; this will be the next one.")
    with right:
        notes = st.text_input("What is new", key="publish_notes", max_chars=500)
    if st.button(
        "Publish",
        type="primary",
        icon=":material/rocket_launch:",
        key="publish_start",
        disabled=not (name and who),
    ):
        _publish(name, who, notes or "", what, made)
    lacking((name, "the model's name"), (who, "your name"))


def _suggested(what: ExportOf) -> str:
    return slug(what.dataset.rsplit(".", 1)[0])


def _publish(name: str, who: str, notes: str, what: ExportOf, made: Exported) -> None:
    with st.spinner("Publishing…"):
        try:
            version = admin.registry().publish(made.data, name, who, notes, tracking.run_of(what.result))
        except WorkbenchError as error:
            show_error(error)
            return
    cached.warm_widgets()
    state.set_widget(LATEST, version.name)
    state.update(shipped=(*state.work().shipped, what))
    st.toast(f"Version {version.number} of {escape(version.name)} is live.", icon=":material/rocket_launch:")
    st.rerun()

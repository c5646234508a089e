"""The way to one more collection."""

from __future__ import annotations

import streamlit as st

from backends.errors import WorkbenchError
from components import state, stay
from components.ask import documents, known
from components.feedback import show_error


def show() -> None:
    """A name for an empty one, or the handbook that comes with the workbench."""
    with st.popover("New collection", icon=":material/create_new_folder:"):
        own = known.is_own(known.key_of_new(""))
        if own:
            st.caption(f"It is yours alone. {stay.limit()}" if stay.limit() else "It is yours alone.")
        with st.form("ask_new", border=False):
            name = (st.text_input("Name", max_chars=60, key="ask_new_name") or "").strip()
            if st.form_submit_button("Create", icon=":material/add:"):
                _create(name)
        there = {documents.HANDBOOK, known.key_of_new(documents.HANDBOOK)} & set(known.listed())
        if not there and st.button("Read the handbook", key="ask_sample", icon=":material/menu_book:", type="tertiary"):
            documents.sample()
            st.rerun()


def _create(name: str) -> None:
    key = known.key_of_new(name)
    try:
        known.created(key)
    except WorkbenchError as error:
        show_error(error)
        return
    state.update(collection=key)
    st.rerun()

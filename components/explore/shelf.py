"""Other tables at hand: added by an upload, taken in hand, or let go."""

from __future__ import annotations

import streamlit as st

from backends.datasets.formats import ENDINGS
from backends.datasets.wording import number_of
from backends.settings import Settings
from components import sources, state
from components.feedback import escape


def show(key: str) -> None:
    """The tables on the shelf, and the upload that adds one; `key` keeps the widgets of two tabs apart."""
    for table in state.work().shelf:
        with st.container(horizontal=True, vertical_alignment="center"):
            read = table.dataset
            size = f"{number_of(read.rows, 'row')} × {number_of(len(read.schema), 'column')}"
            st.markdown(f":material/table: **{escape(table.source.name)}** :gray[{size}]")
            digest = table.source.digest
            st.button("Work on it", key=f"{key}_take_{digest}", type="tertiary", on_click=_take, args=(table,))
            st.button("Let it go", key=f"{key}_drop_{digest}", type="tertiary", on_click=_drop, args=(digest,))
    on_it = "".join(table.source.digest[:6] for table in state.work().shelf)  # another shelf, a fresh upload
    file = st.file_uploader(
        "Add another table",
        type=[ending.lstrip(".") for ending in ENDINGS],
        key=f"{key}_file_{on_it}",
        max_upload_size=Settings.from_environment().max_upload_mb,
        help=f"At most {state.SHELF} other tables are kept at hand; the longest unused goes.",
    )
    if file is not None:
        sources.shelve(file.name, file.getvalue())
        st.rerun()


def _take(table: state.Shelved) -> None:
    sources.take_from_shelf(table)


def _drop(digest: str) -> None:
    state.update(shelf=tuple(table for table in state.work().shelf if table.source.digest != digest))

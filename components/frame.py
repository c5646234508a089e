"""What surrounds every page: the browser tab, and at the sidebar's foot what is being worked on."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from backends.datasets.wording import number_of
from components import admin, state
from components.feedback import escape

TITLE = "Demo Workbench"
ICON = Path(__file__).with_name("icon.png")  # a local file: a Material icon would be fetched from another host


def configure() -> None:
    """Name the browser tab and use the whole width."""
    st.set_page_config(page_title=TITLE, page_icon=str(ICON), layout="wide")


def working_on() -> None:
    """The dataset, the model and the documents in hand, and the way to them."""
    work = state.work()
    with st.sidebar:
        st.space("small")
        st.caption("Working on")
        if work.dataset is None:
            st.page_link("load_page.py", label="No table yet", icon=":material/add:")
        else:
            st.page_link("load_page.py", label=escape(work.dataset.name), icon=":material/table:")
            rows, columns = number_of(work.dataset.rows, "row"), number_of(len(work.dataset.schema), "column")
            st.caption(f"{rows} × {columns}")
        if work.comparison is not None and work.comparison.recommended is not None:
            chosen = work.comparison.models[work.model or work.comparison.recommended]
            st.page_link("train_page.py", label=escape(chosen.title), icon=":material/check:")
        if work.collection is not None:
            st.page_link("ask_page.py", label=escape(work.collection), icon=":material/menu_book:")
        admin.sign_in()

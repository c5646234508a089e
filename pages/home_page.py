"""Home: what this is, a table in one click, and which steps are done."""

from __future__ import annotations

import streamlit as st

from backends.datasets.wording import number_of
from components import sources, state, steps, tour
from components.feedback import escape

work = state.work()
st.title("From a CSV to a demo that people can touch")

if work.dataset is None:
    st.markdown(
        "Load a table, know it in a minute, train and compare classifiers, and read what they honestly promise. "
        "Or give it documents, and get answers that can be checked."
    )
    tour.offer()
    st.page_link("load_page.py", label="Load your own table", icon=":material/upload_file:")
    st.page_link("ask_page.py", label="Ask your own documents", icon=":material/menu_book:")
    st.header("Or start with a sample")
    sources.sample_buttons("home")
    st.stop()

table = work.dataset
rows, columns = number_of(table.rows, "row"), number_of(len(table.schema), "column")
st.markdown(f"You are working on **{escape(table.name)}**: {rows}, {columns}.")
steps.show(work)
tour.offer()

st.header("Work on something else")
sources.sample_buttons("home")

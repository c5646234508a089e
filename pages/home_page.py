"""Home: what this is, a table in one click, and which steps are done."""

from __future__ import annotations

import streamlit as st

from components import sources, state
from components.feedback import escape

work = state.work()
st.title("From a CSV to a demo that people can touch")

if work.dataset is None:
    st.markdown("Load a table, train and compare classifiers, and read what they can honestly promise.")
    st.page_link("load_page.py", label="Load your own table", icon=":material/upload_file:")
    st.subheader("Or start with a sample")
    sources.sample_buttons("home")
    st.stop()

table = work.dataset
st.markdown(f"You are working on **{escape(table.name)}**: {table.rows:,} rows, {len(table.schema):,} columns.")
with st.grid(2, gap="small"):
    with st.container(border=True, height="stretch"):
        st.badge("Done", icon=":material/check:", color="green")
        st.markdown("**Load**")
        repaired = sum(note.severity == "repair" for note in table.notes)
        st.caption(f"{repaired} repairs while reading" if repaired else "Read without repairs")
        st.page_link("load_page.py", label="See and correct how it was read", icon=":material/upload_file:")
    with st.container(border=True, height="stretch"):
        if work.comparison is None or work.comparison.recommended is None:
            st.badge("Next" if work.job is None else "Running", icon=":material/arrow_forward:", color="primary")
            st.markdown("**Train**")
            st.caption("Compare classifiers on the same folds, with their uncertainty")
            st.page_link("train_page.py", label="Choose a target and train", icon=":material/model_training:")
        else:
            st.badge("Done", icon=":material/check:", color="green")
            st.markdown("**Train**")
            st.caption(escape(work.comparison.reason))
            st.page_link("train_page.py", label="Read the leaderboard", icon=":material/model_training:")

st.subheader("Work on something else")
sources.sample_buttons("home")

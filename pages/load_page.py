"""Load: any table in, with everything that was guessed shown and correctable."""

from __future__ import annotations

import streamlit as st

from components import dataset_view, sources, state

dataset = state.work().read
st.title("Load a table")
if dataset is None:
    st.markdown("Everything that is guessed while reading is shown, and can be corrected.")
    sources.choose()
    st.stop()

st.markdown(dataset_view.sentence(dataset))
dataset_view.numbers(dataset)
dataset_view.prepared_since()
if dataset.notes:
    with st.container(border=True):
        st.header("What was guessed and repaired")
        dataset_view.notes(dataset)

st.header("Rows")
dataset_view.rows(dataset)

st.header("Columns")
kinds = dataset_view.columns(dataset)
if kinds and st.button("Read again with these kinds", icon=":material/refresh:", type="primary"):
    dataset_view.apply({"kinds": kinds})
    st.rerun()

if state.work().comparison is not None:
    st.caption("Reading again starts over: the models trained on the table as it is now are let go.")
with st.expander("How it was read", icon=":material/tune:"):
    changed = dataset_view.dialect_form(dataset)
    if changed:
        dataset_view.apply(changed)
        st.rerun()

with st.expander("Load another table", icon=":material/upload_file:"):
    sources.choose()

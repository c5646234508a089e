"""Query: SQL over the table in hand and those on the shelf."""

from __future__ import annotations

import streamlit as st

from backends.datasets import Dataset
from components import query_view, sources, state
from components.explore import shelf


def show(dataset: Dataset) -> None:
    """The editor and its result, and the upload that adds a table to join with."""
    others = [table.dataset for table in state.work().shelf]
    query_view.show([dataset, *others], sources.load)
    with st.expander("Other tables, to join with", icon=":material/table:", expanded=bool(others)):
        shelf.show("explore_query_shelf")

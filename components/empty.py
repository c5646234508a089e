"""What a page says that has nothing to work on yet: what it needs, and the ways to get it."""

from __future__ import annotations

import streamlit as st

from backends.datasets.samples import sample, sample_bytes
from components import sources

SAMPLE = "churn"


def needs_a_table(words: str) -> None:
    """A sentence, the way to a table of one's own, and a sample in one click."""
    st.markdown(words)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("load_page.py", label="Load a table", icon=":material/upload_file:")
        load_sample("empty_sample", "Try it with a sample")


def load_sample(key: str, label: str, primary: bool = False) -> None:
    """The button that loads the sample of the tour, on whichever page."""
    if st.button(label, key=key, type="primary" if primary else "secondary", icon=":material/table_view:"):
        sources.load(sample(SAMPLE).file, sample_bytes(SAMPLE))
        st.rerun()

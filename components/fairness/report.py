"""The page as a document to take away."""

from __future__ import annotations

import streamlit as st

from backends.fairness import FairnessReport
from backends.fairness.report import Measures, to_html, to_json
from components import state
from components.subject import Subject

FORMATS = {"HTML": ("html", "text/html", to_html), "JSON": ("json", "application/json", to_json)}


def show(about: Subject, assessed: FairnessReport, asked: state.Asked) -> None:
    """A download per format, with the mitigations that were tried."""
    made = tuple(one for whom, one in state.work().mitigated if whom == asked)
    measures = Measures(mitigated=made)
    st.caption("The sentences above, every gap and rate with its interval, what was tried, and what the words mean.")
    with st.container(horizontal=True):
        for title, (ending, mime, write) in FORMATS.items():
            st.download_button(
                f"Download {title}",
                data=lambda write=write: write(assessed, measures).encode(),  # type: ignore[misc]
                file_name=f"fairness-{about.model.key}.{ending}",
                mime=mime,
                key=f"fairness_report_{ending}",
                icon=":material/download:",
                on_click="ignore",
            )

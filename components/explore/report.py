"""Report: what is known about the table, to take away."""

from __future__ import annotations

from functools import partial

import streamlit as st

from backends.profiling import Profile
from components import cached, state

FORMATS = {
    "HTML": ("html", "text/html", "One page that needs nothing else: light and dark, printable."),
    "JSON": ("json", "application/json", "Every figure in full precision; the schema is part of the project."),
    "Markdown": ("md", "text/markdown", "Tables for a README or an issue."),
}


def show(profile: Profile) -> None:
    """The switch for privacy and a download per format, with the HTML page below as it will look."""
    private = st.toggle(
        "Keep values of the table out of it",
        key="explore_report_private",
        **state.KEEP,
        help="Names of columns, counts and averages stay; single values, levels and examples go.",
    )
    stem = profile.dataset.name.rsplit(".", 1)[0]
    with st.grid(3, gap="small"):
        for title, (ending, mime, words) in FORMATS.items():
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{title}**")
                st.caption(words)
                st.download_button(
                    f"Download {title}",
                    data=partial(_written, profile, ending, private),
                    file_name=f"{stem}-profile.{ending}",
                    mime=mime,
                    key=f"explore_report_{ending}",
                    icon=":material/download:",
                    on_click="ignore",
                )
    if st.toggle("Show the page here", key="explore_report_preview", **state.KEEP):
        with st.spinner("Writing the report…"):
            page = cached.report(profile, "html", private)
        st.iframe(page, height=800, alt="The report")


def _written(profile: Profile, ending: str, private: bool) -> bytes:
    return cached.report(profile, ending, private).encode()

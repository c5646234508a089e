"""Explore: know a table in a minute, and settle what is wrong with it."""

from __future__ import annotations

import streamlit as st

from components import cached, empty, recipe_view, state, tabs
from components.explore import alerts, columns, compare, missing, overview, query, relations, report, target
from components.feedback import escape

dataset = state.work().dataset
st.title("Explore")
if dataset is None:
    empty.needs_a_table("Exploring needs a table.")
    st.stop()

if not dataset.rows:
    st.markdown(f"**{escape(dataset.name)}** has no row below its header: there is nothing to explore yet.")
    st.page_link("load_page.py", label="Correct how it was read, or load another table", icon=":material/upload_file:")
    st.stop()

answer, picker = st.columns([4, 1], vertical_alignment="bottom")
with picker:
    chosen = overview.target_input(dataset)
profile = cached.profile_against(chosen, cached.profile(dataset.digest, dataset))
sentence = answer.empty()
sentence.markdown(overview.size(profile))
overview.numbers(profile)
recipe_view.show(dataset)

VIEWS = {
    "Alerts": lambda: alerts.show(profile.alerts),
    "Columns": lambda: columns.show(profile),
    "Target": lambda: target.show(profile),
    "Relations": lambda: relations.show(profile),
    "Missing": lambda: missing.show(profile),
    "Compare": lambda: compare.show(profile),
    "Query": lambda: query.show(dataset),
    "Report": lambda: report.show(profile),
}
named = tabs.make("explore_tab", list(VIEWS))
with named["Alerts"], st.spinner("Looking for what to do…"):
    sentence.markdown(overview.sentence(profile, profile.alerts))
for title, tab in named.items():
    if tab.open:
        with tab:
            VIEWS[title]()

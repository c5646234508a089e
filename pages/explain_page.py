"""Explain: why the model says so."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components import subject, tabs
from components.explain import coming, counterfactual, fails, one_row, overall, two, what_if

st.title("Explain")
about = subject.choose()
if about is None:
    subject.needs_a_model()
    st.stop()
if not len(about.positions):
    st.markdown("No held-out row is in this cohort. Choose other rows above.")
    st.stop()

with st.spinner("Asking the model why…"):
    explanation = about.explanation()
st.markdown(overall.sentence(explanation))
overall.check(explanation)
coming.follow(about)

tabs.show(
    "explain_tab",
    {
        "Overall": partial(overall.show, about, explanation),
        "One row": partial(one_row.show, about),
        "What-if": partial(what_if.show, about),
        "Counterfactuals": partial(counterfactual.show, about),
        "Where it fails": partial(fails.show, about),
        "Two models": partial(two.show, about),
    },
)

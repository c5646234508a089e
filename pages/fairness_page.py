"""Fairness: whom the model treats differently, how sure that is, and what a different decision would do."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components import subject, tabs
from components.fairness import found, groups, mitigate, policy, report, subgroups

st.title("Fairness")
about = subject.choose(cohorts=False)
if about is None:
    subject.needs_a_model()
    st.stop()

question = groups.ask(about)
if question is None:
    st.markdown("Choose the columns that say who a row is about: they need not be features of the model.")
    st.stop()

with st.spinner("Comparing the groups…"):
    assessed = question.answer(about)
found.reading(assessed)
found.definitions()
tabs.show(
    "fairness_tab",
    {
        "By group": partial(found.by_group, assessed),
        "Gaps": partial(found.gaps, assessed),
        "Calibration": partial(found.calibration, assessed),
        "Thresholds": partial(policy.show, about, question),
        "Mitigation": partial(mitigate.show, about, question),
        "Worst subgroups": partial(subgroups.show, about, question),
        "Report": partial(report.show, about, assessed, question),
    },
)

"""Two models side by side: where they disagree, who is right there, and which columns they weigh differently."""

from __future__ import annotations

import streamlit as st

from backends import charts
from backends.errors import WorkbenchError
from backends.explanations import explain
from backends.explanations.disagreement import disagreement, drivers
from components import cached, results, state
from components.feedback import escape
from components.subject import Subject


def show(subject: Subject) -> None:
    """The other model, the rows on which the two differ, and why."""
    models = {key: model for key, model in subject.models.items() if key != subject.model.key}
    titles = {key: model.title for key, model in models.items()}
    if not titles:
        st.markdown("There is no second model; train more than one.")
        return
    key = st.selectbox("Against", list(titles), key="explain_other", format_func=titles.__getitem__, **state.KEEP)
    other = models[str(key)]
    found = subject.kept(
        "disagreement", lambda: disagreement(subject.model, other, subject.positions), str(key), subject.policies
    )
    st.markdown(escape(found.message))
    left, right = st.columns(2)
    with left, st.container(border=True):
        figure = charts.disagreement_points(found, dark=results.dark())
        results.chart(figure, found.points, "disagreement_points", alt="Both models' probabilities")
    with right, st.container(border=True):
        st.subheader("Who is right")
        results.table(found.outcomes, "explain_outcomes", alt="Who is right where", download="outcomes")
        if len(found.cohorts.frame):
            st.caption(escape(found.cohorts.message))
            results.table(found.cohorts.frame, "explain_differ", alt="Where they disagree", download="disagreement")
    _drivers(subject, str(key))
    with st.expander("The rows that differ most", icon=":material/table_rows:"):
        results.table(found.largest, "explain_largest", alt="Rows with the largest difference", download="largest")


def _drivers(subject: Subject, key: str) -> None:
    st.subheader("Which columns they weigh differently")
    other = subject.comparison.models[key]
    first = subject.explanation()
    second = cached.kept("explanation beside", (*subject.key, key), lambda: explain(other, first.frame))
    try:
        frame = drivers(first, second)
    except WorkbenchError as error:
        st.caption(escape(f"{error.message} {error.hint}"))
        return
    results.table(frame, "explain_drivers", alt="Columns weighed differently", download="drivers")

"""Two models side by side: where they disagree, who is right there, and which columns they weigh differently."""

from __future__ import annotations

import streamlit as st

from backends import charts
from backends.explanations import explain
from backends.explanations.disagreement import Disagreement, disagreement, drivers, shared_explanations
from backends.explanations.explain import space_of
from backends.training.results import TrainedModel
from components import results, state
from components.explain import overall
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
        st.header("Who is right")
        results.table(found.outcomes, "explain_outcomes", alt="Who is right where", download="outcomes")
        if len(found.cohorts.frame):
            st.caption(escape(found.cohorts.message))
            results.table(found.cohorts.frame, "explain_differ", alt="Where they disagree", download="disagreement")
    _drivers(subject, other, found)
    with st.expander("The rows that differ most", icon=":material/table_rows:"):
        results.table(found.largest, "explain_largest", alt="Rows with the largest difference", download="largest")


def _drivers(subject: Subject, other: TrainedModel, found: Disagreement) -> None:
    """Both models' reasons in one space: as they are where both have the same, else asked about in probability."""
    st.header("Which columns they weigh differently")
    first = subject.explanation()
    space = space_of(other)
    if first.space == space:
        second = subject.kept("explanation beside", lambda: explain(other, first.frame), other.key, subject.explained)
        frame = drivers(first, second)
        st.caption(f"In {first.space}, on the {len(first.frame):,} rows that are explained above.")
    else:
        with st.spinner("Asking both models in the same way…"):
            shared = subject.kept(
                "shared", lambda: shared_explanations(subject.model, other, found.points), other.key, subject.policies
            )
        frame = shared.drivers
        st.caption(
            f"{escape(subject.model.title)} is explained in {first.space} above, {escape(other.title)} would be in "
            f"{space}. To compare them, both are explained here in probability, {escape(shared.words)}."
        )
        for model, explanation in ((subject.model, shared.first), (other, shared.second)):
            st.markdown(f"**{escape(model.title)}**")
            overall.check(explanation)
    results.table(frame, "explain_drivers", alt="Columns weighed differently", download="drivers")

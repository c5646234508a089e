"""Where it fails: the worst cohorts, the tree of errors, and the cohort that is looked at everywhere else."""

from __future__ import annotations

import streamlit as st

from backends import charts
from backends.explanations.cohorts import Cohort, cohort_scores
from backends.explanations.slices import error_tree, worst_cohorts
from components import results, state
from components.feedback import escape
from components.subject import EVERYONE, Subject, save_cohort

LOSSES = {"Wrong decisions": "error", "Bad probabilities (log loss)": "log_loss"}


def show(subject: Subject) -> None:
    """The slices with significantly more errors, then the tree that shares out all errors."""
    if subject.cohort is not None:
        _scores(subject, subject.cohort)
    title = st.segmented_control(
        "Failing means", list(LOSSES), default=next(iter(LOSSES)), required=True, key="explain_loss", **state.KEEP
    )
    loss = LOSSES[str(title)]
    with st.spinner("Looking through slices of one to three conditions…"):
        found = subject.kept("worst cohorts", lambda: worst_cohorts(subject.model, loss), loss)  # type: ignore[arg-type]
    st.markdown(escape(found.message))
    for note in found.notes:
        st.caption(escape(note))
    if len(found.frame):
        figure = charts.cohort_errors(found, dark=results.dark())
        results.chart(figure, found.frame, "cohort_errors", alt="The worst cohorts")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            names = [cohort.name for cohort in found.cohorts]
            name = st.selectbox("Cohort", names, key=f"explain_worst_{loss}", **state.KEEP)
            chosen = next((cohort for cohort in found.cohorts if cohort.name == name), None)
            if chosen is not None:
                st.button(
                    "Look at it in every view", icon=":material/filter_alt:", on_click=save_cohort, args=(chosen,)
                )
    _tree(subject)


def _tree(subject: Subject) -> None:
    with st.container(border=True):
        st.subheader("All errors, shared out")
        tree = subject.kept("error tree", lambda: error_tree(subject.model))
        st.markdown(escape(tree.message))
        for note in tree.notes:
            st.caption(escape(note))
        if len(tree.nodes) > 1:
            figure = charts.error_tree(tree, dark=results.dark())
            results.chart(figure, tree.nodes, "error_tree", alt="The tree of errors")


def _scores(subject: Subject, cohort: Cohort) -> None:
    with st.container(border=True):
        st.subheader(escape(cohort.words))
        found = subject.kept("cohort scores", lambda: cohort_scores(subject.model, cohort))
        st.caption(f"{found.rows:,} rows against the other {found.rest_rows:,}. {escape(found.note)}")
        frame = found.frame[["title", "words", "rest_words"]].set_axis(["", "cohort", "the rest"], axis=1)
        results.table(frame, "explain_cohort_scores", alt="Scores of the cohort", download="cohort_scores")
        st.button("Back to all held-out rows", icon=":material/filter_alt_off:", on_click=_everyone)


def _everyone() -> None:
    state.set_widget("explain_cohort", EVERYONE)

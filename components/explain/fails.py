"""Where it fails: the worst cohorts, the tree of errors, and the cohort that is looked at everywhere else."""

from __future__ import annotations

import numpy as np
import streamlit as st

from backends import charts
from backends.datasets.wording import number_of
from backends.explanations.cohorts import Cohort, cohort_scores
from backends.explanations.cohorts.cohort import MOST, merged
from backends.explanations.slices import WorstCohorts, error_tree, worst_cohorts
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
    if subject.cohort is not None:
        rows = number_of(len(subject.positions), "held-out row")
        st.caption(
            f":material/filter_alt: Searched within {escape(subject.cohort.words)} only ({rows}): "
            "“the rest” below is the rest of these."
        )
    with st.spinner("Looking through slices of one to three conditions…"):
        found = subject.kept("worst cohorts", lambda: _worst(subject, loss), loss)
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
                _take_input(subject, chosen)
    _tree(subject)


def _worst(subject: Subject, loss: str) -> WorstCohorts:
    """Within a cohort only as deep as its own conditions leave room for, so that what is found can be looked at."""
    if subject.cohort is None:
        return worst_cohorts(subject.model, loss)  # type: ignore[arg-type]
    depth = max(1, MOST - len(subject.cohort.conditions))
    return worst_cohorts(subject.model, loss, depth, rows=subject.positions)  # type: ignore[arg-type]


def _take_input(subject: Subject, chosen: Cohort) -> None:
    """A button to look at a cohort in every view, within the one that is looked at now."""
    outer = subject.cohort.conditions if subject.cohort else ()
    conditions = merged((*outer, *chosen.conditions))
    if len(conditions) > MOST:
        st.caption(f"With those of the present one it has {len(conditions)} conditions; a cohort has {MOST} at most.")
        return
    st.button(
        "Look at it in every view",
        icon=":material/filter_alt:",
        on_click=save_cohort,
        args=(Cohort.of(*conditions) if outer else chosen,),
    )


def _tree(subject: Subject) -> None:
    with st.container(border=True):
        st.header("All errors, shared out")
        tree = subject.kept("error tree", lambda: error_tree(subject.model, rows=_rows(subject)))
        st.markdown(escape(tree.message))
        for note in tree.notes:
            st.caption(escape(note))
        if len(tree.nodes) > 1:
            figure = charts.error_tree(tree, dark=results.dark())
            results.chart(figure, tree.nodes, "error_tree", alt="The tree of errors")


def _rows(subject: Subject) -> np.ndarray | None:
    return None if subject.cohort is None else subject.positions


def _scores(subject: Subject, cohort: Cohort) -> None:
    with st.container(border=True):
        st.header(escape(cohort.words))
        found = subject.kept("cohort scores", lambda: cohort_scores(subject.model, cohort))
        st.caption(f"{found.rows:,} rows against the other {found.rest_rows:,}. {escape(found.note)}")
        frame = found.frame[["title", "words", "rest_words"]].set_axis(["", "cohort", "the rest"], axis=1)
        results.table(frame, "explain_cohort_scores", alt="Scores of the cohort", download="cohort_scores")
        st.button("Back to all held-out rows", icon=":material/filter_alt_off:", on_click=_everyone)


def _everyone() -> None:
    state.set_widget("explain_cohort", EVERYONE)

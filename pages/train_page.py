"""Train: from a table to an honest leaderboard."""

from __future__ import annotations

import streamlit as st

from backends.errors import WorkbenchError
from components import (
    cached,
    comparison_view,
    empty,
    engines,
    feedback,
    model_view,
    state,
    threshold_view,
    train_form,
    train_job,
)

work = state.work()
st.title("Train and compare")
engines.warn("dask")
if work.dataset is None:
    empty.needs_a_table("Training needs a table.")
    st.stop()

if work.message:
    st.error(feedback.escape(work.message), icon=":material/error:")

if work.job is not None:
    train_job.watch(work.job)
elif work.comparison is not None and work.comparison.recommended is None:
    st.markdown(comparison_view.answer(work.comparison))
    comparison_view.failures(work.comparison)
elif work.comparison is not None:
    st.markdown(comparison_view.answer(work.comparison))
    st.caption(comparison_view.trained_on(work.comparison))
    if work.trained is not None and work.trained.digest != work.dataset.digest:
        st.info(
            "The table was prepared differently since. Train again to see the difference.", icon=":material/update:"
        )
    numbers = st.container()
    picture, doubts = st.columns([3, 2])
    with picture, st.container(border=True, height="stretch"):
        st.header("Leaderboard")
        comparison_view.board(work.comparison)
    with doubts, st.container(border=True, height="stretch"):
        st.header("What to look at")
        comparison_view.checks(work.comparison)
    comparison_view.failures(work.comparison)
    comparison_view.table(work.comparison)
    comparison_view.notes(work.comparison)

    st.header("One model on the rows it never saw")
    subject = model_view.choose(work.trained or work.dataset, work.comparison)
    model_view.show(subject)
    with numbers:
        comparison_view.headline(work.comparison, subject.evaluation, subject.model.key)
        if note := threshold_view.policy_note(subject):
            st.caption(f":material/gavel: {feedback.escape(note)} These numbers are without it.")

fresh = work.comparison is None and work.job is None
again = "Settings of the next training" if work.job else "Train again"
with st.container() if fresh else st.expander(again, icon=":material/tune:"):
    summary = st.container()
    target = train_form.target_input(work.dataset)
    start = st.empty()
    try:
        with st.expander("Columns, models, validation, budget", icon=":material/tune:") if fresh else st.container():
            spec = train_form.more_inputs(work.dataset, target)
        plan = cached.plan(work.dataset.digest, spec, work.dataset)
    except WorkbenchError as error:
        feedback.show_error(error)
        train_form.remedies(error)
        st.stop()
    summary.markdown(train_form.plan_sentence(plan))
    if start.button(
        "Train", type="primary", icon=":material/play_arrow:", disabled=work.job is not None, key="train_start"
    ):
        train_job.start(work.dataset, spec)
        st.rerun()
    train_form.plan_notes(plan)

"""Train: from a table to an honest leaderboard."""

from __future__ import annotations

import streamlit as st

from backends.errors import WorkbenchError
from backends.training.results import Comparison
from components import cached, comparison_view, feedback, model_view, state, train_form, train_job

work = state.work()
st.title("Train and compare")
if work.dataset is None:
    st.markdown("Training needs a table.")
    st.page_link("load_page.py", label="Load a table", icon=":material/upload_file:")
    st.stop()
dataset = work.dataset


def result(comparison: Comparison) -> None:
    """The answer, the picture, what to look at, the table, one model."""
    st.markdown(comparison_view.answer(comparison))
    if comparison.recommended is None:
        comparison_view.failures(comparison)
        return
    answer = st.container()
    left, right = st.columns([3, 2])
    with left, st.container(border=True):
        st.subheader("Leaderboard")
        comparison_view.board(comparison)
    with right, st.container(border=True):
        st.subheader("What to look at")
        comparison_view.checks(comparison)
    comparison_view.failures(comparison)
    comparison_view.table(comparison)
    comparison_view.notes(comparison)

    st.subheader("One model on the rows it never saw")
    key = model_view.choose(comparison)
    model = comparison.models[key]
    evaluation = cached.evaluation(work.result or "", key, model)
    with answer:
        comparison_view.headline(comparison, evaluation, key)
    views = ["Scores", "Folds", "Curves", "Threshold and costs", "Learning curve", "Code"]
    if not evaluation.binary:
        views.remove("Threshold and costs")
    view = st.segmented_control("View", views, default="Scores", required=True, key="train_view")
    if view == "Scores":
        model_view.scores(evaluation)
    elif view == "Folds":
        model_view.folds(comparison)
    elif view == "Curves":
        model_view.curve(evaluation)
    elif view == "Threshold and costs":
        model_view.threshold(evaluation, model)
    elif view == "Learning curve":
        model_view.learning(dataset, model, comparison.metric)
    else:
        model_view.code(dataset, comparison, key)


if work.message:
    st.error(feedback.escape(work.message), icon=":material/error:")
if work.job is not None:
    train_job.watch(work.job)
elif work.comparison is not None:
    result(work.comparison)

again = "Settings of the next training" if work.job else "Train again"
fresh = work.comparison is None and work.job is None
with st.container() if fresh else st.expander(again, icon=":material/tune:"):
    summary = st.container()
    target = train_form.target_input(dataset)
    go = st.empty()
    with st.expander("Columns, models, validation, budget", icon=":material/tune:") if fresh else st.container():
        spec = train_form.more_inputs(dataset, target)
    try:
        plan = cached.plan(dataset.digest, spec, dataset)
    except WorkbenchError as error:
        feedback.show_error(error)
        st.stop()
    summary.markdown(train_form.plan_sentence(plan))
    if go.button(
        "Train", type="primary", icon=":material/play_arrow:", disabled=work.job is not None, key="train_start"
    ):
        train_job.start(dataset, spec)
        st.rerun()
    train_form.plan_notes(plan)

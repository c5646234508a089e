"""Mitigation: what could be trained or decided otherwise, tried in the background, and all of it in one picture."""

from __future__ import annotations

import streamlit as st

from backends import charts
from backends.fairness import job as mitigation_job
from backends.fairness.mitigation import METHODS, MitigationPlan, pareto, standings
from backends.fairness.tallies import CRITERIA
from backends.tasks import Job
from components import cached, job_panel, results, state
from components.fairness.groups import Question
from components.feedback import escape
from components.subject import Subject

SECONDS = 60


def show(about: Subject, question: Question) -> None:
    """The methods to try, what they brought on the same held-out rows, and accuracy against disparity."""
    if not about.model.binary:
        st.markdown("Mitigation needs two classes.")
        return
    if state.work().mitigation_job is not None:
        job_panel.watch(str(state.work().mitigation_job), on_end=_take_over, show=lambda job: None)
    else:
        _try(about, question)
    made = [one for one in state.work().mitigated if one.of == about.model.title]
    if made:
        titles = [f"{one.method.title} for {CRITERIA[one.plan.constraint].title.lower()}" for one in made]
        at = st.selectbox(
            "Before and after", range(len(made)), format_func=titles.__getitem__, key="fairness_made", **state.KEEP
        )
        one = made[at or 0]
        figure = charts.before_after(one.before_after, dark=results.dark())
        results.chart(figure, one.before_after, "mitigated", alt="Before and after the mitigation")
        for note in one.notes:
            st.caption(escape(note))
    _picture(about, question)


def _try(about: Subject, question: Question) -> None:
    left, right = st.columns(2)
    with left:
        chosen = st.pills(
            "Try",
            list(METHODS),
            selection_mode="multi",
            default=["reweighing", "threshold_optimizer"],
            format_func=lambda key: METHODS[key].title,
            key="fairness_methods",
        )
    with right:
        aims = list(dict.fromkeys(aim for key in chosen for aim in METHODS[key].constraints))
        aim = st.selectbox(
            "Aim at", aims, format_func=lambda key: CRITERIA[key].title, key=f"fairness_aim_{len(aims)}", **state.KEEP
        )
    for key in chosen:
        st.caption(f"**{METHODS[key].title}** ({METHODS[key].when}): {escape(METHODS[key].words)}")
    plans = [MitigationPlan(key, str(aim), SECONDS) for key in chosen if aim in METHODS[key].constraints]
    words = f"Try {len(plans)} in the background, at most {SECONDS} s each"
    if st.button(words, icon=":material/play_arrow:", type="primary", disabled=not plans, key="fairness_try"):
        prepare = mitigation_job.prepare(about.dataset, about.model, question.by, plans)
        job = cached.jobs().start(state.owner(), "Mitigation", mitigation_job.ADDRESS, prepare)
        state.update(mitigation_job=job.id)
        st.rerun()


def _take_over(job: Job) -> None:
    state.update(mitigation_job=None)
    if mitigation_job.MITIGATED not in job.files:
        st.toast(escape(job.error.message if job.error else "The mitigation was cancelled."), duration="long")
        return
    outcome = mitigation_job.read(job.output)
    keys = {(one.of, one.plan.method, one.plan.constraint) for one in outcome.made}
    kept = [one for one in state.work().mitigated if (one.of, one.plan.method, one.plan.constraint) not in keys]
    state.update(mitigated=(*kept, *outcome.made))
    for title, sentence in outcome.failed:
        st.toast(f"{title}: {escape(sentence)}", duration="long")


def _picture(about: Subject, question: Question) -> None:
    with st.container(border=True):
        st.subheader("Accuracy against disparity")
        key = st.selectbox(
            "Disparity",
            list(CRITERIA),
            format_func=lambda key: CRITERIA[key].title,
            key="fairness_pareto",
            **state.KEEP,
        )
        made = state.work().mitigated
        models = about.comparison.models
        found = about.kept(
            "standings", lambda: standings(models, question.by, made), *question.key, tuple(one.title for one in made)
        )
        frame = pareto(found, str(key))
        figure = charts.pareto(frame, CRITERIA[str(key)].title, dark=results.dark())
        results.chart(figure, frame, "pareto", alt="Accuracy against disparity of every model and mitigation")

"""Mitigation: what could be trained or decided otherwise, tried in the background, and all of it in one picture."""

from __future__ import annotations

from functools import partial

import streamlit as st

from backends import charts
from backends.datasets.wording import agreeing, number_of
from backends.fairness import job as mitigation_job
from backends.fairness.mitigation import (
    METHODS,
    Mitigated,
    MitigationPlan,
    Standing,
    pareto,
    standings,
    with_model,
)
from backends.fairness.tallies import CRITERIA
from backends.tasks import Job
from components import cached, job_panel, results, state
from components.fairness import done
from components.fairness.groups import Question
from components.feedback import escape
from components.state import Asked
from components.subject import Subject

SECONDS = 60


def show(about: Subject, question: Question) -> None:
    """The methods to try, what they brought on the same held-out rows, and accuracy against disparity."""
    if not about.model.binary:
        st.markdown("Mitigation needs two classes.")
        return
    if state.work().mitigation_job is not None:
        identity, whom = state.work().mitigation_job or ("", asked(about, question))
        job_panel.watch(identity, lambda job: _take_over(job, whom), lambda job: None, forget="mitigation_job")
    else:
        _try(about, question)
    whom_for = asked(about, question)
    made = [one for whom, one in state.work().mitigated if whom == whom_for]
    others = sum(whom != whom_for and whom.result == about.result for whom, _ in state.work().mitigated)
    if others:
        st.caption(
            f"{number_of(others, 'mitigation')} for other groups or another model {agreeing(others, 'is', 'are')} kept."
        )
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
        _take_as_model(one)
    _picture(about, question)


def _take_as_model(one: Mitigated) -> None:
    """The button that puts the mitigated model on the list of trained models, or why there is none."""
    comparison = state.work().comparison
    if one.model is None or comparison is None:
        st.caption(f":material/info: {escape(one.why_no_model)}")
        return
    taken = one.model.key in comparison.models
    st.button(
        "On the list of models" if taken else "Use this model",
        icon=":material/check:" if taken else ":material/model_training:",
        type="primary",
        disabled=taken,
        on_click=_use,
        args=(one,),
        key="fairness_use",
    )
    st.caption(
        f"It is one of the trained models, as {escape(one.model.title)}: choose it above, on Explain or on Train."
        if taken
        else f"It joins the trained models as {escape(one.model.title)}, judged on the same held-out rows."
    )


def _use(one: Mitigated) -> None:
    work = state.work()
    assert work.comparison is not None
    assert one.model is not None
    state.update(comparison=with_model(work.comparison, one), model=one.model.key)
    st.toast(f"{escape(one.model.title)} is now the model in hand.", icon=":material/check:")


def standings_of(about: Subject, question: Question) -> tuple[Standing, ...]:
    """All models under their policies, and the mitigations tried for this question."""
    made = [one for whom, one in state.work().mitigated if whom == asked(about, question)]
    which = tuple((one.plan.method, one.plan.constraint) for one in made)
    make = partial(standings, about.models, question.by, made)
    return about.kept("standings", make, *question.key, which, about.policies, tuple(about.models))


def asked(about: Subject, question: Question) -> Asked:
    """For whom a mitigation is tried."""
    columns = ", ".join(one.column for one in question.by)
    return Asked(about.result, (*map(str, about.model_key), *question.key), columns)


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
            **state.KEEP,
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
        state.update(mitigation_job=(job.id, asked(about, question)))
        st.rerun()


def _take_over(job: Job, made_for: Asked) -> None:
    state.update(mitigation_job=None)
    if mitigation_job.MITIGATED not in job.files:
        st.toast(escape(job.error.message if job.error else "The mitigation was cancelled."), duration="long")
        return
    outcome = mitigation_job.read(job.output)
    again = {(one.plan.method, one.plan.constraint) for one in outcome.made}
    kept = [
        (whom, one)
        for whom, one in state.work().mitigated
        if whom != made_for or (one.plan.method, one.plan.constraint) not in again
    ]
    state.update(mitigated=(*kept, *((made_for, one) for one in outcome.made)))
    for title, sentence in outcome.failed:
        st.toast(f"{title}: {escape(sentence)}", duration="long")


def _picture(about: Subject, question: Question) -> None:
    with st.container(border=True):
        st.header("Accuracy against disparity")
        key = st.selectbox(
            "Disparity",
            list(CRITERIA),
            format_func=lambda key: CRITERIA[key].title,
            key="fairness_pareto",
            **state.KEEP,
        )
        frame = pareto(standings_of(about, question), str(key))
        done.drawn(about, question, str(key))
        figure = charts.pareto(frame, CRITERIA[str(key)].title, dark=results.dark())
        results.chart(figure, frame, "pareto", alt="Accuracy against disparity of every model and mitigation")

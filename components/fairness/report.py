"""The page as a document to take away: all that was worked out on it, and what was not."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from backends.errors import WorkbenchError
from backends.fairness import FairnessReport
from backends.fairness.mitigation import pareto
from backends.fairness.report import Measures, Solved, Tried, not_computed, to_html, to_json
from backends.fairness.thresholds import ChosenOn, before_after, policy_scores
from backends.training.policy import Policy
from backends.training.results import TrainedModel
from components import state
from components.fairness import done, mitigate, policy
from components.fairness.groups import Question
from components.feedback import escape
from components.subject import Subject

FORMATS = {"HTML": ("html", "text/html", to_html), "JSON": ("json", "application/json", to_json)}


def show(about: Subject, assessed: FairnessReport, question: Question) -> None:
    """A download per format, with everything that was worked out on the page so far."""
    measures = _measures(about, question)
    st.caption(
        "Every figure with its interval, calibration, the thresholds in force, and what you solved for, tried and "
        "searched on this page. It opens without the workbench."
    )
    with st.container(horizontal=True):
        for title, (ending, mime, write) in FORMATS.items():
            st.download_button(
                f"Download {title}",
                data=lambda write=write: write(assessed, measures).encode(),  # type: ignore[misc]
                file_name=f"fairness-{about.model.key}.{ending}",
                mime=mime,
                key=f"fairness_report_{ending}",
                icon=":material/download:",
                on_click="ignore",
            )
    missing = not_computed(assessed, measures)
    if missing:
        with st.expander(f"Not computed so far: {len(missing)}", icon=":material/pending:"):
            for one in missing:
                st.markdown(f"- {escape(one.what)}: {escape(one.why)}")


def _measures(about: Subject, question: Question) -> Measures:
    """What the report holds beside the assessment."""
    whom, known = mitigate.asked(about, question), done.of(about, question)
    found = Measures(
        policy=about.model.policy if about.model.binary and hasattr(about.model.pipeline, "predict_proba") else None,
        mitigated=tuple(one for other, one in state.work().mitigated if other == whom),
        subgroups=done.searches(about, question),
    )
    try:
        rows = policy.rows_of(about, question)
        standings = mitigate.standings_of(about, question) if known.drawn else ()
    except WorkbenchError as error:  # thresholds are not possible here; the report says why
        return replace(found, why_not=f"Not possible. {error.message}")
    return replace(
        found,
        tried=_tried(about, question, rows, known),
        solved=tuple(_judged(about, question, rows, one) for one in known.solved),
        paretos={key: pareto(standings, key) for key in known.drawn},
    )


def _tried(about: Subject, question: Question, rows: ChosenOn, known: done.Done) -> Tried | None:
    if known.tried is None:
        return None
    chosen, costs = known.tried
    effect = before_after(_plain(about), chosen, question.by, costs, rows.judged)
    return Tried(policy_scores(rows.table, chosen, costs), costs, effect, rows.note)


def _judged(about: Subject, question: Question, rows: ChosenOn, one: Solved) -> Solved:
    """A solution with what it does to rows that it was not chosen on."""
    effect = before_after(_plain(about), one.solution.policy, question.by, one.costs, rows.judged)
    return replace(one, effect=effect)


def _plain(about: Subject) -> TrainedModel:
    """The model as it decides without a policy: what thresholds are set against."""
    return replace(about.model, policy=Policy())

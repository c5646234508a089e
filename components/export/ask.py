"""What an export is asked for, and the background job that makes it."""

from __future__ import annotations

import re
import unicodedata

import streamlit as st

from backends.bundle import job as export_job
from backends.bundle.job import Exported, Order
from backends.datasets.grouping import Grouping
from backends.tasks import Job
from backends.training.models import MODELS
from components import cached, job_panel, state
from components.fairness.groups import likely
from components.state import ExportOf
from components.subject import Subject

MOST_COLUMNS = 3
MOST_WORDS = 2_000


def of(about: Subject) -> ExportOf:
    """What is exported: a model of a comparison, with its policy."""
    result, model, policy = map(str, about.model_key)
    return ExportOf(result, model, policy, about.model.title, about.model.dataset)


def why_not(about: Subject) -> str:
    """Why this kind of model does not convert; empty when it does."""
    return next((row.exports for row in MODELS if row.key == about.model.key), "")


def file_name(about: Subject) -> str:
    """A name for the files: the table and the model."""
    return slug(f"{about.model.dataset} {about.model.key}")


def slug(text: str) -> str:
    """Small letters, digits and dashes only, at most 60 of them; "model" when nothing is left.

    >>> slug("Télco churn.csv: random_forest")
    'telco-churn-csv-random-forest'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "model"


def made(about: Subject) -> Exported | None:
    """The last export of this very model and policy."""
    return dict(state.work().exported).get(of(about))


def show(about: Subject, again: bool) -> None:
    """The inputs and the button, or the running job."""
    if state.work().export_job is not None:
        identity, whose = state.work().export_job or ("", of(about))
        job_panel.watch(identity, lambda job: _take_over(job, whose), lambda job: None, forget="export_job")
        return
    order = _order(about)
    words = "Export again" if again else "Export and prove it"
    if st.button(words, type="primary", icon=":material/verified:", key="export_start"):
        prepare = export_job.prepare(about.dataset, about.comparison, about.model, order)
        title = f"Export {about.model.title}"
        job = cached.jobs().start(state.owner(), title, export_job.ADDRESS, prepare)
        state.update(export_job=(job.id, of(about)), message="")
        st.rerun()


def _order(about: Subject) -> Order:
    """What the card says, and what may leave with the model."""
    left, right = st.columns([3, 2])
    with left:
        use = st.text_area(
            "Intended use",
            key="export_use",
            max_chars=MOST_WORDS,
            placeholder="Who decides what with it, and what it must not be used for",
            help="The first thing that the model card says.",
            **state.KEEP,
        )
    with right:
        columns = {column.name: column for column in (*about.model.schema, *about.model.aside_schema)}
        usable = [name for name, column in columns.items() if column.kind not in ("text", "identifier", "datetime")]
        key = f"export_sensitive_{about.model.key}_{'_'.join(about.model.policy.columns)}"
        state.seed_widget(key, _compared(about, usable))
        sensitive = st.multiselect(
            "Compare groups by",
            usable,
            key=key,
            max_selections=MOST_COLUMNS,
            help="The card says how the model treats these groups; a promotion can ask for it.",
            **state.KEEP,
        )
        private = st.checkbox(
            "No row of the data leaves",
            key="export_private",
            help="The bundle then has no examples, and explanations compare with rows whose columns were shuffled.",
            **state.KEEP,
        )
        smaller = st.checkbox(
            "Try smaller numbers too (int8, float16)",
            key="export_smaller",
            help="Each variant gets its own certificate, and is offered only where it gains.",
            **state.KEEP,
        )
    by = tuple(Grouping.of(columns[name], about.model.held_out[str(name)]) for name in sensitive)
    return Order((use or "").strip(), by, private, smaller)


def _compared(about: Subject, usable: list[str]) -> list[str]:
    """The columns to begin with: those that the policy tells apart, else those that Fairness compares."""
    wanted = about.model.policy.columns or state.widget("fairness_columns", None) or likely(usable)
    return [name for name in wanted if name in usable][:MOST_COLUMNS]


def _take_over(job: Job, whose: ExportOf) -> None:
    """Keep what the job made, or say why there is nothing."""
    state.update(export_job=None)
    if export_job.BUNDLE not in job.files:
        why = f"{job.error.message} {job.error.hint}" if job.error else "It was cancelled; nothing was kept."
        state.update(export_failed=(whose, why))
        return
    others = tuple(pair for pair in state.work().exported if pair[0] != whose)
    state.update(exported=((whose, export_job.read(job.output, job.files)), *others)[:4], export_failed=None)

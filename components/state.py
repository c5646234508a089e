"""What one person is working on: the only file that touches `st.session_state`.

A session ends when the browser reloads; the visitor's cookie does not. So work is kept under the visitor's name, from
where a new session of the same browser picks it up, and the session holds but the key of its tab: when work is let go,
it is gone everywhere.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from backends.datasets import Dataset, Recipe, prepare
from backends.errors import WorkbenchError
from backends.serving.visitors import visitor
from backends.tasks.memory import megabytes
from components import account, cached, holdings
from components.feedback import escape
from components.visits import Tab

if TYPE_CHECKING:  # scikit-learn is not for the first page to pay
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from backends.bundle.job import Exported
    from backends.explanations.cohorts import Cohort
    from backends.fairness.mitigation import Mitigated
    from backends.query import QueryWork
    from backends.retrieval import Outcome
    from backends.retrieval.answering.answer import Answer
    from backends.retrieval.evaluation.job import Measured
    from backends.retrieval.evaluation.questions import QuestionSet
    from backends.training.policy import Policy
    from backends.training.results import Comparison
    from backends.training.spec import TrainingSpec

KEEP: dict[str, Any] = {"persist_state": "session"}  # a widget's value is still there after a visit elsewhere
SHELF = 4  # other tables that are kept at hand
BESIDE = (  # what does not depend on the table
    "who",
    "tour",
    "toured",
    "published",
    "collection",
    "answers",
    "index_job",
    "outcomes",
    "question_sets",
    "measure_job",
    "measured",
)
_TAB = "tab"
_OWNER = "owner"


@dataclass(frozen=True)
class Source:
    """The bytes a dataset came from and the corrections to how they are read."""

    name: str
    data: bytes
    digest: str  # SHA-256 of the bytes
    corrections: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Shelved:
    """A table that is at hand beside the one that is worked on."""

    source: Source
    read: Dataset
    dataset: Dataset


@dataclass(frozen=True)
class Asked:
    """For whom a mitigation was tried: the comparison, and the groups, outcome and model as a key and in words."""

    result: str
    key: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class ExportOf:
    """What was exported: the model of a comparison, with the policy it then had."""

    result: str
    model: str
    policy: str
    title: str = field(default="", compare=False)
    dataset: str = field(default="", compare=False)


@dataclass(frozen=True)
class Work:
    """The dataset in hand, the training job that belongs to it, and what came of it."""

    source: Source | None = None
    read: Dataset | None = None  # the table as it was read
    dataset: Dataset | None = None  # the table after the steps of its recipe
    shelf: tuple[Shelved, ...] = ()  # other tables, to query together or to compare with; the last used first
    spec: TrainingSpec | None = None  # the settings on the Train page
    job: str | None = None  # id of the training job
    training: Dataset | None = None  # the table that the job learns from
    result: str | None = None  # id of the job that made the comparison
    comparison: Comparison | None = None
    trained: Dataset | None = None  # the table that the comparison was made from
    model: str | None = None  # key of the chosen model; None means the recommended one
    tuning: str = ""  # what a cancelled tuning had found, to resume from
    curve_job: tuple[str, str] | None = None  # id of the job that draws a learning curve, and the model's key
    curves: dict[str, pd.DataFrame] = field(default_factory=dict)  # learning curves by model key
    message: str = ""  # why the last job left nothing
    cohorts: tuple[Cohort, ...] = ()  # of held-out rows, saved by the user
    policies: tuple[tuple[str, Policy], ...] = ()  # when a model says yes, by the model's key
    mitigation_job: tuple[str, Asked] | None = None  # id of the job that tries mitigations, and for whom
    mitigated: tuple[tuple[Asked, Mitigated], ...] = ()  # what the jobs so far have made, and for whom
    export_job: tuple[str, ExportOf] | None = None  # id of the job that exports, and what
    exported: tuple[tuple[ExportOf, Exported], ...] = ()  # the last exports, the newest first
    export_failed: tuple[ExportOf, str] | None = None  # what could not be exported, and why
    shipped: tuple[ExportOf, ...] = ()  # the exports that were published
    who: str = ""  # the name that the history of published models keeps
    tour: Literal["offered", "on", "closed"] = "offered"  # the five steps on a card
    toured: tuple[str, ...] = ()  # its stops for reading that are over
    published: str | None = None  # the published model that was looked at last
    query: QueryWork | None = None  # the SQL that was asked, and what came of it
    collection: str | None = None  # the collection of documents that was looked at last
    answers: tuple[tuple[str, Answer], ...] = ()  # questions asked, by the name of their collection, the oldest first
    index_job: tuple[str, str] | None = None  # id of the job that reads documents, and the name of their collection
    outcomes: tuple[tuple[str, tuple[Outcome, ...]], ...] = ()  # what became of the files given last, by collection
    question_sets: tuple[tuple[str, QuestionSet], ...] = ()  # to measure with, by the name of their collection
    measure_job: tuple[str, str] | None = None  # id of the job that measures, and the name of the collection
    measured: tuple[tuple[str, Measured], ...] = ()  # what was measured, by collection, the newest first


def owner() -> str:
    """The visitor's name: from the cookie, or for this session only when the browser keeps none (see `account`)."""
    if _OWNER not in st.session_state:
        browser = visitor(dict(st.context.cookies)) or f"session-{secrets.token_urlsafe(16)}"
        st.session_state[_OWNER] = account.bound(browser)
    return str(st.session_state[_OWNER])


def work() -> Work:
    """What this tab is working on; a new one goes on with what the visitor did last."""
    found: Work | None = cached.visits().get(owner(), _tab())
    return found or Work()


def anything() -> bool:
    """Whether this tab works on anything at all."""
    return cached.visits().get(owner(), _tab()) is not None


def update(**changes: Any) -> Work:
    """Change some fields of the work, for this tab and for those that the visitor opens from now on."""
    return _keep(replace(work(), **changes))


def _keep(changed: Work) -> Work:
    former = holdings.names(work())
    cached.visits().put(owner(), _tab(), changed)
    cached.house().forget_unheld(former - holdings.names(changed))
    return changed


def _tab() -> Tab:
    tab: Tab = st.session_state.setdefault(_TAB, Tab())
    return tab


def fit(changed: Work, needed: int = 0) -> Work:
    """The work within the memory of one visitor: tables go from the shelf for it, which is said.

    The `needed` first tables of the shelf stay. Raises WorkbenchError where it does not fit even so.
    """
    limit = cached.house().budget.session
    try:
        fitting, taken = holdings.fitted(changed, limit, needed)
    except WorkbenchError:
        cached.house().forget_unheld(holdings.names(changed))
        raise
    if taken:
        was = "was" if len(taken) == 1 else "were"
        st.toast(
            f"{escape(holdings.joined(taken))} {was} taken off the shelf: one visitor's tables may hold "
            f"{megabytes(limit)} MB.",
            icon=":material/shelves:",
            duration="long",
        )
    return fitting


def start_over(source: Source, dataset: Dataset) -> Work:
    """Work on another table: everything that was learnt from the former one goes, and what runs on it is ended.

    The former table itself is put on the shelf, unless it is the same file read in another way. Raises WorkbenchError
    where the new one is too large; nothing changes then.
    """
    former = work()
    other_file = former.source is not None and former.source.digest != source.digest
    shelf = put_on_shelf(former.shelf, _in_hand(former)) if other_file else former.shelf
    shelf = tuple(table for table in shelf if table.source.digest != source.digest)
    kept = {name: getattr(former, name) for name in ("exported", "shipped", *BESIDE)}
    query = former.query and former.query.cleared()
    changed = fit(Work(source=source, read=dataset, dataset=dataset, shelf=shelf, query=query, **kept))
    others = cached.visits().others(owner(), _tab())  # they may have begun as this tab did
    ending = holdings.jobs(former).difference(*map(holdings.jobs, others))
    for job in cached.jobs().jobs(owner()):
        if job.id in ending:
            cached.jobs().cancel(job.id, owner())
    cached.visits().told(owner())  # that what was there before is gone: here is another
    return _keep(changed)


def put_on_shelf(shelf: tuple[Shelved, ...], table: Shelved | None) -> tuple[Shelved, ...]:
    """The shelf with one more table in front; the longest unused goes when there are too many."""
    if table is None:
        return shelf
    return (table, *(other for other in shelf if other.source.digest != table.source.digest))[:SHELF]


def _in_hand(current: Work) -> Shelved | None:
    if current.source is None or current.read is None or current.dataset is None:
        return None
    return Shelved(current.source, current.read, current.dataset)


def decide(recipe: Recipe) -> Work:
    """Work on the table as these steps make it. Raises WorkbenchError when one cannot be done; nothing changes then.

    The settings of a training follow: what is dropped is no feature any more, and how rows belong together or in
    which order they come is how they will be validated. Results so far stay, named after the table they are from.
    """
    current = work()
    assert current.read is not None
    prepared = prepare(current.read, recipe)
    fitting = fit(replace(current, dataset=prepared))
    forget_widgets("train_")
    forget_widgets("explore_", but=("explore_tab", "explore_target"))
    if widget("explore_target", None) not in (None, *prepared.schema.names):
        forget_widgets("explore_target")
    spec = None if current.spec is None else current.spec.for_table(prepared)
    return _keep(replace(fitting, spec=spec))


def aim_at(target: str) -> Work:
    """Make a column the one to predict; settings of a training that belong to another target are let go."""
    from backends.training.spec import TrainingSpec

    current = work()
    assert current.dataset is not None
    if current.spec is not None and current.spec.target == target:
        return current
    forget_widgets("train_")
    return update(spec=TrainingSpec(target).for_table(current.dataset))


def forget_upload(file: UploadedFile) -> None:
    """Drop the bytes of an uploaded file from the session that it came by; whoever read them has their own."""
    context = get_script_run_ctx()
    if context is not None and hasattr(context.uploaded_file_mgr, "remove_file"):
        context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file.file_id)


def forget_widgets(prefix: str, but: tuple[str, ...] = ()) -> None:
    """Drop the values of widgets whose key starts with `prefix`, so that they take their defaults again."""
    for key in [
        key for key in st.session_state if str(key).startswith(prefix) and not str(key).startswith(but or "\0")
    ]:
        del st.session_state[key]


def set_widget(key: str, value: Any) -> None:
    """Give a widget its value before it is drawn."""
    st.session_state[key] = value


def seed_widget(key: str, value: Any) -> None:
    """Give a widget the value it starts with, unless it has one."""
    st.session_state.setdefault(key, value)


def widget(key: str, default: Any) -> Any:
    """The present value of a widget that is drawn further down, or not at all yet."""
    return st.session_state.get(key, default)

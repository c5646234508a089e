"""What one person is working on: the only file that touches `st.session_state`.

A session ends when the browser reloads; the visitor's cookie does not. So every change is remembered twice:
in the session, and under the visitor's name, from where a new session of the same browser picks it up.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from backends.datasets import Dataset
from backends.serving.visitors import visitor
from components import cached

if TYPE_CHECKING:  # scikit-learn is not for the first page to pay
    from backends.training.results import Comparison
    from backends.training.spec import TrainingSpec

_WORK = "work"
_OWNER = "owner"


@dataclass(frozen=True)
class Source:
    """The bytes a dataset came from and the corrections to how they are read."""

    name: str
    data: bytes
    digest: str  # SHA-256 of the bytes
    corrections: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Work:
    """The dataset in hand, the training job that belongs to it, and what came of it."""

    source: Source | None = None
    dataset: Dataset | None = None
    spec: TrainingSpec | None = None  # the settings on the Train page
    job: str | None = None  # id of the training job
    result: str | None = None  # id of the job that made the comparison
    comparison: Comparison | None = None
    model: str | None = None  # key of the chosen model; None means the recommended one
    tuning: str = ""  # what a cancelled tuning had found, to resume from
    curve_job: tuple[str, str] | None = None  # id of the job that draws a learning curve, and the model's key
    curves: dict[str, pd.DataFrame] = field(default_factory=dict)  # learning curves by model key
    message: str = ""  # why the last job left nothing


def owner() -> str:
    """The visitor's name: from the cookie, or for this session only when the browser keeps none."""
    if _OWNER not in st.session_state:
        st.session_state[_OWNER] = visitor(dict(st.context.cookies)) or f"session-{secrets.token_urlsafe(16)}"
    return str(st.session_state[_OWNER])


def work() -> Work:
    """What this session is working on; a new session goes on with what the visitor did last."""
    if _WORK not in st.session_state:
        st.session_state[_WORK] = cached.remembered().get(owner()) or Work()
    current: Work = st.session_state[_WORK]
    return current


def update(**changes: Any) -> Work:
    """Change some fields of the work, for this session and for the visitor's next one."""
    st.session_state[_WORK] = replace(work(), **changes)
    cached.remembered().put(owner(), st.session_state[_WORK])
    return work()


def start_over(source: Source, dataset: Dataset) -> Work:
    """Work on another table: everything that was learnt from the former one goes, and what runs on it is ended."""
    for job in cached.jobs().jobs(owner()):
        if job.id in (work().job, *(work().curve_job or ())):
            cached.jobs().cancel(job.id, owner())
    return update(**{**Work().__dict__, "source": source, "dataset": dataset})


def forget_widgets(prefix: str) -> None:
    """Drop the values of widgets whose key starts with `prefix`, so that they take their defaults again."""
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
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

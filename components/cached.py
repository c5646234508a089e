"""Everything that is kept between runs of a page: the only file with `st.cache_*`.

Caches are keyed by the SHA-256 of the uploaded bytes, never by hashing a frame.
"""

from __future__ import annotations

import atexit
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import numpy as np
import pandas as pd
import streamlit as st

from backends.datasets import Dataset, read_table
from backends.settings import Settings
from backends.tasks import JobRunner

if TYPE_CHECKING:
    from backends.metrics import Evaluation
    from backends.profiling import Budget, Profile
    from backends.profiling.detail import Detail
    from backends.profiling.relations import Associations, Pair
    from backends.profiling.shift import Parts, Shift
    from backends.profiling.target import Against
    from backends.query.queries import Queries
    from backends.registry import Registry
    from backends.retrieval import Library
    from backends.serving.service import Service
    from backends.training.plan import Plan
    from backends.training.results import Comparison, TrainedModel
    from backends.training.spec import TrainingSpec

Value = TypeVar("Value")
Made = TypeVar("Made")


class Remembered(Generic[Value]):
    """The last work of a few visitors, the longest unused forgotten first. Safe to use from any thread."""

    def __init__(self, size: int = 16) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._values: OrderedDict[str, Value] = OrderedDict()

    def get(self, owner: str) -> Value | None:
        """What this visitor did last, None when that is unknown."""
        with self._lock:
            if owner in self._values:
                self._values.move_to_end(owner)
            return self._values.get(owner)

    def put(self, owner: str, value: Value) -> None:
        """Remember it, and forget the visitor who has been away longest when there are too many."""
        with self._lock:
            self._values[owner] = value
            self._values.move_to_end(owner)
            while len(self._values) > self._size:
                self._values.popitem(last=False)


@st.cache_resource(show_spinner=False)
def remembered() -> Remembered[Any]:
    """One store for the whole server."""
    return Remembered()


@st.cache_resource(show_spinner=False)
def jobs() -> JobRunner:
    """The one job runner of the workbench."""
    runner = JobRunner(Settings.from_environment())
    atexit.register(runner.close)
    return runner


@st.cache_resource(show_spinner=False)
def queries() -> Queries:
    """The runner of queries, apart from that of the other jobs: a query never waits behind a training."""
    from backends.query.queries import Queries

    runner = Queries(Settings.from_environment())
    atexit.register(runner.close)
    return runner


@st.cache_resource(show_spinner=False)
def tracked() -> Remembered[str]:
    """The MLflow runs of the last trainings, by the id of their job."""
    return Remembered(64)


def served() -> Service:
    """What answers for published models: the same service as behind the API and the widgets of this process."""
    from backends.serving.service import service

    return service()


@st.cache_resource(show_spinner=False)
def warm_widgets() -> None:
    """Make widgets ready in the background, once in a process: their library takes seconds to import."""
    from backends.serving.widgets import warm

    warm()


def registry() -> Registry:
    """Published models and their versions. The first call of a process opens it, which takes some seconds."""
    return cast("Registry", served().catalogue.registry)


def library() -> Library:
    """The collections of documents of this workbench: the same as behind the API of this process."""
    from backends.retrieval import library

    return library()


@st.cache_resource(show_spinner="Reading the table…", max_entries=8)
def table(digest: str, name: str, corrections: tuple[tuple[str, Any], ...], _data: bytes) -> Dataset:
    """The table in these bytes; `digest` is their SHA-256 and stands for them in the key."""
    options = dict(corrections)
    return read_table(_data, name, **{**options, "kinds": dict(options.get("kinds", ()))})


@st.cache_resource(show_spinner="Looking at every column…", max_entries=8)
def profile(digest: str, _dataset: Dataset) -> Profile:
    """What is known about a table; its costly parts are worked out when they are asked for, and kept."""
    from backends.profiling import profile

    return profile(_dataset)


@st.cache_resource(show_spinner=False, max_entries=16)
def profile_against(digest: str, target: str | None, _profile: Profile) -> Profile:
    """The profile with every feature set against a target."""
    return _profile.with_target(target)


@st.cache_resource(show_spinner=False, max_entries=64)
def column_detail(digest: str, name: str, _profile: Profile) -> Detail:
    """One column closely."""
    from backends.profiling.detail import detail

    return detail(_profile.values, name, _profile.budget)


@st.cache_resource(show_spinner=False, max_entries=64)
def against_target(digest: str, target: str, name: str, _profile: Profile) -> Against:
    """One feature against the target."""
    from backends.profiling.target import against_target

    return against_target(_profile.values, target, name, _profile.budget)


@st.cache_resource(show_spinner=False, max_entries=16)
def levels(digest: str, name: str, _profile: Profile) -> list[str]:
    """The levels of a column as groups, the largest first; 200 at most."""
    from backends.profiling.bins import level_labels

    counts = _profile.values.coded(name).counts
    labels = level_labels(_profile.values, name)
    return [labels[at] for at in np.argsort(-counts, kind="stable")[:200].tolist()]


def shift(parts: Parts, budget: Budget) -> Shift:
    """Two parts compared; the digests of their tables, their labels and sizes stand for them in the key."""
    sides = (parts.before, parts.after)
    key = tuple((side.values.dataset.digest, side.label, side.rows) for side in sides)
    return _shift(key, parts, budget)


@st.cache_resource(show_spinner=False, max_entries=16)
def _shift(key: tuple[tuple[str, str, int], ...], _parts: Parts, _budget: Budget) -> Shift:
    from backends.profiling.shift import shift

    return shift(_parts, _budget)


@st.cache_resource(show_spinner=False, max_entries=16)
def associations(digest: str, columns: tuple[str, ...], _profile: Profile) -> Associations:
    """The associations of the columns, or of those that were chosen."""
    from backends.profiling.relations import associations

    return associations(_profile.values, _profile.budget, columns) if columns else _profile.associations


@st.cache_resource(show_spinner=False, max_entries=32)
def pair(digest: str, first: str, second: str, third: str | None, _profile: Profile) -> Pair:
    """Two columns by a third."""
    from backends.profiling.relations import pair

    return pair(_profile.values, first, second, third, _profile.budget)


@st.cache_resource(show_spinner=False, max_entries=16)
def missing_against_target(digest: str, target: str, _profile: Profile) -> pd.DataFrame:
    """The target where a value is missing and where it is there."""
    from backends.profiling.missing import missing_against_target

    return missing_against_target(_profile.values, target, _profile.budget)


def kept(what: str, key: tuple[Hashable, ...], make: Callable[[], Made]) -> Made:
    """What `make` gives, made once for this key: `what` says which kind of thing it is, `key` of what."""
    made: Made = _kept(what, key, make)
    return made


@st.cache_resource(show_spinner=False, max_entries=256)
def _kept(what: str, key: tuple[Hashable, ...], _make: Callable[[], Any]) -> Any:
    return _make()


def report(profile: Profile, ending: str, private: bool) -> str:
    """The report in one of its formats."""
    return _report(profile.dataset.digest, profile.target, ending, private, profile)


@st.cache_resource(show_spinner=False, max_entries=8)
def _report(digest: str, target: str | None, ending: str, private: bool, _profile: Profile) -> str:
    formats = {"html": _profile.to_html, "json": _profile.to_json, "md": _profile.to_markdown}
    return formats[ending](private=private)


@st.cache_resource(show_spinner="Looking at the columns…", max_entries=16)
def likely_targets(digest: str, _dataset: Dataset) -> pd.DataFrame:
    """The columns of a table as possible targets, the likely ones first."""
    from backends.training.targets import likely_targets

    return likely_targets(_dataset)


@st.cache_resource(show_spinner=False, max_entries=32)
def class_labels(digest: str, target: str, _dataset: Dataset) -> list[str]:
    """The labels of a column's values, as many as there are."""
    from backends.training.targets import class_codes

    return class_codes(_dataset.frame[target], _dataset.schema[target].format)[1]


def plan(digest: str, spec: TrainingSpec, dataset: Dataset) -> Plan:
    """What a training would do. Raises WorkbenchError when it could not be done."""
    return _plan(digest, json.dumps(spec.to_dict(), sort_keys=True), dataset)


@st.cache_resource(show_spinner="Planning…", max_entries=32)
def _plan(digest: str, spec: str, _dataset: Dataset) -> Plan:
    from backends.training.plan import plan
    from backends.training.spec import TrainingSpec

    return plan(_dataset, TrainingSpec.from_dict(json.loads(spec)))


@st.cache_resource(show_spinner="Judging the model on the held-out rows…", max_entries=32)
def evaluation(result: str, key: str, _model: TrainedModel) -> Evaluation:
    """The model judged on its held-out rows; `result` and `key` name it."""
    from backends.metrics import evaluate

    return evaluate(_model)


@st.cache_resource(show_spinner="Writing the script…", max_entries=32)
def script(result: str, key: str, _comparison: Comparison, _dataset: Dataset) -> str:
    """The plain script that repeats the model's score."""
    from backends.training.script import script

    return script(_comparison, _dataset, key)

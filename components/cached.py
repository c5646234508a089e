"""Everything that is kept between runs of a page: the only file with `st.cache_*`.

Caches are keyed by the SHA-256 of the uploaded bytes, never by hashing a frame.
"""

from __future__ import annotations

import atexit
import json
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pandas as pd
import streamlit as st

from backends.datasets import Dataset, read_table
from backends.settings import Settings
from backends.tasks import JobRunner

if TYPE_CHECKING:
    from backends.metrics import Evaluation
    from backends.training.plan import Plan
    from backends.training.results import Comparison, TrainedModel
    from backends.training.spec import TrainingSpec

Value = TypeVar("Value")


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


@st.cache_resource(show_spinner="Reading the table…", max_entries=8)
def table(digest: str, name: str, corrections: tuple[tuple[str, Any], ...], _data: bytes) -> Dataset:
    """The table in these bytes; `digest` is their SHA-256 and stands for them in the key."""
    options = dict(corrections)
    return read_table(_data, name, **{**options, "kinds": dict(options.get("kinds", ()))})


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

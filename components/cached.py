"""Everything that is kept between runs of a page, for all visitors: in this process, not in Streamlit's caches.

Streamlit empties its caches for everybody when any browser asks for it by a message that no page has to offer.

What is worked out of a table is keyed by the SHA-256 of the uploaded bytes and the file's name, never by hashing a
frame: who has the same file shares it, and nobody can ask for a table by its digest alone. It is let go with the last
visitor who holds the table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import pandas as pd
import streamlit as st

from backends.datasets import Dataset, read_table
from backends.serving.admin import Admin, admin_of
from backends.settings import Settings
from backends.tasks import JobRunner
from backends.tasks.endings import at_end
from components.housekeeping import Housekeeping
from components.lasting import Once, Remembered
from components.visits import Visits

if TYPE_CHECKING:
    from backends.metrics import Evaluation
    from backends.profiling import Budget, Profile
    from backends.profiling.detail import Detail
    from backends.profiling.relations import Associations, Pair
    from backends.profiling.shift import Parts, Shift
    from backends.profiling.target import Against
    from backends.query.queries import Queries
    from backends.registry import Registry
    from backends.retrieval import Library, PrivateLibraries
    from backends.serving.service import Service
    from backends.training.plan import Plan
    from backends.training.results import Comparison, TrainedModel
    from backends.training.spec import TrainingSpec

Made = TypeVar("Made")


@Once
def house() -> Housekeeping:
    """Whom there is and what is kept for them, once for the whole server."""
    made = Housekeeping(Settings.from_environment(), jobs, queries)
    made.sweep_on()
    return made


def visits() -> Visits[Any]:
    """What every visitor works on."""
    return house().visits


@Once
def jobs() -> JobRunner:
    """The one job runner of the workbench."""
    runner = JobRunner(Settings.from_environment(), lambda: house().make_room("another job"))
    at_end(runner.close)
    return runner


def admin() -> Admin:
    """The administrator of this process, as the settings name one: the same as behind its API."""
    return admin_of(Settings.from_environment())


@Once
def queries() -> Queries:
    """The runner of queries, apart from that of the other jobs: a query never waits behind a training."""
    from backends.query.queries import Queries

    runner = Queries(Settings.from_environment(), lambda: house().make_room("a query"))
    at_end(runner.close)
    return runner


@Once
def tracked() -> Remembered[str]:
    """The MLflow runs of the last trainings, by the id of their job."""
    return Remembered(64)


def served() -> Service:
    """What answers for published models: the same service as behind the API and the widgets of this process."""
    from backends.serving.service import service

    return service()


@Once
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


def private_libraries() -> PrivateLibraries:
    """The collections that a visitor keeps for themselves."""
    from backends.retrieval import private_libraries

    return private_libraries()


def kept(what: str, key: tuple[Hashable, ...], make: Callable[[], Made]) -> Made:
    """What `make` gives, made once for this key: `what` says which kind of thing it is, `key` of what."""
    return house().derived.get(what, key, make)


def _of(profile: Profile) -> tuple[str, str]:
    """What a profile is of: the values and the name they were given."""
    return profile.dataset.digest, profile.dataset.name


def table(digest: str, name: str, corrections: tuple[tuple[str, Any], ...], data: bytes) -> Dataset:
    """The table in these bytes; `digest` is their SHA-256 and stands for them in the key.

    Raises WorkbenchError where there is no memory for it.
    """

    def read() -> Dataset:
        house().make_room(f"the table {name!r}", len(data))
        options = dict(corrections)
        return read_table(data, name, **{**options, "kinds": dict(options.get("kinds", ()))})

    waiting = st.spinner("Reading the table…")
    return house().derived.get("table", (digest, name, corrections), read, 64, waiting)


def profile(digest: str, dataset: Dataset) -> Profile:
    """What is known about a table; its costly parts are worked out when they are asked for, and kept."""
    from backends.profiling import profile

    waiting = st.spinner("Looking at every column…")
    return house().derived.get("profile", (digest, dataset.name), lambda: profile(dataset), 64, waiting)


def profile_against(target: str | None, profile: Profile) -> Profile:
    """The profile with every feature set against a target."""
    return kept("profile against", (*_of(profile), target), lambda: profile.with_target(target))


def column_detail(name: str, profile: Profile) -> Detail:
    """One column closely."""
    from backends.profiling.detail import detail

    return kept("detail", (*_of(profile), name), lambda: detail(profile.values, name, profile.budget))


def against_target(target: str, name: str, profile: Profile) -> Against:
    """One feature against the target."""
    from backends.profiling.target import against_target

    key = (*_of(profile), target, name)
    return kept("against target", key, lambda: against_target(profile.values, target, name, profile.budget))


def levels(name: str, profile: Profile) -> list[str]:
    """The levels of a column as groups, the largest first; 200 at most."""
    return kept("levels", (*_of(profile), name), lambda: _levels(name, profile))


def _levels(name: str, profile: Profile) -> list[str]:
    from backends.profiling.bins import level_labels

    counts = profile.values.coded(name).counts
    labels = level_labels(profile.values, name)
    return [labels[at] for at in np.argsort(-counts, kind="stable")[:200].tolist()]


def shift(parts: Parts, budget: Budget) -> Shift:
    """Two parts compared; the digests of their tables, their labels and sizes stand for them in the key."""
    from backends.profiling.shift import shift

    sides = (parts.before, parts.after)
    key = tuple((side.values.dataset.digest, side.values.dataset.name, side.label, side.rows) for side in sides)
    return kept("shift", key, lambda: shift(parts, budget))


def associations(columns: tuple[str, ...], profile: Profile) -> Associations:
    """The associations of the columns, or of those that were chosen."""
    from backends.profiling.relations import associations

    if not columns:
        return profile.associations
    key = (*_of(profile), columns)
    return kept("associations", key, lambda: associations(profile.values, profile.budget, columns))


def pair(first: str, second: str, third: str | None, profile: Profile) -> Pair:
    """Two columns by a third."""
    from backends.profiling.relations import pair

    key = (*_of(profile), first, second, third)
    return kept("pair", key, lambda: pair(profile.values, first, second, third, profile.budget))


def missing_against_target(target: str, profile: Profile) -> pd.DataFrame:
    """The target where a value is missing and where it is there."""
    from backends.profiling.missing import missing_against_target

    key = (*_of(profile), target)
    return kept("missing", key, lambda: missing_against_target(profile.values, target, profile.budget))


def report(profile: Profile, ending: str, private: bool) -> str:
    """The report in one of its formats."""
    formats = {"html": profile.to_html, "json": profile.to_json, "md": profile.to_markdown}
    key = (*_of(profile), profile.target, ending, private)
    return house().derived.get("report", key, lambda: formats[ending](private=private), 16)


def likely_targets(digest: str, dataset: Dataset) -> pd.DataFrame:
    """The columns of a table as possible targets, the likely ones first."""
    from backends.training.targets import likely_targets

    waiting = st.spinner("Looking at the columns…")
    return house().derived.get("targets", (digest, dataset.name), lambda: likely_targets(dataset), 64, waiting)


def class_labels(digest: str, target: str, dataset: Dataset) -> list[str]:
    """The labels of a column's values, as many as there are."""
    from backends.training.targets import class_codes

    key = (digest, dataset.name, target)
    return kept("labels", key, lambda: class_codes(dataset.frame[target], dataset.schema[target].format)[1])


def plan(digest: str, spec: TrainingSpec, dataset: Dataset) -> Plan:
    """What a training would do. Raises WorkbenchError when it could not be done."""
    from backends.training.plan import plan

    key = (digest, dataset.name, json.dumps(spec.to_dict(), sort_keys=True))
    return house().derived.get("plan", key, lambda: plan(dataset, spec), 64, st.spinner("Planning…"))


def evaluation(result: str, key: str, model: TrainedModel) -> Evaluation:
    """The model judged on its held-out rows; `result` and `key` name it."""
    from backends.metrics import evaluate

    waiting = st.spinner("Judging the model on the held-out rows…")
    return house().derived.get("evaluation", (result, key), lambda: evaluate(model), 64, waiting)


def script(result: str, key: str, comparison: Comparison, dataset: Dataset) -> str:
    """The plain script that repeats the model's score."""
    from backends.training.script import script

    waiting = st.spinner("Writing the script…")
    return house().derived.get("script", (result, key), lambda: script(comparison, dataset, key), 64, waiting)

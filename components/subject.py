"""What is explained: a trained model, and the held-out rows that are spoken of."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from backends.datasets import Dataset
from backends.explanations import ExplainBudget, Explanation, explain
from backends.explanations.cohorts import Cohort
from backends.explanations.explain import explain_some, what_fits
from backends.training.results import Comparison, TrainedModel
from components import cached, empty, state
from components.explain.coming import begun, warm_up
from components.feedback import escape

Made = TypeVar("Made")
EVERYONE = "All held-out rows"
MODEL, COHORT = "explain_model", "explain_cohort"
FIRST = ExplainBudget(seconds=0.5, least=20)  # of a first picture
PATIENCE = 1.0  # seconds that a page may take without one


@dataclass(frozen=True)
class Subject:
    """A model of the comparison in hand, and the positions of the held-out rows that are looked at."""

    dataset: Dataset  # that it was trained on
    comparison: Comparison
    model: TrainedModel
    result: str  # names the comparison in the keys of caches
    cohort: Cohort | None
    positions: np.ndarray

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What everything about these rows depends on."""
        cohort = json.dumps(self.cohort.to_dict(), sort_keys=True) if self.cohort else ""
        return (*self.model_key, cohort)

    @property
    def model_key(self) -> tuple[Hashable, ...]:
        """What everything about the model depends on."""
        return (self.result, self.model.key, json.dumps(self.model.policy.to_dict(), sort_keys=True))

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The features of the rows that are looked at; the index is their position among the held-out rows."""
        return self.model.holdout.iloc[self.positions]

    @cached_property
    def training(self) -> tuple[pd.DataFrame, np.ndarray]:
        """The training rows' features and their class codes."""
        from backends.datasets.classes import class_codes

        frame = self.dataset.frame.iloc[self.model.train_rows]
        _, labels = class_codes(frame[self.model.target.name], self.model.target.format)
        codes, _ = class_codes(frame[self.model.target.name], self.model.target.format)
        place = np.array([self.model.classes.index(label) for label in labels], dtype=np.intp)
        return frame[list(self.model.schema.names)].reset_index(drop=True), place[codes]

    @property
    def models(self) -> dict[str, TrainedModel]:
        """Every model of the comparison, best first, each with the policy that was chosen for it."""
        order = [key for key in self.comparison.leaderboard["model"] if key in self.comparison.models]
        return {key: with_its_policy(self.comparison, key) for key in order}

    @property
    def policies(self) -> str:
        """All policies in force, for the keys of what speaks of several models."""
        return json.dumps([(key, policy.to_dict()) for key, policy in state.work().policies])

    def kept(self, what: str, make: Callable[[], Made], *more: Hashable) -> Made:
        """Something about these rows, made once."""
        return cached.kept(what, (*self.key, *more), make)

    def explanation(self) -> Explanation:
        """Why the model says what it says of these rows; of many a seeded sample.

        Of a model that takes its time, first of a few rows: then `later` is what follows.
        """
        return self._explained[0]

    @property
    def explained(self) -> int:
        """How many rows are explained: with it, the key of everything that is made of the explanation."""
        return len(self.explanation().frame)

    @property
    def later(self) -> Future[Explanation] | None:
        """The explanation of more rows, while it is on its way."""
        return self._explained[1]

    @property
    def to_explain(self) -> int:
        """How many rows the full explanation has."""
        return self._full[0]

    @cached_property
    def _full(self) -> tuple[int, float]:
        """Rows and expected seconds of the full explanation."""
        sample, seconds = self.kept("what fits", lambda: what_fits(self.model, len(self.positions)))
        return sample.rows, seconds

    @cached_property
    def _explained(self) -> tuple[Explanation, Future[Explanation] | None]:
        """What can be shown now, and what is on its way; the same throughout a run of the page."""
        model, rows = self.model, self.rows
        if self._full[1] <= PATIENCE or self._full[0] <= FIRST.least:
            return self.kept("explanation", lambda: explain_some(model, rows)), None
        first = self.kept("first explanation", lambda: explain_some(model, rows, FIRST))
        later = self.kept("explanation to come", lambda: begun(lambda: explain_some(model, rows)))
        return (later.result(), None) if later.done() else (first, later)

    def one(self, row: pd.DataFrame, *key: Hashable) -> Explanation:
        """Why the model says what it says of a single row."""
        return cached.kept("explanation of a row", (*self.model_key, *key), lambda: explain(self.model, row))


def choose(cohorts: bool = True) -> Subject | None:
    """The model, with the policy chosen for it, and (with `cohorts`) the rows; None while there is no model."""
    work = state.work()
    if work.dataset is None or work.comparison is None or work.comparison.recommended is None or work.trained is None:
        return None
    comparison = work.comparison
    keys = [key for key in comparison.leaderboard["model"] if key in comparison.models]
    titles = dict(zip(comparison.leaderboard["model"], comparison.leaderboard["title"], strict=True))
    left, right = st.columns(2)
    with left:
        state.set_widget(MODEL, work.model or comparison.recommended)  # one choice for all pages
        key = str(st.selectbox("Model", keys, key=MODEL, format_func=titles.__getitem__, on_change=_take_model))
    model = with_its_policy(comparison, key)
    if not model.policy.plain:
        groups = " per group" if model.policy.thresholds else ""
        st.caption(f":material/gavel: Decisions follow the threshold{groups} that was chosen on the page Fairness.")
    cohort = None
    if cohorts:
        with right:
            cohort = _cohort_input(work.cohorts)
    positions = np.flatnonzero(cohort.mask(model.held_out)) if cohort else np.arange(len(model.holdout))
    return Subject(work.trained, comparison, model, work.result or "", cohort, positions)


def with_its_policy(comparison: Comparison, key: str) -> TrainedModel:
    """A model of the comparison with the policy that was chosen for it."""
    model = comparison.models[key]
    return replace(model, policy=dict(state.work().policies).get(key, model.policy))


def _take_model() -> None:
    state.update(model=state.widget(MODEL, None))


def needs_a_model() -> None:
    """What the page needs, and the way to it; meanwhile the server gets ready to explain."""
    warm_up()
    if state.work().dataset is None:
        empty.needs_a_table("This page needs a table and a trained model.")
    else:
        st.markdown("This page needs a trained model.")
        st.page_link("train_page.py", label="Train one", icon=":material/model_training:")


def save_cohort(cohort: Cohort) -> None:
    """Keep a cohort and look at it in every view."""
    kept = tuple(other for other in state.work().cohorts if other.name != cohort.name)
    state.update(cohorts=(*kept, cohort))
    state.set_widget(COHORT, cohort.name)
    st.toast(f"The views on this page now show {escape(cohort.name)}.", icon=":material/filter_alt:")


def _cohort_input(cohorts: tuple[Cohort, ...]) -> Cohort | None:
    by_name = {cohort.name: cohort for cohort in cohorts}
    names = [EVERYONE, *by_name]
    if state.widget(COHORT, EVERYONE) not in names:
        state.set_widget(COHORT, EVERYONE)
    name = st.selectbox(
        "Rows",
        names,
        key=COHORT,
        help="Cohorts that you save under “Where it fails” can be looked at in every view.",
        **state.KEEP,
    )
    return by_name.get(str(name))

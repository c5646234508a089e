"""What-if: change a row and see the prediction, its reasons and the difference; and the effect of each column."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from backends import charts
from backends.explanations import Explanation
from backends.explanations.effects import (
    accumulated_local_effects,
    accumulated_possible,
    correlated,
    partial_dependence,
    row_effect,
    what_if,
)
from backends.explanations.effects.what_if import WhatIf
from backends.explanations.pick import row_ranges
from backends.explanations.views import waterfall
from components import results, state
from components.explain import pick
from components.feedback import escape
from components.subject import Subject

SHOWN = 4  # classes as figures; with more there is a table of all
WAYS = ("Partial dependence", "Accumulated effects")
WHICH = (
    "Partial dependence changes the column alone, in rows that may then be unlike any. Accumulated local effects (ALE) "
    "change it a little at a time, in rows that have about that value."
)


def show(subject: Subject) -> None:
    """The row's values as inputs, what the model says before and after, and one column's whole effect."""
    row, name = pick.row(subject)
    st.markdown(pick.of_row(subject, name))
    changes = _changes(subject, row, name)
    found = what_if(subject.model, row, changes)
    for warning in found.warnings:
        st.caption(f":orange[:material/warning:] {escape(warning)}")
    _said(subject, found, pick.truth(subject, name))
    before = subject.one(row, *name)
    after = subject.one(found.row, *name, *(f"{key}={value}" for key, value in changes.items()))
    if len(found.changes):
        left, right = st.columns(2)
        with left:
            _steps("Before", before)
        with right:
            _steps("After", after)
    else:
        st.caption("Nothing is changed yet: the picture after a change will stand beside this one.")
        _steps("Before", before)
    effects(subject, row)


def _steps(title: str, explanation: Explanation) -> None:
    """How the prediction comes about, before or after the change."""
    with st.container(border=True):
        st.markdown(f"**{title}**")
        steps = waterfall(explanation, 0)
        figure = charts.waterfall(steps, explanation, dark=results.dark())
        results.chart(figure, steps, f"waterfall_{title.lower()}", alt=f"Waterfall {title.lower()} the change")


def _changes(subject: Subject, row: pd.DataFrame, name: tuple[Any, ...]) -> dict[str, Any]:
    """The values that were changed in the form."""
    inputs = {one.name: one for one in subject.kept("inputs", lambda: row_ranges(subject.model))}
    columns = st.multiselect("Change", list(inputs), key="explain_change", **state.KEEP)
    changes: dict[str, Any] = {}
    if columns:
        with st.grid(3, gap="small"):
            for column in columns:
                own = row[column].iloc[0]
                key = f"explain_change_{column}_{'_'.join(map(str, name[:2]))}"
                changes[column] = pick.value_input(inputs[column], key, None if pd.isna(own) else own)
    else:
        st.caption("Choose the columns to change; everything below follows at once.")
    return changes


def _said(subject: Subject, found: WhatIf, truth: str | None) -> None:
    """The decision before and after, and the probabilities: of the classes that it is about first."""
    first, second = found.decisions
    if found.flipped:
        st.markdown(f"The decision changes from **{escape(first)}** to **{escape(second)}**.")
    ranked = found.ranked(truth)
    shown = found.frame.iloc[1:] if subject.model.binary else ranked.head(SHOWN)
    with st.container(horizontal=True):
        for told in shown.itertuples():
            st.metric(
                f"Probability of {told[1]}",
                f"{told.after:.3f}",
                delta=f"{told.difference:+.3f}" if len(found.changes) else None,
                delta_color="off",
                border=True,
            )
    if len(shown) < len(ranked) and not subject.model.binary:
        st.caption(
            f"Those decided on{' and the true one' if truth else ''} first, then those that changed most; "
            f"{len(ranked):,} classes in all."
        )
        results.table(ranked, "explain_what_if", alt="Probabilities before and after", download="what_if")


def effects(subject: Subject, row: pd.DataFrame) -> None:
    """How the probability changes with one column: over many rows, and for this one."""
    with st.container(border=True):
        st.header("The effect of one column")
        names = [column.name for column in subject.model.schema if column.kind != "text"]
        left, middle, right = st.columns([2, 3, 2])
        with left:
            name = st.selectbox("Column", names, key="explain_effect", **state.KEEP)
        with middle:
            way = _way_input(subject, name)
        with right:
            classes = list(subject.model.classes)
            told = classes[-1] if subject.model.binary else classes[0]
            told = st.selectbox("Class", classes, index=classes.index(told), key="explain_class", **state.KEEP) or told
        if name is None:
            return
        partner = subject.kept("partner", lambda: correlated(subject.model, name), name)
        if partner is not None and (partner.strong or way == WAYS[1]):
            st.caption(escape(partner.words))
        _draw(subject, row, name, str(way), told)


def _way_input(subject: Subject, name: str | None) -> str:
    """How the effect is shown; for a column without an order there is only one way, and a word why."""
    column = next((column for column in subject.model.schema if column.name == name), None)
    if column is None or accumulated_possible(column):
        way = st.segmented_control(
            "Shown as", WAYS, default=WAYS[0], required=True, key="explain_way", help=WHICH, **state.KEEP
        )
        return str(way)
    st.caption(
        f"Shown as partial dependence: accumulated local effects need an order, and the values of "
        f"{escape(column.name)} have none."
    )
    return WAYS[0]


def _draw(subject: Subject, row: pd.DataFrame, name: str, way: str, told: str) -> None:
    measure = partial_dependence if way == WAYS[0] else accumulated_local_effects
    found = subject.kept("effect", lambda: measure(subject.model, name, subject.rows, told), name, way, told)
    own = row_effect(subject.model, found, row) if way == WAYS[0] else None
    note = "; ".join(words for words in (found.sample, *found.notes) if words)
    figure = charts.effect(found, own, dark=results.dark())
    results.chart(figure, found.frame, "effect", alt=f"Effect of {name}", note=escape(note))

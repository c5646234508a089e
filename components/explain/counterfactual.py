"""Counterfactuals: the nearest changes that flip the decision, within what may change."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from backends.datasets.schema import Schema
from backends.explanations.counterfactuals import Constraints, Counterfactuals, counterfactuals
from backends.explanations.pick import parse_row, row_ranges
from backends.explanations.written import as_written
from components import results, state
from components.explain import pick
from components.feedback import escape
from components.subject import Subject

SECONDS = 10.0
MOST_LEVELS = 100  # of a column whose levels can be chosen among
QUANTITIES = ("number", "integer", "datetime")


def show(subject: Subject) -> None:
    """What has to stay, and the nearest rows that are decided otherwise."""
    row, name = pick.row(subject)
    st.markdown(pick.of_row(subject, name))
    constraints, target = _constraints(subject, row)
    asked = (*name, target, json.dumps(constraints.__dict__, sort_keys=True, default=str))
    if not st.toggle("Look for them", key="explain_look", help=f"It takes at most {SECONDS:.0f} s.", **state.KEEP):
        st.caption("The search asks the model about many changed rows; each one that is shown was scored again.")
        return
    with st.spinner(f"Looking for the nearest changes, at most {SECONDS:.0f} s…"):
        found = subject.kept("counterfactuals", lambda: _found(subject, row, constraints, target), *asked)
    st.markdown(escape(found.message))
    st.caption(f"{found.tried:,} changed rows were tried in {found.seconds:.1f} s. {escape(found.sample)}")
    if len(found):
        frame = _as_table(found, subject.model.schema)
        results.table(frame, "explain_counterfactuals", alt="What would have to change", download="counterfactuals")


def _found(subject: Subject, row: pd.DataFrame, constraints: Constraints, target: str | None) -> Counterfactuals:
    training, _ = subject.training
    return counterfactuals(
        subject.model, row, constraints, target_class=target, seconds=SECONDS, training_frame=training
    )


def _constraints(subject: Subject, row: pd.DataFrame) -> tuple[Constraints, str | None]:
    schema, model = subject.model.schema, subject.model
    left, right = st.columns(2)
    with left:
        frozen = st.multiselect("Stay as they are", list(schema.names), key="explain_frozen", **state.KEEP)
    ordered = [column.name for column in schema if column.kind in QUANTITIES and column.name not in frozen]
    with right:
        rising = st.multiselect("May only rise", ordered, key="explain_rising", **state.KEEP)
        others = [name for name in ordered if name not in rising]
        falling = st.multiselect("May only fall", others, key="explain_falling", **state.KEEP)
    ranges = _ranges(subject, [name for name in ordered if name not in frozen])
    levels = _levels(subject, frozen)
    target = None
    if not model.binary:
        decided = model.classes[int(model.decide(row)[0])]
        names = [name for name in model.classes if name != decided]
        target = st.selectbox("To become", names, key="explain_target_class", **state.KEEP)
    ways: dict[str, Any] = dict.fromkeys(rising, "up") | {name: "down" for name in falling if name not in rising}
    return Constraints(tuple(frozen), ranges, ways, levels), target


def _ranges(subject: Subject, ordered: list[str]) -> dict[str, tuple[Any, Any]]:
    """The lowest and highest value that a number or date may take."""
    chosen = st.multiselect("Stay within a range", ordered, key="explain_within", **state.KEEP)
    inputs = {one.name: one for one in subject.kept("inputs", lambda: row_ranges(subject.model))}
    ranges: dict[str, tuple[Any, Any]] = {}
    for name in chosen:
        left, right = st.columns(2)
        ends = []
        for place, word, end in ((left, "from", inputs[name].low), (right, "to", inputs[name].high)):
            with place:
                key = f"explain_within_{word}_{name}"
                written = pick.written(end) if end is not None else ""
                ends.append(st.text_input(f"{escape(name)} {word}", written, key=key, **state.KEEP).strip())
        ranges[name] = (_bound(subject, name, ends[0]), _bound(subject, name, ends[1]))
    return ranges


def _levels(subject: Subject, frozen: list[str]) -> dict[str, tuple[Any, ...]]:
    """The levels that categories and booleans may have: all of them until some are taken away."""
    inputs = {
        one.name: one
        for one in subject.kept("inputs", lambda: row_ranges(subject.model))
        if 1 < len(one.levels) <= MOST_LEVELS and one.name not in frozen
    }
    if not inputs:
        return {}
    chosen = st.multiselect(
        "Have only some levels",
        list(inputs),
        key="explain_levelled",
        help=f"Columns of at most {MOST_LEVELS} levels; others can stay as they are.",
        **state.KEEP,
    )
    allowed: dict[str, tuple[Any, ...]] = {}
    for name in chosen:
        every, column = list(inputs[name].levels), subject.model.schema[name]
        kept = st.multiselect(
            f"{escape(name)} may be",
            every,
            default=every,
            key=f"explain_levels_{name}",
            format_func=partial(as_written, column=column),
            **state.KEEP,
        )
        if len(kept) < len(every):
            allowed[name] = tuple(kept)
    return allowed


def _bound(subject: Subject, name: str, text: str) -> Any:
    """An end of a range as the file writes it; None where it is left open."""
    return None if not text else parse_row(subject.model, {name: text}).frame[name].iloc[0]


def _as_table(found: Counterfactuals, schema: Schema) -> pd.DataFrame:
    """One line per change: which counterfactual, its probability, column, before, after."""
    frame = found.changes.copy()
    at = frame["counterfactual"].to_numpy(dtype=np.intp)
    frame.insert(1, f"probability of {found.target}", np.round(found.probability[at], 3))
    frame["counterfactual"] = at + 1
    columns = {column.name: column for column in schema}
    for side in ("before", "after"):
        frame[side] = [
            as_written(value, columns[name]) for name, value in zip(frame["column"], frame[side], strict=True)
        ]
    return frame

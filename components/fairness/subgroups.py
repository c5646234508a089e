"""Worst subgroups: combinations of columns for which a rate is clearly worse than for everybody else."""

from __future__ import annotations

import streamlit as st

from backends import charts
from backends.datasets.grouping import Grouping
from backends.fairness.decided import Decided
from backends.fairness.measures import MEASURES
from backends.fairness.subgroups import Search, worst_subgroups
from components import results, state
from components.fairness import done
from components.fairness.groups import KINDS, Question
from components.feedback import escape
from components.subject import Subject

MOST = 8


def show(about: Subject, question: Question) -> None:
    """The columns to combine, the rate to look at, and the subgroups that stand out."""
    columns = {column.name: column for column in (*about.model.schema, *about.model.aside_schema)}
    usable = [name for name, column in columns.items() if column.kind not in KINDS]
    left, right = st.columns(2)
    with left:
        state.seed_widget("fairness_search", [one.column for one in question.by])
        chosen = st.multiselect("Combine", usable, key="fairness_search", max_selections=MOST, **state.KEEP)
    with right:
        titles = {row.key: row.title for row in MEASURES if row.rate}
        state.seed_widget("fairness_rate", "selection_rate")
        key = st.selectbox("Rate", list(titles), key="fairness_rate", format_func=titles.__getitem__, **state.KEEP)
    if not chosen:
        st.caption("Choose the columns to combine.")
        return
    held_out, fixed = about.model.held_out, {one.column: one for one in question.by}
    by = tuple(fixed.get(name) or Grouping.of(columns[name], held_out[str(name)]) for name in chosen)
    code = about.model.classes.index(question.positive)
    decided = about.kept("decided", lambda: Decided.by(about.model, code), code)
    with st.spinner("Looking through combinations…"):
        found = about.kept(
            "subgroups",
            lambda: worst_subgroups(decided.y, decided.decisions, held_out, by, Search(str(key))),
            *question.key,
            repr(by),
            str(key),
        )
    done.searched(about, question, found, str(key), repr(by))
    st.markdown(escape(found.note))
    if len(found.frame):
        figure = charts.subgroups(found, dark=results.dark())
        results.chart(figure, found.frame, "subgroups", alt="The worst subgroups")

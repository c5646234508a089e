"""Compare: two parts of the table, or two tables, column by column."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from backends import charts
from backends.datasets.wording import number_of
from backends.profiling import Profile
from backends.profiling.shift import Parts, Shift, by_date, by_group, first_and_last, holdout, shift_of, two_tables
from backends.profiling.shift.compare import MATTERS
from components import cached, results, state
from components.explore import shelf
from components.feedback import escape

OTHERS = "all others"


def show(profile: Profile) -> None:
    """What is set against what, the columns that shifted, and one of them closely."""
    ways = [title for title, (possible, _) in WAYS.items() if possible(profile)]
    way = st.segmented_control(
        "Set against each other", ways, default=ways[0], required=True, key="explore_compare", **state.KEEP
    )
    parts = WAYS[way or ways[0]][1](profile)
    if parts is None:
        return
    with st.spinner("Comparing column by column…"):
        found = cached.shift(parts, profile.budget)
    st.markdown(_answer(found))
    for words in _not_compared(found):
        st.caption(words)
    figure = charts.shift_ranking(found, dark=results.dark())
    results.chart(figure, found.table, "shift_ranking", alt="Columns by their shift", note=found.sample.words)
    _one(parts, found, profile, str(way))
    with st.expander("Every column", icon=":material/table_rows:"):
        results.table(found.table, "explore_shift_table", alt="Shift of every column", download="shift")


def _answer(found: Shift) -> str:
    if found.table.empty:
        return "The two tables have no column in common that could be compared."
    names, rows = found.shifted, found.rows
    sizes = f"{escape(found.labels[0])} ({rows[0]:,} rows) against {escape(found.labels[1])} ({rows[1]:,} rows)"
    if not names:
        large = int((found.table["psi"] >= MATTERS).sum())
        chance = (
            f" {number_of(large, 'column')} with a PSI of {MATTERS} or more may be chance with so few rows."
            if large
            else ""
        )
        return f"No column shifted: {sizes}.{chance}"
    shown = ", ".join(f"**{escape(name)}**" for name in names[:4]) + (" …" if len(names) > 4 else "")
    share = f"{len(names):,} of {number_of(len(found.table), 'column')} shifted"
    bounds = "Tested at a false discovery rate of 5 %; a PSI below 0.1 is not counted."
    return f"{share}, most of all {shown}: {sizes}. {bounds}"


def _not_compared(found: Shift) -> list[str]:
    said = [f"{found.left_out:,} rows are in neither part ({escape(found.reason)})."] if found.left_out else []
    for names, label in ((found.only_before, found.labels[0]), (found.only_after, found.labels[1])):
        if names:
            shown = ", ".join(names[:10]) + (f" and {len(names) - 10:,} more" if len(names) > 10 else "")
            said.append(f"Only in {escape(label)}: {escape(shown)}.")
    unmeasured = found.table[found.table["psi"].isna()]
    if len(unmeasured):
        named = [f"{row.column} ({row.note})" for row in unmeasured.head(5).itertuples()]
        more = f" and {len(unmeasured) - 5:,} more" if len(unmeasured) > 5 else ""
        said.append(f"Not measured: {escape(', '.join(named))}{more}.")
    for name, before, after in found.kinds_differ[:10]:
        said.append(f"{escape(name)} is {before} in one and {after} in the other, so it is not compared.")
    return said


def _one(parts: Parts, found: Shift, profile: Profile, way: str) -> None:
    if found.table.empty:
        return
    with st.container(border=True):
        name = st.selectbox(
            "One column closely", found.table["column"].tolist(), key=f"explore_shift_column_{way}", **state.KEEP
        )
        if name is None:
            return
        frame = shift_of(parts, name, profile.budget)
        figure = charts.shift_of_column(frame, name, found.labels, dark=results.dark())
        results.chart(figure, frame, "shift_column", alt=f"{name} in both parts", note=found.sample.words)


def _halves(profile: Profile) -> Parts | None:
    share = st.slider(
        "The first part is", 0.1, 0.9, 0.5, 0.05, format="percent", key="explore_compare_share", **state.KEEP
    )
    return first_and_last(profile.values, share)


def _dates(profile: Profile) -> Parts | None:
    left, right = st.columns(2)
    with left:
        name = st.selectbox("Date", _with_dates(profile), key="explore_compare_date", **state.KEEP)
    column = profile.values.column(name)
    middle = pd.Timestamp(profile.dataset.frame[name].median()).date()
    with right:
        moment = st.date_input(
            "From", value=middle, key=f"explore_compare_from_{name}", help=_range(column.low, column.high)
        )
    return by_date(profile.values, name, str(moment))


def _groups(profile: Profile) -> Parts | None:
    left, middle, right = st.columns(3)
    with left:
        name = st.selectbox("Column", _with_groups(profile), key="explore_compare_column", **state.KEEP)
    levels = cached.levels(name, profile)
    with middle:
        first = st.selectbox("Group", levels, key=f"explore_compare_first_{name}", **state.KEEP)
    with right:
        others = [OTHERS, *(level for level in levels if level != first)]
        second = st.selectbox("against", others, key=f"explore_compare_second_{name}", **state.KEEP)
    return by_group(profile.values, name, first, None if second == OTHERS else second)


def _holdout(profile: Profile) -> Parts | None:
    comparison = state.work().comparison
    assert comparison is not None
    model = comparison.best
    return holdout(profile.values, model.train_rows, model.holdout_rows)


def _other_table(profile: Profile) -> Parts | None:
    shelf.show("explore_compare_shelf")
    tables = {table.source.name: table.dataset for table in state.work().shelf}
    if not tables:
        return None
    name = st.selectbox("Other table", list(tables), key="explore_compare_table", **state.KEEP)
    other = cached.profile(tables[name].digest, tables[name])
    return two_tables(profile.values, other.values)


def _trained_on_this(profile: Profile) -> bool:
    work = state.work()
    trained = work.comparison is not None and work.comparison.recommended is not None
    return trained and work.trained is not None and work.trained.digest == profile.dataset.digest


def _range(low: object, high: object) -> str:
    return f"The dates go from {low} to {high}."


def _with_dates(profile: Profile) -> list[str]:
    return [column.name for column in profile.dataset.schema.of_kind("datetime") if column.distinct > 1]


def _with_groups(profile: Profile) -> list[str]:
    return [column.name for column in profile.dataset.schema.of_kind("category", "boolean") if column.distinct > 1]


WAYS: dict[str, tuple[Callable[[Profile], object], Callable[[Profile], Parts | None]]] = {
    "First and last rows": (lambda profile: profile.values.rows > 1, _halves),
    "Before and after a date": (_with_dates, _dates),
    "Two groups": (_with_groups, _groups),
    "Training rows and hold-out": (_trained_on_this, _holdout),
    "Another table": (lambda profile: True, _other_table),
}

"""Relations: how strongly columns go together, and any two of them by a third."""

from __future__ import annotations

from typing import Any

import streamlit as st

from backends import charts
from backends.datasets.wording import number_of
from backends.profiling import Profile
from backends.profiling.relations import Associations
from components import cached, results, state
from components.feedback import escape

FIRST, SECOND, THIRD = "explore_pair_first", "explore_pair_second", "explore_pair_third"
NOTHING = "– none –"
CLICKED, CHOSEN = "explore_pair_clicked", "explore_pair_columns"


def show(profile: Profile) -> None:
    """The matrix, clustered; a click on a cell shows the pair below."""
    names = profile.dataset.schema.names
    wanted = tuple(state.widget(CHOSEN, ()))
    with st.spinner("Setting every column against every other…"):
        found = cached.associations(wanted, profile)
    if len(found.columns) < 2:
        st.markdown("There are no two columns that can be compared.")
        _left_out(found)
        return
    st.markdown(_answer(found))
    figure = charts.association_matrix(found, dark=results.dark())
    points = results.chart(
        figure, found.pairs, "associations", alt="Associations of columns", note=found.sample.words, clicks=True
    )
    _follow(points, found.columns)
    shown, able = found.shown_of
    if shown < able or wanted:
        st.multiselect(
            f"{shown:,} of {able:,} columns are in the matrix, those with the strongest partners. Show others:",
            names,
            key=CHOSEN,
            max_selections=60,
            **state.KEEP,
        )
    _left_out(found)
    _pair(profile, found)


def _answer(found: Associations) -> str:
    pairs = found.pairs.dropna(subset=["strength"])
    if pairs.empty:
        return "No pair can be measured."
    best = pairs.iloc[0]
    words = f"{best['measure']} {best['value']:.2f}"
    strong = int((pairs["strength"] >= 0.5).sum())
    return (
        f"**{escape(str(best['first']))}** and **{escape(str(best['second']))}** go together most ({words}); "
        f"{strong:,} of {len(pairs):,} pairs have a strength of 0.5 or more."
    )


def _follow(points: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """Show the pair of a cell that was clicked, once: the two columns can be changed afterwards."""
    if not points or not points[0].get("customdata"):
        return
    first, second = (columns[int(place)] for place in points[0]["customdata"][:2])
    if state.widget(CLICKED, None) != (first, second):
        state.set_widget(CLICKED, (first, second))
        state.set_widget(FIRST, first)
        state.set_widget(SECOND, second)


def _pair(profile: Profile, found: Associations) -> None:
    names = list(profile.dataset.schema.names)
    strongest = found.pairs.iloc[0]
    state.seed_widget(FIRST, str(strongest["first"]))
    state.seed_widget(SECOND, str(strongest["second"]))
    with st.container(border=True):
        st.header("Two columns")
        left, middle, right = st.columns(3)
        with left:
            first = st.selectbox("Across", names, key=FIRST, **state.KEEP)
        with middle:
            second = st.selectbox("Up", names, key=SECOND, **state.KEEP)
        with right:
            third = st.selectbox("Colour", [NOTHING, *names], key=THIRD, **state.KEEP)
        if first == second:
            st.caption("Choose two different columns.")
            return
        third = None if third == NOTHING else third
        pair = cached.pair(first, second, third, profile)
        figure = charts.pair_plot(pair, dark=results.dark())
        note = "; ".join(words for words in (pair.sample.words, *pair.notes) if words)
        results.chart(figure, pair.frame, "pair", alt=f"{first} and {second}", note=escape(note))


def _left_out(found: Associations) -> None:
    if len(found.left_out):
        with st.expander(f"Left out: {number_of(len(found.left_out), 'column')}", icon=":material/block:"):
            results.table(found.left_out, "explore_left_out", alt="Columns left out", download="left_out")

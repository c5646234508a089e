"""Missing: where values are missing, what is missing together, and whether that tells the target."""

from __future__ import annotations

import streamlit as st

from backends import charts
from backends.datasets.wording import number_of
from backends.profiling import Profile
from backends.profiling.shares import percent
from components import cached, results
from components.feedback import escape


def show(profile: Profile) -> None:
    """The columns with gaps, where they are in the file, what coincides, and the target where a value is missing."""
    pattern = profile.missing
    if pattern.columns.empty:
        st.success("No value is missing anywhere.", icon=":material/verified:")
        return
    worst = pattern.columns.iloc[0]
    st.markdown(
        f"{len(pattern.columns):,} of {number_of(len(profile.columns), 'column')} have gaps; "
        f"the most, {percent(worst['share'])}, has "
        f"**{escape(str(worst['column']))}**. {pattern.complete_rows:,} of {profile.overview.rows:,} rows are complete."
    )
    dark, note = results.dark(), pattern.sample.words
    left, right = st.columns(2)
    with left, st.container(border=True):
        st.header("How much")
        results.chart(charts.missing_bars(pattern, dark=dark), pattern.columns, "missing_bars", alt="Missing shares")
    with right, st.container(border=True):
        st.header("Where in the file")
        shown, gaps = pattern.matrix_of
        few = f"{shown:,} of {gaps:,} columns with gaps, those with the most" if shown < gaps else note
        figure = charts.missing_matrix(pattern, dark=dark)
        results.chart(figure, pattern.matrix.reset_index(), "missing_matrix", alt="Gaps by rows", note=few)
    _together(profile)
    _against_target(profile)


def _together(profile: Profile) -> None:
    pattern = profile.missing
    if pattern.together.empty:
        return
    with st.container(border=True):
        st.header("Missing together")
        figure = charts.missing_together(pattern, dark=results.dark())
        shown, gaps = pattern.shown_of
        note = f"{shown:,} of {gaps:,} columns with gaps are compared" if shown < gaps else pattern.sample.words
        results.chart(figure, pattern.together, "missing_together", alt="Columns that are missing together", note=note)
        with st.expander("The patterns", icon=":material/table_rows:"):
            named = pattern.patterns.assign(columns=[", ".join(names) for names in pattern.patterns["columns"]])
            results.table(named, "explore_patterns", alt="Which columns miss together", download="patterns")
            if pattern.patterns_left:
                st.caption(f"{pattern.patterns_left:,} rarer patterns are not listed.")


def _against_target(profile: Profile) -> None:
    st.header("Does a gap tell the target?")
    if profile.target is None:
        st.caption("Choose a target above to see it where a value is missing and where it is there.")
        return
    frame = cached.missing_against_target(profile.target, profile)
    figure = charts.missing_against_target(frame, dark=results.dark())
    results.chart(figure, frame, "missing_against_target", alt=f"{profile.target} where values are missing")

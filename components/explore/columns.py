"""Columns: every column in one table that can be searched and sorted, and one of them closely."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from backends import charts
from backends.datasets import KINDS
from backends.datasets.wording import number_of
from backends.profiling import Profile
from backends.profiling.detail import Detail
from components import cached, results, state
from components.feedback import code_span, escape

FIRST = ("column", "kind", "distribution", "missing_share", "distinct", "mode", "mean", "std", "min", "p50", "max")


def show(profile: Profile) -> None:
    """The table of columns, and the one that is chosen."""
    shown = _filtered(profile)
    if shown.empty:
        st.caption("No column is like that.")
        return
    name = _table(profile, shown)
    if name is not None:
        _closely(profile, name)


def columns_frame(profile: Profile) -> pd.DataFrame:
    """The facts of every column, with the counts of its histogram or of its most frequent values."""
    facts = profile.facts
    drawn = []
    for name in profile.columns["column"]:
        histogram, tops = facts.histograms.get(name), facts.tops.get(name, ())
        counts = histogram.counts.tolist() if histogram is not None else [count for _, count in tops]
        drawn.append(counts)
    return profile.columns.assign(distribution=pd.Series(drawn, dtype=object))


def _filtered(profile: Profile) -> pd.DataFrame:
    frame = columns_frame(profile)
    present = [kind for kind in KINDS if (frame["kind"] == kind).any()]
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        text = st.text_input("Name contains", key="explore_column_text", **state.KEEP).strip().lower()
    with right:
        kinds = st.pills("Kind", present, selection_mode="multi", key="explore_column_kinds", **state.KEEP)
    if text:
        frame = frame[frame["column"].str.lower().str.contains(text, regex=False)]
    return frame[frame["kind"].isin(kinds)] if kinds else frame


def _table(profile: Profile, frame: pd.DataFrame) -> str | None:
    """The columns as a table that sorts by any head; returns the chosen one, at first the first."""
    rest = [name for name in frame.columns if name not in FIRST and frame[name].notna().any()]
    event = st.dataframe(
        frame,
        hide_index=True,
        key="explore_column_table",
        height=min(38 + 35 * len(frame), 400),
        column_order=[*FIRST, *rest],
        column_config={
            "column": st.column_config.TextColumn(pinned=True),
            "distribution": st.column_config.BarChartColumn(y_min=0, help="Histogram, or the ten most frequent values"),
            **{str(name): st.column_config.NumberColumn(format="localized") for name in frame.select_dtypes("float")},
            "missing_share": st.column_config.NumberColumn("missing", format="percent"),
            "distinct_share": st.column_config.NumberColumn("distinct share", format="percent"),
            "mode_share": st.column_config.NumberColumn("mode share", format="percent"),
        },
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        alt="The columns of the table with their statistics",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        results.csv_button(profile.columns, "columns", key="explore_column_csv", label="All columns as CSV")
        words = f"{len(frame):,} of {number_of(len(profile.columns), 'column')}. A click on a row shows it below."
        st.caption(f"{words} {escape(_sampled(profile))}")
    rows = [row for row in event["selection"]["rows"] if row < len(frame)]
    return str(frame["column"].iloc[rows[0] if rows else 0])


def _sampled(profile: Profile) -> str:
    words = profile.facts.sample.words
    return f"Quantiles, moments and histograms are {words}; all counts are exact." if words else ""


def _closely(profile: Profile, name: str) -> None:
    detail = cached.column_detail(name, profile)
    column = profile.values.column(name)
    with st.container(border=True):
        st.header(escape(name))
        st.caption(f"{column.kind} · {escape(column.evidence)}")
        left, right = st.columns([2, 3])
        with left:
            results.table(detail.statistics, "explore_statistics", alt=f"Statistics of {name}", download="statistics")
            if detail.examples:
                st.caption("For example " + ", ".join(f"`{code_span(text)}`" for text in detail.examples))
        with right:
            _pictures(detail)


def _pictures(detail: Detail) -> None:
    dark = results.dark()
    note = detail.sample.words
    if len(detail.histogram):
        results.chart(charts.histogram(detail, dark=dark), detail.histogram, "histogram", alt="Histogram", note=note)
    if len(detail.levels) and detail.levels["count"].max() > 1:
        results.chart(charts.levels(detail, dark=dark), detail.levels, "levels", alt="Most frequent values", note=note)
        if detail.levels_left:
            st.caption(f"The {len(detail.levels)} most frequent values; {detail.levels_left:,} more are not shown.")
    if len(detail.words):
        results.chart(charts.words(detail, dark=dark), detail.words, "words", alt="Most frequent words", note=note)
    if len(detail.lengths) > 1:
        results.chart(charts.lengths(detail, dark=dark), detail.lengths, "lengths", alt="Lengths of texts", note=note)
    if len(detail.calendar):
        parts = list(dict.fromkeys(detail.calendar["part"]))
        part = st.segmented_control(
            "By", parts, default=parts[0], required=True, key="explore_calendar_part", **state.KEEP
        )
        figure = charts.calendar(detail, part or parts[0], dark=dark)
        results.chart(figure, detail.calendar, "calendar", alt=f"Rows by {part}")

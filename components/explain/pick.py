"""Picking the row that is explained, changed and flipped: by what is remarkable about it, by search, or typed in."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from backends.explanations.pick import Input, most_uncertain, most_wrong, parse_row, row_ranges, row_table, search_rows
from backends.explanations.written import written_frame
from components import results, state
from components.feedback import escape
from components.subject import Subject

ORDERS = ("Most wrong", "Most uncertain", "As in the file", "Typed in")
CHOSEN = "explain_chosen"  # in which list a row was chosen, and its position among the held-out rows
SHOWN = 200


def row(subject: Subject) -> tuple[pd.DataFrame, tuple[Any, ...]]:
    """The row that is chosen, and what names it in the keys of caches."""
    order = st.segmented_control(
        "Pick a row", ORDERS, default=ORDERS[0], required=True, key="explain_order", **state.KEEP
    )
    if order == ORDERS[3]:
        return _typed(subject)
    position = _from_table(subject, str(order))
    return subject.model.held_out.iloc[[position]].reset_index(drop=True), ("held out", position)


def of_row(subject: Subject, name: tuple[Any, ...]) -> str:
    """What is known of the row, in a sentence of Markdown."""
    if name[0] != "held out":
        return "The row you typed in."
    told = _table(subject).iloc[int(name[1])]
    verdict = "wrong" if told["wrong"] else "right"
    return (
        f"Row {int(told['row']) + 1:,} of the table: decided **{escape(str(told['predicted']))}** with probability "
        f"{told['probability_predicted']:.3f}; it is **{escape(str(told['true']))}**, so that is {verdict}."
    )


def truth(subject: Subject, name: tuple[Any, ...]) -> str | None:
    """The true class of a held-out row; None of a row that was typed in."""
    return None if name[0] != "held out" else subject.model.classes[int(subject.model.holdout_codes[int(name[1])])]


def _table(subject: Subject) -> pd.DataFrame:
    return subject.kept("row table", lambda: row_table(subject.model))


def _from_table(subject: Subject, order: str) -> int:
    text = st.text_input("Every word is in the row", key="explain_search", placeholder="Search", **state.KEEP)
    table = _table(subject).iloc[subject.positions]
    if text.strip():
        said = (table["true"] + " " + table["predicted"]).str.lower().str.contains(text.strip().lower(), regex=False)
        table = table[search_rows(subject.model, text)[table["position"].to_numpy()] | said.to_numpy()]
    if order == "Most wrong":
        table = most_wrong(table)
    elif order == "Most uncertain":
        table = most_uncertain(table)
    if table.empty:
        st.caption("No held-out row is like that.")
        st.stop()
    shown = table.head(SHOWN)
    features = subject.model.holdout.iloc[shown["position"].to_numpy()].reset_index(drop=True)
    columns = ["row", "true", "predicted", "probability_predicted"]
    features = written_frame(features, subject.model.schema)
    frame = pd.concat([shown[columns].reset_index(drop=True), features], axis=1)
    frame["row"] = frame["row"] + 1
    event = st.dataframe(
        frame,
        hide_index=True,
        key=f"explain_rows_{order}_{text}",
        height=min(38 + 35 * len(frame), 250),
        column_config={"probability_predicted": st.column_config.NumberColumn("probability", format="%.3f")},
        on_select="rerun",
        selection_mode="single-row",
        alt="Held-out rows to choose from",
    )
    results.csv_button(frame, "held_out_rows", key="explain_rows_csv")
    if len(table) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(table):,} rows; search to see others.")
    chosen = [at for at in event["selection"]["rows"] if at < len(shown)]
    if chosen:
        state.set_widget(CHOSEN, (order, text, int(shown["position"].iloc[chosen[0]])))
    where, before = state.widget(CHOSEN, ("", "", 0))[:2], state.widget(CHOSEN, ("", "", 0))[2]
    known = where == (order, text) and before in set(table["position"])
    return int(before) if known else int(shown["position"].iloc[0])


def _typed(subject: Subject) -> tuple[pd.DataFrame, tuple[Any, ...]]:
    inputs = subject.kept("inputs", lambda: row_ranges(subject.model))
    typed: dict[str, Any] = {}
    with st.container(height=360), st.grid(3, gap="small"):
        for one in inputs:
            typed[one.name] = value_input(one, f"explain_typed_{one.name}", one.typical)
    found = parse_row(subject.model, typed)
    for warning in found.warnings:
        st.caption(f":orange[:material/warning:] {escape(warning)}")
    return found.frame, ("typed", *(str(value) for value in typed.values()))


def value_input(one: Input, key: str, value: Any) -> Any:
    """A widget for one value of a column: levels to choose from, or text that is read as the file writes it."""
    if one.levels:
        levels: list[Any] = [*one.levels, None] if one.optional or pd.isna(value) else list(one.levels)
        at = levels.index(value) if value in levels else len(levels) - 1
        return st.selectbox(
            escape(one.name),
            levels,
            index=at,
            key=key,
            format_func=_or_missing,
            accept_new_options=one.kind == "category",
            **state.KEEP,
        )
    text = "" if value is None or pd.isna(value) else written(value)
    return st.text_input(escape(one.name), text, key=key, help=_range(one), placeholder="missing", **state.KEEP)


def _or_missing(value: Any) -> str:
    return "missing" if value is None else str(value)


def written(value: Any) -> str:
    """A number or date as it is typed in.

    >>> written(3.0), written(pd.Timestamp("2024-05-01"))
    ('3', '2024-05-01')
    """
    if isinstance(value, pd.Timestamp):
        return value.isoformat().removesuffix("T00:00:00")
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _range(one: Input) -> str | None:
    return None if one.low is None else f"In the table: {written(one.low)} to {written(one.high)}"

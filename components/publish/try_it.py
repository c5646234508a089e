"""A form that asks the published model, as its widget and its API do."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from backends.bundle import Bundle
from backends.datasets.example import example_of
from backends.datasets.schema import Column
from backends.errors import WorkbenchError
from backends.explanations.pick import Input
from backends.serving.refusals import Invalid
from backends.serving.session import Options
from components import cached, state
from components.explain.pick import value_input
from components.feedback import escape, show_error

MOST_CLASSES = 4
ANYWAY = "Accept values unlike any in the training data"
SHOWN = 24  # columns in the form; the others keep the example's value


def show(name: str, number: int, bundle: Bundle) -> None:
    """The inputs, and what the model says of them."""
    columns = bundle.signature.columns
    example = bundle.examples[0] if bundle.examples else {}
    typed: dict[str, Any] = {}
    with st.grid(3, gap="small"):
        for column in list(columns)[:SHOWN]:
            start = example.get(column.name, example_of(column))
            typed[column.name] = value_input(_input(column), f"publish_try_{name}_{column.name}", start)
    rest = {column.name: example.get(column.name, example_of(column)) for column in list(columns)[SHOWN:]}
    if rest:
        st.caption(f"{len(rest):,} more columns keep the values of an example; the API takes all of them.")
    unusual = st.checkbox(ANYWAY, key="publish_unusual", **state.KEEP)
    if not st.button("Predict", key="publish_ask", type="primary", icon=":material/play_arrow:"):
        return
    record = {key: _given(value) for key, value in {**rest, **typed}.items()}
    try:
        options = Options("accept" if unusual else "refuse")
        answer = cached.served().predict(name, number, [record], "page", options=options)
    except WorkbenchError as error:
        show_error(_for_a_form(error))
        return
    [said] = answer.predictions.to_records()
    with st.container(horizontal=True):
        st.metric("Decision", escape(str(said["label"])), border=True)
        likely = sorted(said["probabilities"].items(), key=lambda pair: -pair[1])
        for label, probability in likely[:MOST_CLASSES]:
            st.metric(f"Probability of {label}", f"{probability:.3f}", border=True)


def _for_a_form(error: WorkbenchError) -> WorkbenchError:
    """What was wrong with the row, with the way out that this page has in place of the API's."""
    if not isinstance(error, Invalid):
        return error
    hint = f"Mend it, or tick “{ANYWAY}”." if error.acceptable else "Mend it and ask again."
    return WorkbenchError(error.message.removeprefix("Row 1: "), hint)


def _input(column: Column) -> Input:
    """What the form needs to know of a column."""
    levels: tuple[Any, ...] = column.categories if column.kind in ("category", "boolean") else ()
    low: Any = column.low
    high: Any = column.high
    if column.kind == "datetime":
        low, high = (None if edge is None else pd.Timestamp(edge) for edge in (low, high))
    return Input(column.name, column.kind, low, high, levels, column.example, None, column.missing > 0)


def _given(value: Any) -> Any:
    """A value as a request carries it."""
    if value is None or value == "" or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    return value.isoformat() if isinstance(value, pd.Timestamp) else value

"""What was decided about the table: the steps with their undo, the pandas code that repeats them, the table itself."""

from __future__ import annotations

import streamlit as st

from backends.datasets import Dataset, Step
from backends.datasets.recipe_code import pandas_code
from backends.errors import WorkbenchError
from components import results, state
from components.feedback import escape, show_error


def show(dataset: Dataset) -> None:
    """The steps so far, each with its undo; nothing when there are none."""
    read = state.work().read
    if read is None or not len(dataset.recipe):
        return
    with st.container(border=True):
        st.markdown(f"**Decided so far** :gray[{_effect(read, dataset)}]")
        for number, step in enumerate(dataset.recipe):
            _step(step, number)
        with st.container(horizontal=True):
            st.button("Undo all", key="recipe_undo_all", icon=":material/undo:", type="tertiary", on_click=_undo_all)
            with st.popover("pandas code", icon=":material/code:", type="tertiary"):
                st.code(pandas_code(read, dataset), language="python")
            file = f"{dataset.name.rsplit('.', 1)[0]}-prepared.csv"
            results.table_button(dataset, "Prepared table", file, "recipe_table")


def decide(*steps: Step) -> None:
    """Add steps to the recipe; a step that cannot be done is explained and changes nothing."""
    dataset = state.work().dataset
    assert dataset is not None
    try:
        state.decide(dataset.recipe.plus(*steps))
    except WorkbenchError as error:
        show_error(error)
        return
    words = "; ".join(step.words for step in steps[:3]) + (f" and {len(steps) - 3} more" if len(steps) > 3 else "")
    st.toast(f"Done: {escape(words)}. It can be undone above.", icon=":material/check:")


def _step(step: Step, number: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[{number + 1}.] {escape(_capital(step.words))}")
        st.button("Undo", key=f"recipe_undo_{number}", type="tertiary", on_click=_undo, args=(step,))


def _undo(step: Step) -> None:
    dataset = state.work().dataset
    assert dataset is not None
    try:
        state.decide(dataset.recipe.without(step))
    except WorkbenchError as error:
        show_error(error)


def _undo_all() -> None:
    dataset = state.work().dataset
    assert dataset is not None
    state.decide(type(dataset.recipe)())


def _effect(read: Dataset, prepared: Dataset) -> str:
    """What the steps made of the table's size."""
    rows, columns = read.rows - prepared.rows, len(read.schema) - len(prepared.schema)
    fewer = [f"{count:,} {what} fewer" for count, what in ((rows, "rows"), (columns, "columns")) if count]
    return ", ".join(fewer) or "no row or column fewer"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]

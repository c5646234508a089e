"""The table in a sentence and a few numbers, and the target that everything is set against."""

from __future__ import annotations

import streamlit as st

from backends.datasets import Dataset
from backends.datasets.classes import why_not_classes
from backends.datasets.describe import percentage
from backends.datasets.traits import telling_target
from backends.datasets.wording import number_of
from backends.profiling import Alert, Profile
from backends.profiling.alert import SEVERITIES
from backends.profiling.wording import bytes_in_words
from components import results, state
from components.feedback import escape

TARGET = "explore_target"
KINDS_IN_WORDS = {
    "number": ("number", "numbers"),
    "integer": ("integer", "integers"),
    "category": ("category", "categories"),
    "boolean": ("yes or no", "yes or no"),
    "datetime": ("date", "dates"),
    "text": ("text", "texts"),
    "identifier": ("identifier", "identifiers"),
}


def size(profile: Profile) -> str:
    """The table's name and size, in Markdown."""
    known = profile.overview
    rows, columns = number_of(known.rows, "row"), number_of(known.columns, "column")
    return f"**{escape(profile.dataset.name)}** has {rows} and {columns}."


def sentence(profile: Profile, alerts: tuple[Alert, ...]) -> str:
    """What the table is and how much there is to look at, in Markdown."""
    if not alerts:
        return f"{size(profile)} No rule found anything to look at."
    counts = {severity: sum(alert.severity == severity for alert in alerts) for severity in SEVERITIES}
    words = ", ".join(f"{count:,} {severity}" for severity, count in counts.items() if count)
    first = alerts[0]
    found = f"{number_of(len(alerts), 'alert')} ({words}); first, **{escape(first.title)}**: {escape(first.found)}"
    return f"{size(profile)} {found}"


def numbers(profile: Profile) -> None:
    """Rows, columns by kind, missing share, duplicates, memory."""
    known = profile.overview
    kinds = ", ".join(_of_kind(count, kind) for kind, count in known.kinds.items() if count)
    complete = percentage(known.complete_rows, known.rows)
    shown = (
        ("Rows", f"{known.rows:,}", f"{known.duplicate_rows:,} duplicates"),
        ("Columns", f"{known.columns:,}", kinds),
        (
            "Missing values",
            f"{known.missing:,}",
            f"{percentage(known.missing, known.cells)} of all; {complete} of rows complete",
        ),
        ("Memory", bytes_in_words(known.memory), f"{known.cells:,} cells"),
    )
    for place, (label, value, more) in zip(results.four(), shown, strict=True):
        with place.container(border=True, height="stretch"):
            st.metric(label, value)
            st.caption(more)


def _of_kind(count: int, kind: str) -> str:
    """How many columns there are of a kind, in words."""
    return f"{count:,} {KINDS_IN_WORDS[kind][count != 1]}"


def target_input(dataset: Dataset) -> str | None:
    """The column that the others are set against; None for none. The choice is Train's target too."""
    names = [None, *dataset.schema.names]
    spec = state.work().spec
    if spec is not None and spec.target in dataset.schema:
        state.seed_widget(TARGET, spec.target)
    else:
        state.seed_widget(TARGET, telling_target(dataset.schema))
    return st.selectbox(
        "Target",
        names,
        key=TARGET,
        format_func=_or_none,
        on_change=_carry,
        **state.KEEP,
        help="The column you want to predict.",
    )


def _carry() -> None:
    """Make the target Train's too, when its values can be classes; Train keeps its own otherwise."""
    target, dataset = state.widget(TARGET, None), state.work().dataset
    if target is None or dataset is None:
        return
    column = dataset.schema[str(target)]
    if not why_not_classes(column, dataset.frame[column.name], column.distinct):
        state.aim_at(column.name)


def _or_none(name: str | None) -> str:
    return "None" if name is None else name

"""Who is compared: sensitive columns, the edges of numbers, the outcome and the reference group."""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st

from backends.datasets.grouping import Grouping
from backends.datasets.schema import Column
from backends.datasets.traits import looks_sensitive
from backends.errors import WorkbenchError
from backends.fairness import FairnessReport, Options, assess
from components import state
from components.feedback import escape, show_error
from components.subject import Subject

MOST = 3  # columns of an intersection
NOBODY = "the best group"
NAMED = 5  # columns left out that are named
KINDS = {  # that are no groups of people, and why
    "text": "Texts are nearly all different, so they make no groups of enough rows.",
    "identifier": "An identifier names a single row.",
    "datetime": "A date says when, not who.",
}
FIRST = re.compile(r"(?i)sex|gender|rac(e|ial)|ethnic")


@dataclass(frozen=True)
class Question:
    """Whom to compare, for which outcome, against whom."""

    by: tuple[Grouping, ...]
    positive: str
    reference: str | None
    favourable: bool

    @property
    def key(self) -> tuple[str, ...]:
        """What the answer depends on."""
        return (repr([one.to_dict() for one in self.by]), self.positive, str(self.reference), str(self.favourable))

    def answer(self, about: Subject) -> FairnessReport:
        """The assessment, made once."""
        options = Options(favourable=self.favourable)
        return about.kept(
            "fairness", lambda: assess(about.model, self.by, self.positive, self.reference, options=options), *self.key
        )


def ask(about: Subject) -> Question | None:
    """The inputs; None while no sensitive column is chosen, or an edge cannot be read."""
    columns = {column.name: column for column in (*about.model.schema, *about.model.aside_schema)}
    usable = [name for name, column in columns.items() if column.kind not in KINDS]
    state.seed_widget("fairness_columns", likely(usable))
    left, middle, right = st.columns([2, 1, 1])
    with left:
        chosen = st.multiselect(
            "Sensitive columns",
            usable,
            key="fairness_columns",
            max_selections=MOST,
            help="They need not be features. Several columns are compared one by one and together.",
            **state.KEEP,
        )
    with middle:
        outcomes = list(about.model.classes[::-1] if about.model.binary else about.model.classes)
        positive = st.selectbox("Outcome", outcomes, key=f"fairness_outcome_{about.model.target.name}", **state.KEEP)
    with right:
        good = st.segmented_control(
            "For the person it is", ["good", "bad"], default="good", required=True, key="fairness_good", **state.KEEP
        )
    left_out = {name: column.kind for name, column in columns.items() if column.kind in KINDS}
    if left_out:
        st.caption(f":material/info: {escape(_left_out(left_out))}")
    if not chosen:
        return None
    try:
        by = tuple(_grouping(about, columns[name]) for name in chosen)
    except WorkbenchError as error:
        show_error(error)
        return None
    reference = _reference(about, by)
    return Question(by, str(positive), reference, good == "good")


def _left_out(kinds: dict[str, str]) -> str:
    """Why some columns cannot be chosen: "Not offered: name (text), as …"."""
    named = [f"{name} ({kinds[name]})" for name in list(kinds)[:NAMED]]
    more = [f"{len(kinds) - NAMED:,} more"] if len(kinds) > NAMED else []
    why = list(dict.fromkeys(KINDS[kind] for kind in kinds.values()))
    return (
        f"Not offered: {', '.join([*named, *more])}. {' '.join(why)} Where such a column does tell groups of people "
        "apart, correct its kind to category on the page Load."
    )


def likely(names: list[str]) -> list[str]:
    """The columns to begin with: those of sex, race and the like first, then other sensitive names and groups."""
    rank = {name: 0 if FIRST.search(name) else 1 if looks_sensitive(name) else 2 for name in names}
    hinted = [name for name in names if looks_sensitive(name) or name.lower().endswith("group")]
    return sorted(hinted, key=rank.__getitem__)[:MOST]


def _grouping(about: Subject, column: Column) -> Grouping:
    """The groups of a column; the edges of a number can be changed."""
    values = about.model.held_out[column.name]
    first = Grouping.of(column, values)
    if not first.edges:
        return first
    written = ", ".join(f"{edge:.10g}" for edge in first.edges)
    text = st.text_input(f"Edges of {escape(column.name)}", written, key=f"fairness_edges_{column.name}", **state.KEEP)
    try:
        edges = tuple(float(part) for part in text.replace(";", ",").split(",") if part.strip())
    except ValueError:
        raise WorkbenchError(
            f"The edges of {column.name!r} are {text!r}, which are no numbers.", hint="Write them as 25, 40, 60."
        ) from None
    return Grouping(column.name, edges, column.format)


def _reference(about: Subject, by: tuple[Grouping, ...]) -> str | None:
    """The group that the others are set against."""
    from backends.fairness.groups import partitions

    found = about.kept("partitions", lambda: partitions(about.model.held_out, by), repr([one.to_dict() for one in by]))
    names = [NOBODY, *(name for groups in found for name in groups.names)]
    if state.widget("fairness_reference", NOBODY) not in names:
        state.set_widget("fairness_reference", NOBODY)
    name = st.selectbox("Compared with", names, key="fairness_reference", **state.KEEP)
    return None if name == NOBODY else name

"""Overall: which columns move the predictions, how, and whether shuffling them agrees."""

from __future__ import annotations

import streamlit as st

from backends import charts
from backends.errors import WorkbenchError
from backends.explanations import Explanation
from backends.explanations.agreement import agreement
from backends.explanations.explanation import TOLERANCE
from backends.explanations.importance import global_importance, part_importance
from backends.explanations.interactions import dependence
from backends.explanations.shuffling import PermutationImportance, permutation_importance
from backends.explanations.views import beeswarm
from components import results, state
from components.feedback import escape
from components.subject import Subject

STRONGEST = "The strongest interaction"


def sentence(explanation: Explanation) -> str:
    """What moves the predictions most, in Markdown."""
    frame = global_importance(explanation, resamples=2)
    names = [f"**{escape(str(name))}**" for name in frame.loc[frame["importance"] > 0, "column"].head(3)]
    if not names:
        return "No column moves the predictions: the model says the same of every row."
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    verb = "move" if len(names) > 1 else "moves"
    return f"{listed} {verb} the predictions most."


def check(explanation: Explanation) -> None:
    """How it was made, and whether base and values add up to the model's output on every row."""
    worst, rows = float(explanation.residuals.max()), len(explanation.frame)
    about = explanation.sample or (f"from {rows:,} rows" if rows > 1 else "of one row")
    against = f", {explanation.background}" if explanation.background else ""
    engine = f"{explanation.engine[:1].upper()}{explanation.engine[1:]}{'' if explanation.exact else ', an estimate'}"
    st.caption(f"{escape(engine)}, {escape(about + against)}, in {explanation.seconds:.1f} s")
    if explanation.adds_up:
        where = f"on every one of {rows:,} rows" if rows > 1 else "of this row"
        st.markdown(
            f":green[:material/check:] Base and values add up to the model's output {where} "
            f":gray[(largest gap {worst:.1g})]"
        )
    else:
        wrong = int((explanation.residuals > TOLERANCE).sum())
        st.error(
            f"On {wrong:,} of {rows:,} rows base and values miss the model's output by up to {worst:.3g}. "
            "Do not rely on these values.",
            title="This explanation fails its check",
            icon=":material/error:",
        )
    for note in explanation.notes:
        st.caption(f":material/info: {escape(note)}")


def show(subject: Subject, explanation: Explanation) -> None:
    """Importance with what shuffling costs beside it, every row as a point, and one column's values."""
    output = _output_input(explanation)
    frame = subject.kept("importance", lambda: global_importance(explanation), subject.explained)
    with st.spinner("Shuffling each column…"):
        shuffled, why_not = subject.kept("shuffled", lambda: _shuffled(subject))
    with st.container(border=True):
        st.header("Importance")
        figure = charts.importance(frame, explanation, shuffled, output=output, dark=results.dark())
        results.chart(
            figure, frame, "importance", alt="Importance of each column", note=shuffled.sample if shuffled else ""
        )
        if shuffled is not None:
            _agree(frame, shuffled)
        else:
            st.caption(f":material/info: What shuffling a column costs is not measured: {escape(why_not)}")
    with st.container(border=True):
        st.header("Every row")
        points = subject.kept("beeswarm", lambda: beeswarm(explanation, output=output), output, subject.explained)
        rows, of = points.attrs["rows"], points.attrs["of"]
        note = f"from {rows:,} of the {of:,} explained rows" if rows < of else ""
        figure = charts.beeswarm(points, explanation, dark=results.dark())
        results.chart(figure, points, "beeswarm", alt="SHAP values row by row", note=note)
    _column(subject, explanation, output)


def _shuffled(subject: Subject) -> tuple[PermutationImportance | None, str]:
    """What shuffling costs on the rows that are looked at, or why that cannot be measured."""
    rows = None if subject.cohort is None else subject.positions
    try:
        return permutation_importance(subject.model, rows=rows), ""
    except WorkbenchError as error:
        return None, f"{error.message} {error.hint}"


def _output_input(explanation: Explanation) -> int | None:
    """The class whose values are drawn; None for that which each row is predicted to be."""
    if len(explanation.classes) == 1:
        return None
    every = "the predicted one"
    names = [every, *explanation.classes]
    name = st.selectbox("Class", names, key="explain_output", **state.KEEP)
    return None if name == every else explanation.classes.index(str(name))


def _agree(frame: object, shuffled: PermutationImportance) -> None:
    found = agreement(frame, shuffled.frame)  # type: ignore[arg-type]
    st.markdown(escape(found.sentence))
    for note in shuffled.notes:
        st.caption(escape(note))
    with st.expander("Both measures", icon=":material/table_rows:"):
        results.table(found.frame, "explain_agreement", alt="Both measures of importance", download="importance")


def _column(subject: Subject, explanation: Explanation, output: int | None) -> None:
    with st.container(border=True):
        st.header("One column")
        frame = subject.kept("importance", lambda: global_importance(explanation), subject.explained)
        left, right = st.columns(2)
        names = frame["column"].tolist()
        with left:
            name = st.selectbox("Column", names, key="explain_column", **state.KEEP) or names[0]
        with right:
            others = [STRONGEST, *(other for other in names if other != name)]
            chosen = st.selectbox("Colour", others, key=f"explain_partner_{name}", **state.KEEP)
            partner = None if chosen == STRONGEST else chosen
        points = subject.kept(
            "dependence",
            lambda: dependence(explanation, name, partner, output),
            name,
            partner,
            output,
            subject.explained,
        )
        note = f"from {len(points):,} of {points.attrs['rows']:,} rows" if len(points) < points.attrs["rows"] else ""
        figure = charts.dependence(points, explanation, dark=results.dark())
        results.chart(figure, points, "dependence", alt=f"SHAP values of {name}", note=note)
        parts = part_importance(explanation, name)
        if len(parts) > 1:
            with st.expander(f"The {len(parts)} parts that {escape(name)} became", icon=":material/unfold_more:"):
                results.table(parts, "explain_parts", alt=f"Parts of {name}", download="parts")

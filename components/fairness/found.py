"""What was found: in sentences, as rates by group, as gaps, as calibration, with every word defined."""

from __future__ import annotations

import streamlit as st

from backends import charts
from backends.errors import WorkbenchError
from backends.fairness import FairnessReport
from backends.fairness.definitions import DEFINITIONS
from backends.fairness.measures import MEASURES
from components import results, state
from components.feedback import escape

AGAINST = {"best": "the best group", "rest": "all others", "reference": "the reference group"}


def reading(report: FairnessReport) -> None:
    """The sentences for somebody who has never heard of the measures, and what they leave out."""
    for sentence in report.reading:
        st.markdown(f"- {escape(sentence)}")
    if report.impossibility:
        st.info(escape(report.impossibility), icon=":material/balance:", title="Not everything can be equal at once")
    for note in report.notes:
        st.caption(f":material/info: {escape(note)}")


def by_group(report: FairnessReport) -> None:
    """One measure in every group, and all measures as a table."""
    left, right = st.columns(2)
    with left:
        titles = {row.key: row.title for row in MEASURES}
        key = st.selectbox(
            "Measure",
            list(titles),
            index=list(titles).index("selection_rate"),
            key="fairness_measure",
            format_func=titles.__getitem__,
            **state.KEEP,
        )
    with right:
        split = _split(report)
    figure = charts.group_rates(report, key, split, dark=results.dark())
    frame = report.by_group[(report.by_group["measure"] == key) & (report.by_group["split"] == split)]
    results.chart(figure, frame, "group_rates", alt=f"{titles[key]} by group")
    with st.expander("Every measure of every group", icon=":material/table_rows:"):
        results.table(report.in_words, "fairness_wide", alt="Every measure by group", download="by_group")
        results.csv_button(report.by_group, "by_group_full", key="fairness_long", label="With intervals, as CSV")


def gaps(report: FairnessReport) -> None:
    """The largest gap by each criterion."""
    left, right = st.columns(2)
    with left:
        kind = st.segmented_control(
            "As", ["difference", "ratio"], default="difference", required=True, key="fairness_kind", **state.KEEP
        )
    with right:
        known = [key for key in AGAINST if (report.disparities["against"] == key).any()]
        against = st.segmented_control(
            "Against",
            known,
            default="reference" if report.reference else known[0],
            required=True,
            key=f"fairness_against_{bool(report.reference)}",
            format_func=AGAINST.__getitem__,
            **state.KEEP,
        )
    figure = charts.disparities(report, str(kind), str(against), dark=results.dark())
    results.chart(figure, report.disparities, "disparities", alt="The largest gap by each criterion")
    with st.expander("Every gap and comparison", icon=":material/table_rows:"):
        results.table(report.disparities, "fairness_gaps", alt="Every gap", download="disparities")
        results.table(report.comparisons, "fairness_comparisons", alt="Every comparison", download="comparisons")


def calibration(report: FairnessReport) -> None:
    """Whether a probability means the same in every group."""
    split = _split(report, "fairness_calibration_split")
    try:
        figure = charts.calibration_by_group(report, split, dark=results.dark())
    except WorkbenchError as error:
        st.caption(escape(f"{error.message} {error.hint}"))
        return
    results.chart(figure, report.calibration, "calibration_by_group", alt="Calibration by group")


def definitions() -> None:
    """The glossary."""
    with st.popover("What the words mean", icon=":material/menu_book:", type="tertiary"):
        for one in DEFINITIONS:
            formula = f" `{one.formula}`" if one.formula else ""
            st.markdown(f"**{one.title}** {escape(one.definition)}{formula} :gray[{escape(one.matters)}]")


def _split(report: FairnessReport, key: str = "fairness_split") -> str:
    return str(st.selectbox("By", list(report.splits), key=f"{key}_{len(report.splits)}", **state.KEEP))

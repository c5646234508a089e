"""From which confidence on answers are given: the threshold in force, and one calibrated on the question set."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from backends.errors import WorkbenchError
from backends.retrieval import Collection
from backends.retrieval.answering.calibration import Calibration, Share, calibrate_on
from backends.retrieval.answering.confidence import DEFAULT_THRESHOLD, DEFAULT_THRESHOLD_FROM
from backends.retrieval.evaluation import QuestionSet
from components import cached
from components.feedback import escape, show_error

MOST = 200  # answerable questions that are asked to calibrate: some seconds


def show(collection: Collection, questions: QuestionSet) -> None:
    """Which threshold is in force and where it comes from, and the way to one for these documents."""
    known = collection.options
    now = DEFAULT_THRESHOLD if known.threshold is None else known.threshold
    source = DEFAULT_THRESHOLD_FROM if known.threshold is None else known.threshold_from
    st.markdown(f"Answers are given from a confidence of **{now:.0%}** on, calibrated on: {escape(source)}.")
    key = (collection.name, str(collection.folder), known, questions)
    with st.container(horizontal=True):
        asked = st.button("Calibrate on these questions", key="ask_calibrate", icon=":material/tune:")
        if known.threshold is not None and st.button("Back to the shipped one", key="ask_shipped", type="tertiary"):
            collection.configure(replace(known, threshold=None, threshold_from=""))
            st.rerun()
    if not asked:
        return
    try:
        with st.spinner("Asking every question…"):
            made = cached.kept("calibration", key, lambda: _calibrated(collection, questions))
    except WorkbenchError as error:
        show_error(error)
        return
    source = f"{len(questions):,} questions on these documents; {words(made)}"
    collection.configure(replace(known, threshold=made.threshold, threshold_from=source))
    st.success(f"Answers are given from {made.threshold:.0%} on: {words(made)}.", icon=":material/check:")
    for note in made.notes:
        st.caption(f":material/info: {escape(note)}")


def words(made: Calibration) -> str:
    """What a threshold does to questions that it was not chosen on.

    >>> words(Calibration(0.4, Share(57, 60), Share(19, 20)))
    '95 % (76 to 99 %) of 20 questions without an answer are refused, 95 % (86 to 98 %) of 60 with one are answered'
    """
    return f"{_share(made.refused)} without an answer are refused, {_share(made.kept, '')} with one are answered"


def _share(share: Share, what: str = " questions") -> str:
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f} %) of {share.of:,}{what}"


def _calibrated(collection: Collection, questions: QuestionSet) -> Calibration:
    answerable = [question.text for question in questions.answerable[:MOST]]
    return calibrate_on(collection.search, answerable, [question.text for question in questions.unanswerable[:MOST]])

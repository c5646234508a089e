"""From which confidence on answers are given: the threshold in force, and one calibrated on the question set."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from backends.datasets.wording import per_cent
from backends.errors import WorkbenchError
from backends.retrieval import Collection
from backends.retrieval.answering import Calibration, Share, calibrate_on
from backends.retrieval.answering.confidence import DEFAULT_THRESHOLD, DEFAULT_THRESHOLD_FROM
from backends.retrieval.embedding import open_embedder
from backends.retrieval.evaluation import QuestionSet
from backends.retrieval.evaluation.making import OF_THEIR_WORDS
from components import cached, state
from components.ask import known
from components.feedback import escape, show_error

MOST = 200  # questions of a kind that are asked to calibrate: some seconds
ASKED = "ask_calibrated"  # the key of the collection whose calibration is shown


def show(collection: Collection, questions: QuestionSet) -> None:
    """Which threshold is in force and where it comes from, and the way to one for these documents."""
    options, key = collection.options, known.key_of(collection)
    now = DEFAULT_THRESHOLD if options.threshold is None else options.threshold
    source = DEFAULT_THRESHOLD_FROM if options.threshold is None else options.threshold_from
    st.markdown(f"Answers are given from a confidence of **{per_cent(now)}** on, calibrated on: {escape(source)}.")
    with st.container(horizontal=True):
        if st.button("Calibrate on these questions", key="ask_calibrate", icon=":material/tune:"):
            state.set_widget(ASKED, key)
        if (
            options.threshold is not None
            and known.may_change(key)
            and st.button("Back to the shipped one", key="ask_shipped", type="tertiary")
        ):
            _use(collection, None, "")
    if state.widget(ASKED, None) == key:
        _calibrated(collection, questions, now)


def words(made: Calibration) -> str:
    """What a threshold does to questions that it was not chosen on.

    >>> words(Calibration(0.4, Share(57, 60), Share(19, 20)))
    '95 % (76 to 99 %) of 20 questions without an answer are refused, 95 % (86 to 98 %) of 60 with one are answered'
    """
    return f"{_share(made.refused)} without an answer are refused, {_share(made.kept, '')} with one are answered"


def doubt(questions: QuestionSet, made: Calibration, now: float) -> str:
    """Why a threshold from these questions is not to be trusted, as a sentence; empty when it may be.

    A lower threshold answers more: made questions are surer than those of people, and built-in unanswerable ones are
    about other subjects, so that both speak for one that is too low.
    """
    if made.threshold >= now:
        return ""
    if OF_THEIR_WORDS in questions.notes:
        return "The questions are made of the passages' own words and so surer than those of people: it may be too low."
    if not questions.unanswerable:
        return "No question of the set is one that your documents do not answer: it may be too low for close ones."
    return ""


def _calibrated(collection: Collection, questions: QuestionSet, now: float) -> None:
    key = (str(collection.folder), collection.status(), questions)
    try:
        with st.spinner("Asking every question…"):
            made = cached.kept("calibration", key, lambda: _calibrate(collection, questions))
    except WorkbenchError as error:
        show_error(error)
        return
    st.markdown(f"These questions speak for **{per_cent(made.threshold)}**: {words(made)}.")
    for note in made.notes:
        st.caption(f":material/info: {escape(note)}")
    reason = doubt(questions, made, now)
    if reason:
        st.warning(reason, icon=":material/balance:")
    if not known.may_change(known.key_of(collection)):
        return
    if st.button(
        f"Use {per_cent(made.threshold)}", key="ask_use", icon=":material/check:", disabled=made.threshold == now
    ):
        _use(collection, made.threshold, f"{len(questions):,} questions on these documents; {words(made)}")


def _use(collection: Collection, threshold: float | None, source: str) -> None:
    known.check(known.key_of(collection))
    collection.configure(replace(collection.options, threshold=threshold, threshold_from=source))
    state.set_widget(ASKED, None)
    st.rerun()


def _share(share: Share, what: str = " questions") -> str:
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f} %) of {share.of:,}{what}"


def _calibrate(collection: Collection, questions: QuestionSet) -> Calibration:
    answerable = [question.text for question in questions.answerable[:MOST]]
    others = [question.text for question in questions.unanswerable[:MOST]]
    embedder, language = open_embedder(collection.settings), collection.options.language
    return calibrate_on(collection.search, answerable, others, embedder, language)

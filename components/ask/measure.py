"""How well the collection is searched: on which questions, with which configurations, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import streamlit as st

from backends import charts
from backends.datasets.wording import number_of, per_cent
from backends.retrieval import Collection
from backends.retrieval.answering.calibration import Share
from backends.retrieval.evaluation import Evaluation, Paired, QuestionSet
from backends.retrieval.evaluation import job as measuring
from backends.retrieval.evaluation.abstention import tradeoff
from backends.retrieval.evaluation.making import OF_THEIR_WORDS
from backends.retrieval.evaluation.measuring import Measured, Order
from backends.tasks import Job
from components import cached, job_panel, results, state, tabs
from components.ask import configure, known, threshold
from components.ask.question_set import choose
from components.feedback import escape


def show(collection: Collection) -> None:
    """The last figures first, then the questions and the configurations they come from."""
    key = known.key_of(collection)
    current = state.work().measure_job
    if current is not None and current[1] == key:
        job_panel.watch(current[0], _take_over, _nothing, forget="measure_job")
    last = dict(state.work().measured).get(key)
    if last is not None:
        _found(last)
    questions = choose(collection)
    if questions is not None:
        with st.container(border=True):
            _order(collection, questions)
        with st.container(border=True):
            st.header("“Not in your documents”")
            threshold.show(collection, questions)


def sentence(evaluation: Evaluation) -> str:
    """What was found, in a sentence of Markdown."""
    ranks = evaluation.questions.loc[evaluation.questions["answerable"], "first_rank"]
    asked = len(ranks)
    if not asked:
        return "No question of the set has a relevant document: only what is refused can be measured."
    found = int((ranks <= evaluation.k).sum())
    share = Share(found, asked)  # all of 40 found is not "100 % to 100 %", as a bootstrap would have it
    return (
        f"Something relevant is among the first {evaluation.k} for **{found:,} of {number_of(asked, 'question')}** "
        f"({per_cent(share.value)}, 95\xa0% interval {per_cent(share.low)} to {per_cent(share.high)})."
    )


def verdict(paired: Paired, made: bool = False) -> str:
    """Whether the second configuration is better, in a sentence of Markdown."""
    row = paired.summary.iloc[0]
    names = (escape(paired.title_a), escape(paired.title_b))
    span = f"{row['difference']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})"
    score = f"{number_of(int(row['wins']), 'question')} better, {row['losses']:.0f} worse"
    p = f"p = {row['p_adjusted']:.2g}" if row["p_adjusted"] >= 0.001 else "p < 0.001"
    if made:
        return (
            "On questions made of the passages' own words, which favour the search by words, "
            f"{names[1]} and {names[0]} differ in {row['title']} by {span}: {score}, {p}. "
            "Which is better for people's questions cannot be told from them."
        )
    if not row["significant"]:
        return f"**{names[1]}** and **{names[0]}** cannot be told apart: {row['title']} {span}, {score}, {p}."
    word = "better" if row["difference"] > 0 else "worse"
    return f"**{names[1]}** is {word} than **{names[0]}**: {row['title']} {span}, {score}, {p}."


def _found(measured: Measured) -> None:
    if measured.paired is not None:
        st.markdown(verdict(measured.paired, made=OF_THEIR_WORDS in measured.evaluations[0].notes))
    for evaluation in measured.evaluations:
        name = f"**{escape(evaluation.title)}**: " if len(measured.evaluations) > 1 else ""
        st.markdown(name + sentence(evaluation))
        if measured.paired is None:
            _numbers(evaluation)
    notes = dict.fromkeys(note for one in (*measured.evaluations, measured.paired) if one for note in one.notes)
    for note in notes:
        st.caption(f":material/info: {escape(note)}")
    views: dict[str, Callable[[], None]] = {
        "Measures": lambda: _measures(measured),
        "First relevant": lambda: _ranks(measured),
    }
    if measured.paired is not None:
        paired = measured.paired
        views["Wins and losses"] = lambda: _differences(paired)
    views["Questions"] = lambda: _questions(measured)
    views["Not in your documents"] = lambda: _refusals(measured.evaluations[0])
    tabs.show("ask_measured", views)


def _numbers(evaluation: Evaluation) -> None:
    with st.container(horizontal=True):
        for name in (evaluation.main, "mrr", f"recall@{evaluation.k}"):
            row = evaluation.summary.loc[name]
            if pd.notna(row["value"]):
                st.metric(
                    f"{row['title']} ({row['low']:.3f} to {row['high']:.3f})",
                    f"{row['value']:.3f}",
                    border=True,
                    help=str(row["meaning"]),
                )
        st.metric("Milliseconds, median", f"{evaluation.value('latency_p50'):,.0f}", border=True)


def _measures(measured: Measured) -> None:
    frame = charts.retrieval_measures_frame(measured.evaluations)
    figure = charts.retrieval_measures(frame, dark=results.dark())
    results.chart(figure, frame, "ask_measures", alt="Each measure with its 95 % interval")
    if measured.paired is not None:
        results.table(
            measured.paired.summary.reset_index(), "ask_paired", alt="Both configurations compared", download="paired"
        )
    results.text_button(
        lambda: json.dumps(measured.to_json()), "evaluation.json", "application/json", "Everything as JSON"
    )


def _ranks(measured: Measured) -> None:
    frame = charts.first_relevant_frame(measured.evaluations)
    figure = charts.first_relevant(frame, dark=results.dark())
    results.chart(figure, frame, "ask_ranks", alt="Rank of the first relevant passage")


def _differences(paired: Paired) -> None:
    frame = charts.question_differences_frame(paired)
    title = str(paired.summary["title"].iloc[0])
    names = (paired.title_a, paired.title_b)
    figure = charts.question_differences(frame, title, names, dark=results.dark())
    results.chart(figure, frame, "ask_differences", alt="Difference of each question")
    results.table(paired.moves, "ask_moves", alt="Documents that changed their rank", download="moves")


def _questions(measured: Measured) -> None:
    for number, evaluation in enumerate(measured.evaluations):
        if len(measured.evaluations) > 1:
            st.markdown(f"**{escape(evaluation.title)}**")
        columns = ["question", "answerable", "found", "relevant", "first_rank", *evaluation.metrics[:1], "confidence"]
        frame = evaluation.questions.sort_values(["answerable", evaluation.main], ascending=[False, True])
        results.table(
            frame[columns], f"ask_questions_{number}", alt="Each question, the worst first", download="questions"
        )


def _refusals(evaluation: Evaluation) -> None:
    frame = evaluation.questions
    if frame["answerable"].all() or not frame["answerable"].any():
        st.markdown(
            "This needs questions of both kinds: some that the documents answer, and some that they do not "
            "(a question without a relevant document)."
        )
        return
    curve = tradeoff(frame)
    figure = charts.abstention(curve, evaluation.threshold, dark=results.dark())
    results.chart(figure, curve, "ask_refusals", alt="What is refused against what is lost")


def _order(collection: Collection, questions: QuestionSet) -> None:
    st.header("Measure")
    configurations = configure.show(collection)
    left, right = st.columns(2)
    with left:
        k = st.slider("Look at the first", 1, 50, 10, key="ask_measure_k", help="k of nDCG@k, recall@k and hit rate@k")
    with right:
        answers = st.toggle("Answer each question too, to judge the citations", key="ask_measure_answers")
    busy = state.work().measure_job is not None
    label = f"Measure on {len(questions):,} questions"
    if st.button(label, key="ask_measure", type="primary", icon=":material/straighten:", disabled=busy):
        order = Order(collection.name, questions, configurations, k=int(k), answers=answers)
        prepared = measuring.prepare(order, collection.settings)
        job = cached.jobs().start(state.owner(), "Measuring the search", measuring.ADDRESS, prepared)
        state.update(measure_job=(job.id, known.key_of(collection)))
        st.rerun()


def _take_over(job: Job) -> None:
    key = (state.work().measure_job or ("", ""))[1]
    state.update(measure_job=None)
    if job.error is not None:
        st.toast(escape(job.error.message), icon=":material/error:")
    elif job.state == "done":
        kept = tuple(pair for pair in state.work().measured if pair[0] != key)
        state.update(measured=((key, measuring.read(job.output(measuring.RESULT))), *kept))


def _nothing(job: Job) -> None:
    """Figures are shown when all of them are there: half a question set would say something else."""

"""One model on the rows it never saw: scores, curves, threshold and costs, learning curve, code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from backends import charts
from backends.datasets import Dataset
from backends.fairness.mitigation import NOT_RANKED
from backends.metrics import Evaluation, curves
from backends.metrics import job as learning_job
from backends.tasks import Job
from backends.training.results import Comparison, TrainedModel
from backends.training.scoring import metric
from backends.training.script import Reading
from components import cached, job_panel, results, state, threshold_view
from components.feedback import escape
from components.subject import with_its_policy

Draw = Callable[..., go.Figure]


@dataclass(frozen=True)
class Subject:
    """What is looked into: one model of a comparison, judged on its held-out rows."""

    dataset: Dataset
    comparison: Comparison
    model: TrainedModel
    evaluation: Evaluation


CURVES: dict[str, tuple[Callable[[Evaluation], pd.DataFrame], Draw, str]] = {
    "ROC": (curves.roc_curve, charts.roc, "What is found against false alarms, over all thresholds"),
    "Precision–recall": (curves.precision_recall_curve, charts.precision_recall, "Precision against recall"),
    "Calibration": (curves.calibration, charts.calibration, "Predicted probability against what happened"),
    "Scores": (curves.score_histogram, charts.score_histogram, "How the probabilities are spread per class"),
    "Gain": (curves.gain_lift, charts.gain, "Share of the positives among the rows with the highest probability"),
    "Lift": (curves.gain_lift, charts.lift, "How many times more positives than among rows drawn at random"),
}


def choose(dataset: Dataset, comparison: Comparison) -> Subject:
    """The model to look into; the recommended one first."""
    keys = [key for key in comparison.leaderboard["model"] if key in comparison.models]
    titles = dict(zip(comparison.leaderboard["model"], comparison.leaderboard["title"], strict=True))
    chosen = state.work().model or comparison.recommended
    key = st.selectbox(
        "Model",
        keys,
        index=keys.index(chosen) if chosen in keys else 0,
        format_func=lambda key: f"{titles[key]} (recommended)" if key == comparison.recommended else titles[key],
        key="train_model",
    )
    if key != chosen:
        state.update(model=key)
        st.rerun()  # the sidebar's foot, drawn before, names the model too
    model = with_its_policy(comparison, key)
    return Subject(dataset, comparison, model, cached.evaluation(state.work().result or "", key, model))


def show(subject: Subject) -> None:
    """One of the views on the model."""
    names = [name for name, view in VIEWS.items() if view.applies(subject)]
    if state.widget("train_view", names[0]) not in names:  # that of another model
        state.set_widget("train_view", names[0])
    name = st.segmented_control("View", names, default=names[0], required=True, key="train_view")
    VIEWS[name].show(subject)
    left_out = [title for title, view in VIEWS.items() if view.ranked and title not in names]
    if left_out:
        st.caption(f"Without {', '.join(left_out).lower()}: {NOT_RANKED_WORDS}")


def scores(subject: Subject) -> None:
    """Every metric with its 95 % interval on the held-out rows."""
    evaluation = subject.evaluation
    frame = evaluation.scores.drop(columns="resamples")
    frame.insert(0, "metric", [metric(key).title for key in frame.index])
    frame["what it says"] = [metric(key).describe(len(evaluation.classes)) for key in frame.index]
    st.caption(f"Judged once on {evaluation.rows:,} held-out rows; 95 % bootstrap intervals.")
    digits = {name: st.column_config.NumberColumn(format="%.3f") for name in ("value", "low", "high")}
    words = "Metrics of the model on the held-out rows"
    results.table(frame, "model_scores", alt=words, download="holdout_scores", column_config=digits)
    for note in evaluation.notes:
        st.caption(escape(note))
    threshold_view.under_policy(subject)


def curve(subject: Subject) -> None:
    """One of the curves, with its data."""
    evaluation = subject.evaluation
    name = st.segmented_control("Curve", [*CURVES, "Confusion"], default="ROC", required=True, key="train_curve")
    if name == "Confusion":
        frame, draw, words = curves.confusion(evaluation), charts.confusion, "Actual against predicted classes"
    else:
        compute, draw, words = CURVES[name]
        frame = compute(evaluation)
    if name == "Scores" and not evaluation.binary:
        told = st.selectbox("Class", evaluation.classes, key="train_curve_class")
        frame = frame[frame["class"] == told]
    key = f"curve_{name.lower().replace(' ', '_')}"
    st.caption(f"{words}; {evaluation.rows:,} held-out rows.")
    results.chart(draw(frame, dark=results.dark()), frame, key, alt=f"{name} of {evaluation.title}")


def folds(subject: Subject) -> None:
    """Every model's score on every fold: how far they vary, and whether a fold is odd."""
    comparison = subject.comparison
    judged = metric(comparison.metric)
    titles = dict(zip(comparison.leaderboard["model"], comparison.leaderboard["title"], strict=True))
    frame = comparison.fold_scores[comparison.fold_scores["metric"] == judged.key]
    figure = charts.fold_scores(frame, judged, titles=titles, dark=results.dark())
    results.chart(figure, frame, "fold_scores", alt=f"{judged.title} of each model on each fold")


def learning(subject: Subject) -> None:
    """Would more rows help? Drawn in the background when asked for."""
    work, model, metric_key = state.work(), subject.model, subject.comparison.metric
    done = work.curves.get(model.key)
    if done is not None:
        figure = charts.learning_curve(done, metric(metric_key), dark=results.dark())
        results.chart(figure, done, "learning_curve", alt=f"Learning curve of {model.title}")
    elif work.curve_job is not None:
        running, key = work.curve_job
        if key != model.key:
            st.caption(f"The learning curve of {escape(subject.comparison.models[key].title)} is being drawn.")
        job_panel.watch(running, on_end=lambda job: _take_curve(job, key), show=lambda job: None, forget="curve_job")
    else:
        st.caption("The model is fitted again on growing shares of the training rows; that takes a few fits.")
        if st.button("Draw the learning curve", icon=":material/show_chart:", key="train_learning"):
            prepare = learning_job.prepare(subject.dataset, model, metric_key)
            job = cached.jobs().start(state.owner(), f"Learning curve: {model.title}", learning_job.ADDRESS, prepare)
            state.update(curve_job=(job.id, model.key))
            st.rerun()


def code(subject: Subject) -> None:
    """The plain script that repeats this model's score."""
    key = subject.model.key
    text = cached.script(state.work().result or "", key, subject.comparison, subject.dataset)
    source = script_input(subject.dataset)
    st.caption(f"Prints the same cross-validation score, alone, with pandas and scikit-learn, from {source}.")
    with st.container(horizontal=True):
        st.download_button(
            "Script", text, f"train_{key}.py", "text/x-python", icon=":material/download:", on_click="ignore"
        )
        if not Reading.of(subject.dataset).repeatable:
            results.table_button(subject.dataset, "The table it reads", Reading.of(subject.dataset).file, "train_table")
    st.code(text, language="python", height=400)


def script_input(dataset: Dataset) -> str:
    """The file that the script reads, in words."""
    reading = Reading.of(dataset)
    if reading.repeatable:
        return f"the same file, {escape(dataset.name)}"
    return f"{escape(reading.file)}, which can be downloaded here: {escape(reading.why)}"


def _take_curve(job: Job, key: str) -> None:
    state.update(curve_job=None)
    if job.state == "done":
        curve = learning_job.read(job.output(learning_job.CURVE))
        state.update(curves={**state.work().curves, key: curve})
    elif job.error is not None:
        state.update(message=f"{job.error.message} {job.error.hint}")


@dataclass(frozen=True)
class View:
    """One view on a model: whether it needs two classes, and whether it needs a model that was cross-validated."""

    show: Callable[[Subject], None]
    binary: bool = False
    ranked: bool = False

    def applies(self, subject: Subject) -> bool:
        """Whether it can be shown of this model."""
        board = subject.comparison.leaderboard
        status = board.loc[board["model"] == subject.model.key, "status"]
        return (subject.evaluation.binary or not self.binary) and not (self.ranked and (status == NOT_RANKED).any())


NOT_RANKED_WORDS = "the model is a mitigated one from the page Fairness, which was not cross-validated."
VIEWS: dict[str, View] = {
    "Scores": View(scores),
    "Folds": View(folds),
    "Curves": View(curve),
    "Threshold and costs": View(threshold_view.show, binary=True),
    "Learning curve": View(learning, ranked=True),
    "Code": View(code, ranked=True),
}

"""What to train: the settings of a comparison as widgets, and the plan that follows from them in words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from backends.datasets import Dataset
from backends.errors import WorkbenchError
from backends.training.plan import Plan
from backends.training.scoring import METRICS
from backends.training.spec import TrainingSpec
from components import cached, state
from components.feedback import escape

SCHEMES = {
    "stratified": "Stratified k-fold",
    "repeated": "Repeated k-fold",
    "group": "Group k-fold",
    "time": "In order of time",
}
METRIC_TITLES = {metric.key: metric.title for metric in METRICS}


def target_input(dataset: Dataset) -> str:
    """The column to predict, the likely ones first, each with the counts of its classes."""
    targets = cached.likely_targets(dataset.digest, dataset)
    names = [str(name) for name in targets["name"]]
    labels = dict(zip(names, _target_labels(targets), strict=True))
    return st.selectbox(
        "Predict", names, key="train_target", format_func=lambda name: labels.get(name, name), persist_state="session"
    )


def more_inputs(dataset: Dataset, target: str) -> TrainingSpec:
    """Everything that has a good default: columns, models, validation, budget."""
    columns, models, validation, budget = st.tabs(["Columns", "Models", "Validation", "Budget"], key="train_tabs")
    default = TrainingSpec(target)
    with validation:
        default = _validation_inputs(dataset, default)
    plan = cached.plan(dataset.digest, default, dataset)
    with columns:
        features = _feature_inputs(plan)
    with models:
        chosen = _model_inputs(plan)
    with budget:
        limits = _budget_inputs()
    return TrainingSpec(**{**default.__dict__, **limits, "features": features, "models": chosen})


def remedies(error: WorkbenchError) -> None:
    """A button for each change of the settings that would help."""
    with st.container(horizontal=True):
        for words, changes in error.remedies.items():
            st.button(words, key=f"train_remedy_{words}", icon=":material/healing:", on_click=_change, args=(changes,))


def plan_sentence(plan: Plan) -> str:
    """What will be done, in two sentences of Markdown."""
    shares = zip(plan.classes, plan.class_counts, strict=True)
    classes = ", ".join(f"{escape(name)} {count:,}" for name, count in list(shares)[:4])
    more = f" and {len(plan.classes) - 4} more" if len(plan.classes) > 4 else ""
    used = sum(feature.used for feature in plan.features)
    models = sum(model.used for model in plan.models)
    return (
        f"**{escape(plan.target)}** has {len(plan.classes)} classes ({classes}{more}). {models} models learn from "
        f"{used} of {len(plan.features)} columns; {plan.folds} folds judge them by "
        f"**{METRIC_TITLES[plan.metric]}**, and {plan.holdout_rows:,} rows are kept apart for the end."
    )


def plan_notes(plan: Plan) -> None:
    """What is left out or doubtful, with the reason."""
    for feature in plan.features:
        if not feature.used and feature.reason != "not chosen":
            st.markdown(f":gray[:material/block:] `{_code(feature.name)}` {escape(feature.reason)}, so it is left out.")
        elif feature.used and feature.leaky:
            st.markdown(f":orange[:material/warning:] `{_code(feature.name)}` {escape(feature.leaky)}.")
    sensitive = [f"`{_code(feature.name)}`" for feature in plan.features if feature.used and feature.sensitive]
    if sensitive:
        st.markdown(f":orange[:material/balance:] {', '.join(sensitive)} may describe a protected trait.")
    for note in plan.notes:
        st.markdown(f":gray[:material/info:] {escape(note)}")


def _change(settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        state.set_widget(f"train_{name}", value)


def _target_labels(targets: pd.DataFrame) -> list[str]:
    rows = zip(targets["name"], targets["usable"], targets["counts"], targets["reason"], strict=True)
    return [f"{name} — {counts}" if usable else f"{name} — {reason}" for name, usable, counts, reason in rows]


def _feature_inputs(plan: Plan) -> tuple[str, ...] | None:
    frame = pd.DataFrame(
        {
            "use": [feature.used for feature in plan.features],
            "column": [feature.name for feature in plan.features],
            "kind": [feature.kind for feature in plan.features],
            "remark": [_remark(feature) for feature in plan.features],
        }
    )
    edited = st.data_editor(
        frame,
        key=f"train_features_{plan.target}_{plan.scheme}",
        hide_index=True,
        disabled=["column", "kind", "remark"],
        column_config={"remark": st.column_config.TextColumn("remark", width="large")},
        alt="The columns and whether they are learnt from",
    )
    if edited["use"].tolist() == frame["use"].tolist():
        return None
    return tuple(edited.loc[edited["use"], "column"])


def _remark(feature: Any) -> str:
    remarks = [feature.reason, feature.leaky, "may describe a protected trait" if feature.sensitive else ""]
    return "; ".join(dict.fromkeys(remark for remark in remarks if remark))


def _model_inputs(plan: Plan) -> tuple[str, ...] | None:
    titles = {model.key: model.title for model in plan.models}
    default = [model.key for model in plan.models if model.used]
    chosen = st.pills(
        "Models",
        list(titles),
        selection_mode="multi",
        default=default,
        format_func=lambda key: titles[key],
        key=f"train_models_{plan.target}",
    )
    for model in plan.models:
        if not model.used:
            st.caption(f"{model.title}: {escape(model.reason)}")
    return None if set(chosen) == set(default) else tuple(key for key in titles if key in chosen)


def _validation_inputs(dataset: Dataset, spec: TrainingSpec) -> TrainingSpec:
    left, right = st.columns(2)
    keep: dict[str, Any] = {"persist_state": "session"}
    with left:
        scheme = st.selectbox(
            "Folds are made", list(SCHEMES), format_func=SCHEMES.__getitem__, key="train_scheme", **keep
        )
        others = [name for name in dataset.schema.names if name != spec.target]
        group = (
            st.selectbox("Rows that belong together share", others, key="train_group", **keep)
            if scheme == "group"
            else None
        )
        time = (
            st.selectbox("Time is in", _times(dataset, others), key="train_time", **keep) if scheme == "time" else None
        )
        folds = st.slider("Folds", 2, 10, 5, key="train_folds", **keep)
        repeats = st.slider("Repeats", 2, 10, 2, key="train_repeats", **keep) if scheme == "repeated" else 2
    with right:
        metric = st.selectbox("Rank by", [None, *METRIC_TITLES], format_func=_metric_title, key="train_metric", **keep)
        holdout = st.slider("Hold-out, share of the rows", 0.1, 0.5, 0.2, 0.05, key="train_holdout", **keep)
        labels = cached.class_labels(dataset.digest, spec.target, dataset)
        positive = None
        if len(labels) == 2:
            positive = st.selectbox(
                "Positive class", [None, *labels], format_func=_automatic, key=f"train_positive_{spec.target}"
            )
        drop = st.toggle("Leave out classes that are too rare for the folds", key="train_drop_rare", **keep)
        seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="train_seed", **keep)
    changed = {"scheme": scheme, "group": group, "time": time, "folds": folds, "repeats": repeats, "metric": metric}
    rest = {"holdout": holdout, "positive": positive, "drop_rare": drop, "seed": int(seed)}
    return TrainingSpec(**{**spec.__dict__, **changed, **rest})


def _budget_inputs() -> dict[str, Any]:
    keep: dict[str, Any] = {"persist_state": "session"}
    left, right = st.columns(2)
    with left:
        tune = st.number_input("Tuning, seconds (0: good defaults are kept)", 0, 3600, 0, 10, key="train_tune", **keep)
        if state.work().tuning:
            st.caption("A cancelled tuning will go on where it stopped.")
    with right:
        fit = st.number_input("One fit may take, seconds", 1, 3600, 600, 10, key="train_fit", **keep)
        memory = st.number_input(
            "One worker may use, MB (0: no bound)", 0, 1_000_000, 0, 256, key="train_memory", **keep
        )
    return {"tune_seconds": float(tune), "fit_seconds": float(fit), "fit_memory_mb": int(memory)}


def _times(dataset: Dataset, names: list[str]) -> list[str]:
    dates = [column.name for column in dataset.schema.of_kind("datetime")]
    numbers = [column.name for column in dataset.schema.of_kind("integer", "number")]
    return [name for name in (*dates, *numbers) if name in names]


def _metric_title(key: str | None) -> str:
    return METRIC_TITLES[key] if key else "What suits the classes"


def _automatic(label: str | None) -> str:
    return label if label is not None else "What reads like yes, else the rarer one"


def _code(text: str) -> str:
    """Text for a code span of Markdown, which a backtick would end."""
    return text.replace("`", "'").replace("\n", " ")

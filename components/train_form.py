"""What to train: the settings of a comparison as widgets, and the plan that follows from them in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from backends.datasets import Dataset
from backends.errors import WorkbenchError
from backends.training.plan import Plan
from backends.training.scoring import METRICS
from backends.training.spec import TrainingSpec
from components import cached, state
from components.feedback import code_span, escape

SCHEMES = {
    "stratified": "Stratified k-fold",
    "repeated": "Repeated k-fold",
    "group": "Group k-fold",
    "time": "In order of time",
}
METRIC_TITLES = {metric.key: metric.title for metric in METRICS}
MANY_GROUPS = 20  # with so many groups, folds of whole groups can be even


def target_input(dataset: Dataset) -> str:
    """The column to predict, the likely ones first, each with the counts of its classes."""
    targets = cached.likely_targets(dataset.digest, dataset)
    names = [str(name) for name in targets["name"]]
    labels = dict(zip(names, _target_labels(targets), strict=True))
    before = state.work().spec
    key = _seeded("target", before.target if before else None)
    return st.selectbox("Predict", names, key=key, format_func=lambda name: labels.get(name, name), **state.KEEP)


def more_inputs(dataset: Dataset, target: str) -> TrainingSpec:
    """Everything that has a good default: columns, models, validation, budget.

    The settings are remembered, so that they are still there after a visit to another page and after a reload.
    """
    before = _remembered(dataset, target)
    columns, models, validation, budget = st.tabs(["Columns", "Models", "Validation", "Budget"], key="train_tabs")
    with validation:
        cut = _validation_inputs(dataset, target, before)
    with budget:
        limits = _budget_inputs(before)
    plan = _plan_to_draw(dataset, target, cut)
    with columns:
        features = _feature_inputs(plan, before)
    with models:
        chosen = _model_inputs(plan, before)
    spec = TrainingSpec(target, features=features, models=chosen, **cut, **limits)
    if spec != state.work().spec:
        state.update(spec=spec)
    return spec


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
            st.markdown(
                f":gray[:material/block:] `{code_span(feature.name)}` {escape(feature.reason)}, so it is left out."
            )
        elif feature.used and feature.leaky:
            st.markdown(f":orange[:material/warning:] `{code_span(feature.name)}` {escape(feature.leaky)}.")
    sensitive = [f"`{code_span(feature.name)}`" for feature in plan.features if feature.used and feature.sensitive]
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


def _remembered(dataset: Dataset, target: str) -> TrainingSpec:
    """The settings so far, at first those that the table's recipe asks for; what belongs to another target is open."""
    before = state.work().spec or TrainingSpec(target).for_table(dataset) or TrainingSpec(target)
    if before.target == target:
        return before
    return replace(before, target=target, features=None, models=None, positive=None)


def _plan_to_draw(dataset: Dataset, target: str, cut: dict[str, Any]) -> Plan:
    """The plan whose columns and models are shown; that of plain folds while the chosen ones cannot be made."""
    try:
        return cached.plan(dataset.digest, TrainingSpec(target, **cut), dataset)
    except WorkbenchError:
        return cached.plan(dataset.digest, TrainingSpec(target, folds=2, drop_rare=True), dataset)


def _feature_inputs(plan: Plan, before: TrainingSpec) -> tuple[str, ...] | None:
    default = [feature.used for feature in plan.features]
    chosen = default if before.features is None else [feature.name in before.features for feature in plan.features]
    frame = pd.DataFrame(
        {
            "use": chosen,
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
    return None if edited["use"].tolist() == default else tuple(edited.loc[edited["use"], "column"])


def _remark(feature: Any) -> str:
    remarks = [feature.reason, feature.leaky, "may describe a protected trait" if feature.sensitive else ""]
    return "; ".join(dict.fromkeys(remark for remark in remarks if remark))


def _model_inputs(plan: Plan, before: TrainingSpec) -> tuple[str, ...] | None:
    titles = {model.key: model.title for model in plan.models}
    default = [model.key for model in plan.models if model.used]
    key = _seeded(f"models_{plan.target}", list(before.models or default))
    chosen = st.pills(
        "Models",
        list(titles),
        selection_mode="multi",
        format_func=titles.__getitem__,
        default=None,
        key=key,
        **state.KEEP,
    )
    for model in plan.models:
        if not model.used:
            st.caption(f"{model.title}: {escape(model.reason)}")
    return None if set(chosen) == set(default) else tuple(key for key in titles if key in chosen)


def _validation_inputs(dataset: Dataset, target: str, before: TrainingSpec) -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        cut = _fold_inputs(dataset, before)
    with right:
        metrics = [None, *METRIC_TITLES]
        cut["metric"] = st.selectbox(
            "Rank by", metrics, format_func=_metric_title, key=_seeded("metric", before.metric), **state.KEEP
        )
        cut["holdout"] = st.slider(
            "Hold-out, share of the rows", 0.1, 0.5, step=0.05, key=_seeded("holdout", before.holdout), **state.KEEP
        )
        labels = cached.class_labels(dataset.digest, target, dataset)
        if len(labels) == 2:
            key = _seeded(f"positive_{target}", before.positive)
            cut["positive"] = st.selectbox(
                "Positive class", [None, *labels], format_func=_automatic, key=key, **state.KEEP
            )
        words = "Leave out classes that are too rare for the folds"
        cut["drop_rare"] = st.toggle(words, key=_seeded("drop_rare", before.drop_rare), **state.KEEP)
        cut["seed"] = int(st.number_input("Seed", 0, 2**31 - 1, key=_seeded("seed", before.seed), **state.KEEP))
    return cut


def _fold_inputs(dataset: Dataset, before: TrainingSpec) -> dict[str, Any]:
    key = _seeded("scheme", before.scheme)
    cut: dict[str, Any] = {
        "scheme": st.selectbox("Folds are made", list(SCHEMES), format_func=SCHEMES.__getitem__, key=key, **state.KEEP)
    }
    cut["folds"] = st.slider("Folds", 2, 10, key=_seeded("folds", before.folds), **state.KEEP)
    if cut["scheme"] == "group":
        names, key = _groups(dataset), _seeded("group", before.group)
        cut["group"] = st.selectbox("Rows that belong together share", names, key=key, **state.KEEP)
    if cut["scheme"] == "time":
        cut["time"] = st.selectbox("Time is in", _times(dataset), key=_seeded("time", before.time), **state.KEEP)
    if cut["scheme"] == "repeated":
        cut["repeats"] = st.slider("Repeats", 2, 10, key=_seeded("repeats", before.repeats), **state.KEEP)
    return cut


def _budget_inputs(before: TrainingSpec) -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        key = _seeded("tune_seconds", int(before.tune_seconds))
        tune = st.number_input("Tuning, seconds (0: good defaults are kept)", 0, 3600, step=10, key=key, **state.KEEP)
        if state.work().tuning:
            st.caption("A cancelled tuning will go on where it stopped.")
    with right:
        key = _seeded("fit_seconds", int(before.fit_seconds))
        fit = st.number_input("One fit may take, seconds", 1, 3600, step=10, key=key, **state.KEEP)
        key = _seeded("fit_memory_mb", before.fit_memory_mb)
        memory = st.number_input("A worker may use, MB (0: no bound)", 0, 1_000_000, step=256, key=key, **state.KEEP)
    return {"tune_seconds": float(tune), "fit_seconds": float(fit), "fit_memory_mb": int(memory)}


def _seeded(name: str, value: Any) -> str:
    """The key of a setting's widget, which starts with `value` when it has none yet."""
    key = f"train_{name}"
    if value is not None:
        state.seed_widget(key, value)
    return key


def _groups(dataset: Dataset) -> list[str]:
    """The columns, first those with neither too few nor too many values to be groups."""
    few, many = MANY_GROUPS, dataset.rows / 2
    return [column.name for column in sorted(dataset.schema, key=lambda column: not few <= column.distinct <= many)]


def _times(dataset: Dataset) -> list[str]:
    """The columns that can order the rows, dates first."""
    columns = (*dataset.schema.of_kind("datetime"), *dataset.schema.of_kind("integer", "number"))
    return [column.name for column in columns]


def _metric_title(key: str | None) -> str:
    return METRIC_TITLES[key] if key else "What suits the classes"


def _automatic(label: str | None) -> str:
    return label if label is not None else "What reads like yes, else the rarer one"

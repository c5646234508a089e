"""The threshold of a two-class model: what another one finds, misses and costs, and the policy that is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from backends import charts
from backends.datasets.wording import number_of
from backends.metrics import curves, thresholds
from components import results, state, stay
from components.feedback import escape

if TYPE_CHECKING:
    from components.model_view import Subject

RATES = (
    ("Precision", "precision"),
    ("Recall", "recall"),
    ("F1", "f1"),
    ("Accuracy", "accuracy"),
    ("Specificity", "specificity"),
)
NOTHING = "–"
NO_COST = "Both kinds of error cost 0, so no threshold is better than another."


def policy_note(subject: Subject) -> str:
    """That a policy other than the more probable class is in force for the model; empty where none is."""
    policy = subject.model.policy
    if policy.plain:
        return ""
    at = f"from {policy.threshold:.3f} on"
    if policy.thresholds:
        columns = " and ".join(policy.columns)
        groups = number_of(len(policy.thresholds), "group")
        at = f"from a threshold of its own on for each of {groups} by {columns}, {at} for all others"
    return f"A policy chosen on the page Fairness is in force: the model says {subject.model.classes[1]} {at}."


def under_policy(subject: Subject) -> None:
    """The rates of decisions without and under the policy in force, side by side; nothing where there is none."""
    note = policy_note(subject)
    if not note:
        return
    st.info(
        f"{escape(note)} The scores above are without it: they take the more probable class.", icon=":material/gavel:"
    )
    before = thresholds.at_threshold(subject.evaluation, 0.5)
    after = thresholds.under_decisions(subject.evaluation, subject.model.decide(subject.model.held_out))
    frame = pd.DataFrame({"On the held-out rows": [title for title, _ in RATES]})
    for name, result in (("More probable class", before), ("Under the policy", after)):
        frame[name] = [_rate(result, key) for _, key in RATES]
    results.table(frame, "policy_rates", alt="Rates without and under the policy", download="policy_rates")


def _rate(result: thresholds.ThresholdResult, key: str) -> str:
    """A rate with three decimals, or why there is none."""
    lacking = result.lacking(key)
    return f"not measurable ({lacking})" if lacking else f"{getattr(result, key):.3f}"


def _follow(subject: Subject) -> None:
    """Start the slider at the threshold in force, also when another model or another policy is looked at."""
    at = subject.model.policy.threshold
    now = (subject.model.key, at)
    if state.widget("train_threshold_of", None) != now:
        moved = state.widget("train_threshold_of", None) is not None or at != 0.5
        state.set_widget("train_threshold_of", now)
        if moved:
            state.set_widget("train_threshold", float(at))
    state.seed_widget("train_threshold", 0.5)


@st.fragment
def show(subject: Subject) -> None:
    """A threshold and what each error costs: every number follows the slider."""
    stay.here()
    evaluation = subject.evaluation
    left, right = st.columns(2)
    with left:
        false_alarm = _cost_input("A false positive costs", "train_cost_fp")
    with right:
        missed = _cost_input("A false negative costs", "train_cost_fn")
    free = false_alarm == missed == 0
    held = subject.model.out_of_fold
    fair = (held.codes, held.positive) if held is not None else None
    best = thresholds.best_threshold(evaluation, false_alarm, missed, out_of_fold=fair)
    policy = subject.model.policy
    if policy.thresholds:
        st.info(
            f"{escape(policy_note(subject))} This view is without it, with one threshold for all; the view Scores has "
            "the rates under it.",
            icon=":material/gavel:",
        )
    elif not policy.plain:
        st.info(f"{escape(policy_note(subject))} The slider can be moved away from it.", icon=":material/gavel:")
    _follow(subject)
    words = "Predict positive from this probability on"
    chosen = st.slider(words, 0.0, 1.0, step=0.001, format="%.3f", key="train_threshold", persist_state="session")
    now = thresholds.at_threshold(evaluation, chosen)
    cost = now.cost(false_alarm, missed)
    _threshold_numbers(now, cost)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Use {best.threshold:.3f}, the cheapest",
            key="train_cheapest",
            icon=":material/savings:",
            on_click=state.set_widget,
            args=("train_threshold", round(best.threshold, 3)),
            disabled=free,
        )
        st.caption(
            NO_COST if free else f"It costs {best.cost:,.6g} on the held-out rows instead of {cost:,.6g}. {best.note}"
        )
    frame = thresholds.costs(evaluation, false_alarm, missed)
    figure = charts.threshold_costs(frame, chosen, cheapest=(best.threshold, best.cost), dark=results.dark())
    results.chart(figure, frame, "threshold_costs", alt="Cost of every threshold on the held-out rows")
    confusion = curves.confusion(evaluation, chosen)
    results.chart(
        charts.confusion(confusion, dark=results.dark()), confusion, "threshold_confusion",
        alt=f"Actual against predicted classes at {chosen:.2f}",
    )  # fmt: skip


def _cost_input(label: str, key: str) -> float:
    state.seed_widget(key, 1.0)
    return float(st.number_input(label, 0.0, step=1.0, key=key, persist_state="session"))


def _threshold_numbers(now: thresholds.ThresholdResult, cost: float) -> None:
    rates = {title: (key, now.lacking(key)) for title, key in RATES}
    with st.grid(4, gap="small"):
        st.metric("Cost", f"{cost:,.6g}", border=True, height="stretch")
        for label, (key, lacking) in rates.items():
            st.metric(
                label,
                NOTHING if lacking else f"{getattr(now, key):.3f}",
                delta=f"not measurable ({lacking})" if lacking else None,
                delta_color="off",
                delta_arrow="off",
                border=True,
                height="stretch",
            )
        st.metric("False positives", f"{now.false_positives:,}", border=True, height="stretch")
        st.metric("False negatives", f"{now.false_negatives:,}", border=True, height="stretch")

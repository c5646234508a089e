"""Thresholds: one for all or one per group, what they cost and even out, and the policy that becomes the model's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from backends import charts
from backends.errors import WorkbenchError
from backends.fairness.measures import measure
from backends.fairness.report import Solved
from backends.fairness.thresholds import (
    GOALS,
    LAWFUL_WARNING,
    NO_COST,
    ChosenOn,
    Costs,
    ThresholdTable,
    before_after,
    choose_rows,
    cost_curve,
    policy_scores,
    solve,
)
from backends.training.policy import Policy
from components import results, state
from components.fairness import done
from components.fairness.groups import Question
from components.feedback import escape
from components.subject import Subject

ONE, EACH = "One for all", "One per group"


def show(about: Subject, question: Question) -> None:
    """Costs, sliders and solutions on the rows they are chosen on; then before and after on rows they are not."""
    if not about.model.binary:
        st.markdown("Thresholds need two classes; with more the most probable one is decided for.")
        return
    rows = rows_of(about, question)
    costs = _costs()
    _solutions(about, question, rows, costs)
    policy = _sliders(about, rows.table)
    done.tried(about, question, policy, costs)
    scores = policy_scores(rows.table, policy, costs)
    st.caption(escape(rows.note))
    with st.container(border=True):
        curve = cost_curve(rows.table, costs)
        figure = charts.cost_by_threshold(curve, scores, dark=results.dark())
        results.chart(figure, curve, "cost_by_threshold", alt="What each threshold costs per group")
    with st.container(border=True):
        st.markdown(f"**Cost {scores.cost:,.6g}** on the rows that thresholds are chosen on")
        results.table(_in_rates(scores.by_group), "fairness_policy", alt="The policy by group", download="policy")
        shown = scores.disparities[["title", "value", "low", "high", "highest", "lowest"]]
        results.table(shown, "fairness_policy_gaps", alt="Gaps under this policy", download="policy_gaps")
    _judge(about, question, policy, costs, rows)


def rows_of(about: Subject, question: Question) -> ChosenOn:
    """The rows that thresholds are chosen on and judged on, found once."""
    return about.kept("threshold rows", lambda: choose_rows(about.model, question.by, about.dataset), *question.key)


def _costs() -> Costs:
    left, right = st.columns(2)
    with left:
        state.seed_widget("fairness_cost_fp", 1.0)
        wrong_yes = st.number_input("A wrong yes costs", 0.0, step=1.0, key="fairness_cost_fp", **state.KEEP)
    with right:
        state.seed_widget("fairness_cost_fn", 1.0)
        wrong_no = st.number_input("A wrong no costs", 0.0, step=1.0, key="fairness_cost_fn", **state.KEEP)
    return Costs(float(wrong_yes), float(wrong_no))


def _solutions(about: Subject, question: Question, rows: ChosenOn, costs: Costs) -> None:
    """One click for each goal."""
    way = st.segmented_control("Thresholds", [ONE, EACH], default=ONE, required=True, key="fairness_way", **state.KEEP)
    with st.container(horizontal=True):
        for key, goal in GOALS.items():
            st.button(
                f"Solve for {goal.title[:1].lower()}{goal.title[1:]}",
                key=f"fairness_solve_{key}",
                icon=":material/target:",
                on_click=_solve,
                args=(about, question, rows.table, (key, costs, way == EACH)),
                disabled=not costs.decide,
            )
    if not costs.decide:
        st.caption(f":material/info: {NO_COST} Give at least one of the two a cost to solve for a goal.")
    if way == EACH:
        st.warning(escape(LAWFUL_WARNING), icon=":material/gavel:")


def _solve(about: Subject, question: Question, table: ThresholdTable, wanted: tuple[str, Costs, bool]) -> None:
    goal, costs, per_group = wanted
    try:
        found = solve(table, goal, costs, per_group)
    except WorkbenchError as error:
        st.toast(escape(f"{error.message} {error.hint}"), duration="long")
        return
    done.solved(about, question, Solved(found, costs))
    state.set_widget(_key(about), float(found.policy.threshold))
    for label, value in found.policy.thresholds:
        state.set_widget(_key(about, label), float(value))
    if found.note:
        st.toast(escape(found.note), duration="long")


def _sliders(about: Subject, table: ThresholdTable) -> Policy:
    """The thresholds; they start at those of the model's policy."""
    per_group = state.widget("fairness_way", ONE) == EACH
    before, own_before = about.model.policy, dict(about.model.policy.thresholds)
    state.seed_widget(_key(about), float(before.threshold))
    common = st.slider(
        "Yes from this probability on", 0.0, 1.0, step=0.001, format="%.3f", key=_key(about), **state.KEEP
    )
    if not per_group:
        return Policy(float(common))
    own: list[tuple[tuple[str, ...], float]] = []
    with st.grid(3, gap="small"):
        for group in table.groups:
            state.seed_widget(_key(about, group.label), float(own_before.get(group.label, common)))
            value = st.slider(
                escape(group.name), 0.0, 1.0, step=0.001, format="%.3f", key=_key(about, group.label), **state.KEEP
            )
            own.append((group.label, float(value)))
    return Policy(float(common), table.by, tuple(own))


def _key(about: Subject, label: tuple[str, ...] = ()) -> str:
    return f"fairness_threshold_{about.model.key}_{'|'.join(label)}"


def _judge(about: Subject, question: Question, policy: Policy, costs: Costs, rows: ChosenOn) -> None:
    """Before and after on rows that the thresholds were not chosen on, and the button that takes the policy over."""
    with st.container(border=True):
        st.header("Before and after, on held-out rows")
        frame = before_after(about.model, policy, question.by, costs, rows.judged)
        figure = charts.before_after(frame, dark=results.dark())
        results.chart(figure, frame, "before_after", alt="Before and after the policy")
        with st.container(horizontal=True, vertical_alignment="center"):
            chosen = policy == about.model.policy
            st.button(
                "This is the model's policy" if chosen else "Make it the model's policy",
                icon=":material/check:" if chosen else ":material/gavel:",
                disabled=chosen,
                type="primary",
                on_click=_take,
                args=(about.model.key, policy),
                key="fairness_take",
            )
            if not about.model.policy.plain:
                st.button(
                    "Back to the more probable class", key="fairness_plain", on_click=_take, args=(about.model.key,)
                )
                st.caption(f"The model now decides at {_in_words(about.model.policy)}.")


def _take(key: str, policy: Policy | None = None) -> None:
    """Make it the policy of the model; it travels with it from here on."""
    others = tuple(pair for pair in state.work().policies if pair[0] != key)
    state.update(policies=(*others, (key, policy or Policy())))


def _in_words(policy: Policy) -> str:
    groups = [f"{value:.3f} for {' and '.join(label)}" for label, value in policy.thresholds]
    more = f" and {len(groups) - 3} more groups" if len(groups) > 3 else ""
    return ", ".join([f"{policy.threshold:.3f}", *(escape(text) for text in groups[:3])]) + more


def _in_rates(frame: pd.DataFrame) -> pd.DataFrame:
    """The rates with their intervals in words."""
    shown = frame[["group", "rows", "threshold", "cost"]].copy()
    for at, key in enumerate(("selection_rate", "tpr", "fpr", "ppv", "accuracy"), 3):
        ends = zip(*(frame[f"{key}{end}"] for end in ("", "_low", "_high", "_n")), strict=True)
        said = [
            f"not measurable (n = {n})" if np.isnan(value) else f"{value:.3f} ({low:.3f}–{high:.3f})"
            for value, low, high, n in ends
        ]
        shown.insert(at, measure(key).title, said)
    return shown

"""Alerts: what to look at, the worst first, each with what it means and the step that resolves it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from backends.datasets import Step
from backends.datasets.recipe import together
from backends.profiling import Alert
from backends.profiling.alert import SEVERITIES
from components import recipe_view, results, state
from components.feedback import code_span, escape

COLORS = {"high": "red", "medium": "orange", "low": "gray"}
CARDS = 3  # kinds of alerts that are explained while none is chosen
MOST = 20  # kinds of alerts that are explained at most
LINES = 5  # findings of one kind that a card lists


def show(alerts: tuple[Alert, ...]) -> None:
    """The table of alerts with its filters, and those that are chosen in full."""
    if not alerts:
        st.success("No rule found anything to look at.", icon=":material/verified:")
        return
    shown = _filtered(alerts)
    if not shown:
        st.caption("No alert is like that.")
        return
    chosen = _table(shown)
    if chosen:
        _all_at_once(chosen)
    else:
        st.caption("Choose alerts in the table to read what they mean and to resolve them. The first ones:")
    cards, most = _by_rule(chosen or shown), MOST if chosen else CARDS
    for number, alike in enumerate(cards[:most]):
        _card(alike, number)
    if chosen and len(cards) > most:
        st.caption(f"{most} of the {len(cards):,} kinds of alerts that are chosen are explained here.")


def _by_rule(alerts: tuple[Alert, ...]) -> list[tuple[Alert, ...]]:
    """The alerts of one rule and severity together, in the order of the first of each."""
    groups: dict[tuple[str, str], list[Alert]] = {}
    for alert in alerts:
        groups.setdefault((alert.rule, alert.severity), []).append(alert)
    return [tuple(group) for group in groups.values()]


def alert_frame(alerts: tuple[Alert, ...]) -> pd.DataFrame:
    """One row per alert: severity, alert, column, what was found, condition, meaning, what to do, steps."""
    return pd.DataFrame(
        {
            "severity": [alert.severity for alert in alerts],
            "alert": [alert.title for alert in alerts],
            "column": [", ".join(alert.columns[:5]) + (", …" if len(alert.columns) > 5 else "") for alert in alerts],
            "found": [alert.found for alert in alerts],
            "what to do": [alert.advice for alert in alerts],
            "one click": [_capital(alert.steps[0].words) if alert.steps else "" for alert in alerts],
            "means": [alert.meaning for alert in alerts],
            "condition": [alert.condition for alert in alerts],
            "measured": [alert.sample or "on every row" for alert in alerts],
        }
    )


def _filtered(alerts: tuple[Alert, ...]) -> tuple[Alert, ...]:
    counts = {severity: sum(alert.severity == severity for alert in alerts) for severity in SEVERITIES}
    titles = sorted({alert.title for alert in alerts})
    left, middle, right = st.columns([2, 2, 2], vertical_alignment="bottom")
    with left:
        severities = st.pills(
            "Severity",
            [severity for severity, count in counts.items() if count],
            selection_mode="multi",
            format_func=lambda severity: f"{severity} ({counts[severity]:,})",
            key="explore_alert_severity",
            **state.KEEP,
        )
    with middle:
        title = st.selectbox(
            "Alert", titles, index=None, placeholder="Every alert", key="explore_alert_title", **state.KEEP
        )
    with right:
        text = st.text_input("Column contains", key="explore_alert_column", **state.KEEP).strip().lower()
    return tuple(
        alert
        for alert in alerts
        if (not severities or alert.severity in severities)
        and (title is None or alert.title == title)
        and (not text or any(text in name.lower() for name in alert.columns))
    )


def _table(alerts: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """The alerts as a table; returns the chosen ones."""
    frame = alert_frame(alerts)
    if len(frame) > results.ROWS_SHOWN:
        st.caption(
            f"The first {results.ROWS_SHOWN:,} of {len(frame):,} alerts; the download has all, filters show less."
        )
    event = st.dataframe(
        frame.head(results.ROWS_SHOWN),
        hide_index=True,
        key="explore_alert_table",
        height=min(38 + 35 * len(frame), 400),
        column_order=["severity", "alert", "column", "found", "one click", "what to do"],
        column_config={
            "found": st.column_config.TextColumn(width="large"),
            "what to do": st.column_config.TextColumn(width="large"),
        },
        on_select="rerun",
        selection_mode="multi-row",
        alt="The alerts, the worst first",
    )
    results.csv_button(frame, "alerts", key="explore_alert_csv", label="Alerts as CSV")
    rows = [row for row in event["selection"]["rows"] if row < len(alerts)]
    return tuple(alerts[row] for row in rows)


def _all_at_once(chosen: tuple[Alert, ...]) -> None:
    steps = together(step for alert in chosen for step in alert.steps[:1])
    if len(chosen) > 1 and steps:
        words = "; ".join(step.words for step in steps[:3]) + ("; …" if len(steps) > 3 else "")
        label = f"Resolve all that are chosen: {words}"
        st.button(escape(label), key="explore_alert_all", type="primary", on_click=recipe_view.decide, args=steps)


def _card(alike: tuple[Alert, ...], number: int) -> None:
    first = alike[0]
    with st.container(border=True):
        named = _columns(tuple(name for alert in alike for name in alert.columns))
        where = f" :gray[{escape(named)}]" if named else ""
        st.markdown(f":{COLORS[first.severity]}-badge[{first.severity}] **{escape(first.title)}**{where}")
        st.markdown(_found(alike))
        st.markdown(f"{escape(first.meaning)} **{escape(first.advice)}**")
        examples = [text for alert in alike for text in alert.examples][:LINES]
        if examples:
            st.caption("For example " + ", ".join(f"`{code_span(text)}`" for text in examples))
        with st.container(horizontal=True, vertical_alignment="center"):
            for place, step in enumerate(_steps(alike)):
                _button(step, f"explore_alert_{number}_{place}")
            st.caption(f"Raised when {escape(first.condition[:1].lower() + first.condition[1:])}")


def _found(alike: tuple[Alert, ...]) -> str:
    """What was found, a line per alert where there are several."""
    lines = [escape(alert.found) + (f" :gray[({escape(alert.sample)})]" if alert.sample else "") for alert in alike]
    if len(lines) == 1:
        return lines[0]
    left = f"\n- :gray[and {len(lines) - LINES:,} more, in the table above]" if len(lines) > LINES else ""
    return "\n".join(f"- {line}" for line in lines[:LINES]) + left


def _steps(alike: tuple[Alert, ...]) -> tuple[Step, ...]:
    """What resolves them: all the ways of a single alert, the best way of each of several."""
    return alike[0].steps if len(alike) == 1 else together(step for alert in alike for step in alert.steps[:1])[:LINES]


def _button(step: Step, key: str) -> None:
    done = step in tuple(state.work().dataset.recipe) if state.work().dataset else False  # type: ignore[union-attr]
    st.button(
        escape(_capital(step.words)),
        key=key,
        icon=":material/check:" if done else ":material/healing:",
        disabled=done,
        on_click=recipe_view.decide,
        args=(step,),
    )


def _columns(names: tuple[str, ...]) -> str:
    different = tuple(dict.fromkeys(names))
    shown = ", ".join(different[:8])
    return f"{shown} and {len(different) - 8:,} more" if len(different) > 8 else shown


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]

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
CARDS = 3  # alerts that are explained while none is chosen
BUTTONS = 20  # explained alerts at most; beyond them there is one button for all


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
    most = BUTTONS if chosen else CARDS
    for number, alert in enumerate((chosen or shown)[:most]):
        _card(alert, number)
    if len(chosen) > most:
        st.caption(f"{most} of the {len(chosen):,} chosen alerts are explained here.")


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
        )
    with middle:
        title = st.selectbox("Alert", titles, index=None, placeholder="Every alert", key="explore_alert_title")
    with right:
        text = st.text_input("Column contains", key="explore_alert_column").strip().lower()
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


def _card(alert: Alert, number: int) -> None:
    with st.container(border=True):
        where = f" :gray[{escape(_columns(alert))}]" if alert.columns else ""
        st.markdown(f":{COLORS[alert.severity]}-badge[{alert.severity}] **{escape(alert.title)}**{where}")
        sample = f" :gray[({escape(alert.sample)})]" if alert.sample else ""
        st.markdown(f"{escape(alert.found)}{sample} {escape(alert.meaning)} **{escape(alert.advice)}**")
        if alert.examples:
            st.caption("For example " + ", ".join(f"`{code_span(text)}`" for text in alert.examples[:5]))
        with st.container(horizontal=True, vertical_alignment="center"):
            for place, step in enumerate(alert.steps):
                _button(step, f"explore_alert_{number}_{place}")
            st.caption(f"Raised when {escape(alert.condition[:1].lower() + alert.condition[1:])}")


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


def _columns(alert: Alert) -> str:
    names = ", ".join(alert.columns[:8])
    return f"{names} and {len(alert.columns) - 8:,} more" if len(alert.columns) > 8 else names


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]

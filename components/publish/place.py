"""Where the workbench is reached, and who is at it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from backends.datasets.example import example_of
from backends.datasets.schema import Schema
from backends.datasets.wording import number_of, per_cent
from backends.registry import ModelSummary
from backends.serving.catalogue import Served
from components import account, state
from components.feedback import escape

LATEST = "publish_latest"  # the name that something was just published under


def model_input(names: list[str]) -> str | None:
    """The published model that is looked at; None while there is none."""
    if not names:
        return None
    latest, mine = state.widget(LATEST, None), state.work().published
    state.seed_widget("publish_model", mine)
    if latest in names:
        state.set_widget("publish_model", latest)
        state.set_widget(LATEST, None)
    elif state.widget("publish_model", None) not in names:
        state.set_widget("publish_model", names[0])
    chosen = str(st.selectbox("Model", names, key="publish_model", **state.KEEP))
    if chosen != mine:
        state.update(published=chosen)
    return chosen


def who() -> str:
    """The name that the history keeps; empty until it was given. It is known of who has signed in by a provider."""
    known = account.name()
    if known:
        st.text_input("Your name", known, key="publish_known", disabled=True, help="As you have signed in.")
        return known
    state.seed_widget("publish_who", state.work().who)
    given = st.text_input(
        "Your name",
        key="publish_who",
        max_chars=80,
        placeholder="For the history: who did what",
        **state.KEEP,
    )
    name = (given or "").strip()
    if name != state.work().who:
        state.update(who=name)
    return name


def lacking(*needs: tuple[object, str]) -> None:
    """Say under a button that cannot be pressed what it waits for: the words of the needs that are not met."""
    words = [word for met, word in needs if not met]
    if words:
        st.caption(f":material/info: Needs {' and '.join(filter(None, (', '.join(words[:-1]), words[-1])))}.")


def summary(models: tuple[ModelSummary, ...], base: str) -> str:
    """What is published, in a sentence of Markdown."""
    if not models:
        return (
            "Nothing is published yet. A published model is a page that anybody can use, a REST endpoint and a tool "
            "for agents."
        )
    live = sum(model.champion is not None for model in models)
    return (
        f"**{number_of(len(models), 'model')}** published, {live} with a version in production. "
        f"[All widgets]({base}/widgets/)"
    )


def shares(model: Served) -> str:
    """How a split shares requests out, in words; empty without one."""
    whole = sum(weight for _, weight in model.split)
    return ", ".join(f"version {number} {per_cent(weight / whole)}" for number, weight in model.split if weight > 0)


def answering(model: Served) -> str:
    """Which version answers, in a sentence of Markdown."""
    version = model.answering
    if model.split:
        return f"Requests are shared out: **{shares(model)}**. Below is version {version.number} ({version.stage})."
    return (
        f"**Version {version.number}** ({version.stage}) answers: {escape(str(version.facts.get('model', '')))}, "
        f"published {version.created:%d %B %Y, %H:%M} UTC by {escape(version.by)}."
    )


def typical(columns: Schema) -> dict[str, Any]:
    """A row of examples, for a bundle that has no rows of the data."""
    return {column.name: example_of(column) for column in columns}

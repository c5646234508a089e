"""Tabs of which only the open one is computed, and which are where they were left after a visit elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import streamlit as st

from components import state

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_tab_container import TabContainer


def make(key: str, titles: list[str]) -> dict[str, TabContainer]:
    """The tabs by their titles, with the one open that was open when the page was left."""
    last = f"{key}_last"
    if state.widget(last, None) in titles:
        state.seed_widget(key, state.widget(last, None))
    found = st.tabs(titles, key=key, on_change="rerun")
    named = dict(zip(titles, found, strict=True))
    state.set_widget(last, next((title for title, tab in named.items() if tab.open), titles[0]))
    return named


def show(key: str, views: Mapping[str, Callable[[], None]]) -> None:
    """Tabs of these views; only that of the open one is called."""
    for title, tab in make(key, list(views)).items():
        if tab.open:
            with tab:
                views[title]()

"""A text area for SQL that offers the names of tables and columns, and runs on Ctrl+Enter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from backends.query import Completions, Draft

_HERE = Path(__file__).parent
_HTML = """
<div class="editor">
  <pre aria-hidden="true"></pre>
  <textarea spellcheck="false" autocapitalize="off" autocomplete="off" aria-autocomplete="list"></textarea>
  <ul id="offers" role="listbox" aria-label="Suggestions" hidden></ul>
  <div class="spoken" aria-live="polite"></div>
</div>
"""
_PLACEHOLDER = "SELECT …   (Ctrl+Space: suggestions, Ctrl+Enter: run)"
_COMPONENT = st.components.v2.component(
    "workbench_sql_editor",
    html=_HTML,
    css=_HERE.joinpath("sql_editor.css").read_text(encoding="utf-8"),
    js=_HERE.joinpath("sql_editor.js").read_text(encoding="utf-8"),
)


def editor(draft: Draft, words: Completions, *, key: str, label: str = "SQL query") -> tuple[str, bool]:
    """Show the editor; returns the text as far as the browser has told it, and whether Ctrl+Enter was pressed.

    The browser tells the text when the editor loses the focus, so also before any button is pressed.
    """
    answer = _COMPONENT(
        key=key,
        data={
            "label": label,
            "placeholder": _PLACEHOLDER,
            "value": draft.text,
            "version": draft.version,
            "words": payload(words),
        },
        on_typed_change=_nothing,
        on_run_change=_nothing,
    )
    asked = newest(draft, answer.run)
    typed = newest(draft, answer.typed)
    return (asked if asked is not None else typed if typed is not None else draft.text), asked is not None


def newest(draft: Draft, told: Any) -> str | None:
    """The text the browser told, None when it told none or one that the program has replaced since.

    >>> newest(Draft("a", 2), {"version": 2, "text": "b"}), newest(Draft("a", 2), {"version": 1, "text": "b"})
    ('b', None)
    """
    if not isinstance(told, dict) or told.get("version") != draft.version or not isinstance(told.get("text"), str):
        return None
    return str(told["text"])


def payload(words: Completions) -> dict[str, Any]:
    """The words as the browser takes them: a table known by two names sends its columns once."""
    distinct = list({id(columns): columns for columns in words.columns.values()}.values())
    places = {id(columns): at for at, columns in enumerate(distinct)}
    return {
        "tables": {name: places[id(columns)] for name, columns in words.columns.items()},
        "columns": [list(columns) for columns in distinct],
        "keywords": list(words.keywords),
        "functions": list(words.functions),
    }


def _nothing() -> None:
    """Streamlit keeps an event's value only when it has somebody to call."""

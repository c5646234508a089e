"""What a page says of an engine that it needs and that does not answer."""

from __future__ import annotations

import streamlit as st

from backends.serving.engines import engines
from components.feedback import escape


def warn(*keys: str) -> None:
    """One warning for each of these engines (keys of `ENGINES`) that is set and fails; says nothing of the others."""
    for key in keys:
        error = engines().find(key).error
        if error is not None:
            st.warning(f"{escape(error.message)} {escape(error.hint)}", icon=":material/cloud_off:")

"""The whole workbench as one ASGI application; ``streamlit run app.py`` or ``uvicorn app:app`` starts it."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount

ROOT = Path(__file__).parent
if str(ROOT) not in sys.path:  # the entry script lives in pages/, which Streamlit puts on the path instead
    sys.path.insert(0, str(ROOT))

from backends.serving.api import build_api  # noqa: E402
from backends.serving.visitors import VisitorCookie  # noqa: E402
from components.feedback import show_bug  # noqa: E402

app = st.App(
    ROOT / "pages" / "navigation.py",
    routes=[Mount("/api", build_api())],
    middleware=[Middleware(VisitorCookie)],
    on_script_error=show_bug,
)

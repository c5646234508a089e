"""The whole workbench as one ASGI application; ``streamlit run app.py`` or ``uvicorn app:app`` starts it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount

ROOT = Path(__file__).parent
if str(ROOT) not in sys.path:  # the entry script lives in pages/, which Streamlit puts on the path instead
    sys.path.insert(0, str(ROOT))

from backends.serving.api import build_api, build_routes, end_service  # noqa: E402
from backends.serving.sockets import send_at_once  # noqa: E402
from backends.serving.visitors import VisitorCookie  # noqa: E402
from backends.serving.widgets import Widgets  # noqa: E402
from components.feedback import show_bug  # noqa: E402

widgets = Widgets()


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict[str, Any]]:
    """What is open while the workbench runs: widgets; at its end the prediction log is written to the last row."""
    send_at_once()
    try:
        async with widgets.lifespan():
            yield {}
    finally:
        end_service()


app = st.App(
    ROOT / "pages" / "navigation.py",
    routes=[Mount("/api", build_api()), *widgets.routes, *build_routes()],
    middleware=[Middleware(VisitorCookie)],
    lifespan=lifespan,
    on_script_error=show_bug,
)

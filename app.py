"""The whole workbench as one ASGI application; ``streamlit run app.py`` or ``uvicorn app:app`` starts it."""

from __future__ import annotations

import sys
import threading
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

from backends.errors import WorkbenchError  # noqa: E402
from backends.serving.api import build_api, build_routes, end_service  # noqa: E402
from backends.serving.collecting import Collector  # noqa: E402
from backends.serving.engines import engines  # noqa: E402
from backends.serving.front.door import FrontDoor, Rules  # noqa: E402
from backends.serving.front.heads import watched  # noqa: E402
from backends.serving.sockets import send_at_once  # noqa: E402
from backends.serving.stopping import stop_within  # noqa: E402
from backends.serving.widgets import Widgets  # noqa: E402
from backends.settings import Settings  # noqa: E402
from backends.tasks.endings import at_end, end_all  # noqa: E402
from backends.tasks.folders import PrivateHome, clear_what_was_left  # noqa: E402
from components import ready, uploads  # noqa: E402
from components.feedback import show_bug  # noqa: E402

PAGE = Path(st.__file__).parent / "static" / "index.html"  # that all pages start as
widgets = Widgets()


def checked() -> Rules:
    """What the settings say. A wrong one ends the process with its sentence, before anything is opened."""
    try:
        return Rules.of(Settings.from_environment())
    except WorkbenchError as error:
        sys.exit(str(error))


def prepare(rules: Rules) -> None:
    """Tell Streamlit its part of what the settings say.

    In a frame of another site a browser drops the cookie that Streamlit's own protection of uploads rests on. Where
    frames are allowed it is off, and the door's check, of whose page a request comes from, stands alone.
    """
    settings = rules.settings
    st.config.set_option("server.maxUploadSize", max(settings.max_upload_mb, settings.max_document_mb))
    if rules.ancestors:
        st.config.set_option("server.enableXsrfProtection", False)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict[str, Any]]:
    """What is open while the workbench runs: widgets.

    At its end the prediction log is written to the last row, jobs are ended, and what was only for this run is removed.
    """
    rules = Rules.of(Settings.from_environment())
    settings = rules.settings
    prepare(rules)
    send_at_once()
    stop_within()
    engines().begin()
    at_end(PrivateHome(settings).close)
    threading.Thread(target=clear_what_was_left, args=(settings,), name="clearing", daemon=True).start()
    at_end(Collector().begin())
    ready.begin()
    try:
        async with watched(settings.request_seconds), widgets.lifespan():
            yield {}
    finally:
        end_service()
        end_all()


checked()
app = st.App(
    ROOT / "pages" / "navigation.py",
    routes=[Mount("/api", build_api()), *widgets.routes, *build_routes()],
    middleware=[Middleware(FrontDoor, page=PAGE, base=st.config.get_option("server.baseUrlPath"), uploaded=uploads)],
    lifespan=lifespan,
    on_script_error=show_bug,
)

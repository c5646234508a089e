"""Getting the pages' libraries ready: after the server has started and before somebody needs them.

The first page needs few of them, and is quick for it. Those of the others (scikit-learn, SciPy, Plotly) take a second
to import, and that is nobody's to wait for. PyTorch, Gradio and MLflow are not among them: they come when first used.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

import components

log = logging.getLogger(__name__)

LATER = 1.5  # seconds after the start: the first page comes first

_loading = threading.Event()


def begin(after: float = LATER) -> threading.Thread:
    """Import all that pages show with, in the background."""
    _loading.set()
    thread = threading.Thread(target=_load, args=(after,), name="getting-ready", daemon=True)
    thread.start()
    return thread


@contextmanager
def said() -> Iterator[None]:
    """A page that comes while libraries are being loaded says what it waits for."""
    if not _loading.is_set():
        yield
        return
    with st.spinner("The workbench has just been started and loads its libraries…"):
        yield


def _load(after: float) -> None:
    threading.Event().wait(after)
    try:
        for module in pkgutil.walk_packages(components.__path__, "components."):
            importlib.import_module(module.name)
    except Exception:  # a page that needs it will fail in the same way, and say so
        log.exception("Libraries could not be loaded in the background.")
    finally:
        _loading.clear()

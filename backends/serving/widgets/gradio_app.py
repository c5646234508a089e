"""From a published version to a widget that can run."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from backends.errors import WorkbenchError
from backends.serving.api.routes import the_service
from backends.serving.widgets.live import Built
from backends.serving.widgets.place import Place, Stamp
from backends.settings import Settings

if TYPE_CHECKING:
    from backends.bundle import Bundle
    from backends.registry import ModelVersion
    from backends.serving.service import Service
    from backends.serving.widgets.view import View

log = logging.getLogger(__name__)
# Read when Gradio is imported: it reports nothing to its makers, and no hub is asked for anything.
QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}


def import_gradio() -> Any:
    """Gradio, which takes seconds to import; kept from calling anybody."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import gradio

    return gradio


def warm(find: Callable[[], Service] = the_service) -> None:
    """Import Gradio and open the registry in the background, so that the first visit does not wait for them.

    It returns at once, and is meant to be called when something was published.
    """

    def run() -> None:
        try:
            import_gradio()
            find().catalogue.models()
        except WorkbenchError as error:
            log.warning("Widgets could not be made ready: %s", error)
        except Exception:  # whoever visits a widget meets it again, and is told
            log.exception("widgets could not be made ready")

    threading.Thread(target=run, name="warm-widgets", daemon=True).start()


def anything_published() -> bool:
    """Whether there is a registry that may hold models, seen without opening it."""
    settings = Settings.from_environment()
    return bool(os.environ.get("MLFLOW_TRACKING_URI")) or bool(
        settings.home and (settings.home_folder / "registry").is_dir()
    )


def build(service: Service, place: Place, stamp: Stamp) -> Built:
    """The widget of the version that the stamp names. Raises WorkbenchError when it is there no more."""
    from backends.serving.widgets.asking import Asking
    from backends.serving.widgets.blocks import build as build_blocks
    from backends.serving.widgets.tool import Tool

    view, asking = view_of(service, place, stamp), Asking(service, place)
    blocks = build_blocks(view, asking)
    return Built(_hosted(blocks, place), Tool(view, asking), blocks)


def view_of(service: Service, place: Place, stamp: Stamp) -> View:
    """What the widget shows. The model is asked about its examples and, of many columns, which ones matter."""
    from backends.serving.api.opened import opened
    from backends.serving.widgets.view import View

    version = service.catalogue.model(place.name).version(stamp.number)
    bundle = opened(service, version)
    return View(place, version, bundle, _order(service, version, bundle), _answers(service, version, bundle))


def _order(service: Service, version: ModelVersion, bundle: Bundle) -> tuple[str, ...]:
    from backends.serving.widgets.importance import ranked
    from backends.serving.widgets.view import FIRST

    if len(bundle.signature.columns) <= FIRST:
        return bundle.signature.columns.names
    with service.session(version.name, version.number) as session:
        return ranked(session.predictor)


def _answers(service: Service, version: ModelVersion, bundle: Bundle) -> tuple[str, ...]:
    """What the version says of its bundle's examples; they are its own rows, and asking counts as no request."""
    if not bundle.examples:
        return ()
    with service.session(version.name, version.number) as session:
        found = session.predictor.predict(bundle.examples, "accept", "skip")
    said = dict(zip(found.rows, found.labels, strict=True))
    return tuple(said.get(row, "") for row in range(len(bundle.examples)))


def _hosted(blocks: Any, place: Place) -> Any:
    """The Blocks as an application at the place's path, in the workbench's look."""
    from fastapi import FastAPI

    from backends.serving.widgets.theme import css, gradio_theme

    host = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    return import_gradio().mount_gradio_app(
        host, blocks, path=place.path, theme=gradio_theme(), css=css(), footer_links=[], run_history=False,
        show_error=False, ssr_mode=False, mcp_server=False, enable_monitoring=False, pwa=False, max_file_size=1,
    )  # fmt: skip

"""How a widget gets into somebody else's page."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from importlib.util import find_spec
from pathlib import Path

from backends.errors import WorkbenchError
from backends.serving.origins import Origins
from backends.settings import Settings

HEIGHT = 760  # pixels


def iframe(address: str, title: str) -> str:
    """A frame around the widget at `address`.

    >>> iframe("https://example.org/widgets/churn/", "churn")[:52]
    '<iframe src="https://example.org/widgets/churn/" tit'
    """
    where, name = escape(address, quote=True), escape(title, quote=True)
    return f'<iframe src="{where}" title="{name}" width="100%" height="{HEIGHT}" style="border:0"></iframe>'


def web_component(address: str) -> str:
    """Gradio's own element, with the script that defines it, which the widget itself serves."""
    where = escape(address, quote=True)
    script = f'<script type="module" src="{where}assets/{_script()}"></script>'
    return f'{script}\n<gradio-app src="{where}"></gradio-app>'


def where_it_works(settings: Settings) -> str:
    """Which pages the web component works in: those that may call the widgets from a browser.

    >>> where_it_works(Settings(cors_origins="https://example.org"))
    'The web component works in pages of https://example.org (WORKBENCH_CORS_ORIGINS).'
    >>> where_it_works(Settings(api_keys="secret"))
    'The web component works in any page.'
    """
    listed = Origins.parse(settings.cors_origins, "WORKBENCH_CORS_ORIGINS")
    if listed.any or (settings.api_keys and not listed):
        return "The web component works in any page."
    if listed:
        return f"The web component works in pages of {', '.join(listed.listed)} (WORKBENCH_CORS_ORIGINS)."
    return "The web component works in pages of this machine. For others, name them in WORKBENCH_CORS_ORIGINS."


@lru_cache(maxsize=1)
def _script() -> str:
    """The file name of the installed Gradio's module, which changes with every version; Gradio is not imported."""
    spec = find_spec("gradio")
    assert spec is not None
    assert spec.origin is not None
    entry = Path(spec.origin).parent / "templates" / "frontend" / "gradio.js"
    found = re.search(r"assets/(index-[\w-]+\.js)", entry.read_text(encoding="utf-8"))
    if found is None:
        raise WorkbenchError("This Gradio names no script for other pages.", hint="Embed the widget in a frame.")
    return found[1]

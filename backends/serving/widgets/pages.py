"""The pages around the widgets: the list of all, a model's card, and what is said where there is nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from backends.serving.widgets.html import rendered
from backends.serving.widgets.theme import css

if TYPE_CHECKING:
    from backends.registry import ModelVersion
    from backends.serving.catalogue import Served

SHOWN = 5  # versions of a model in the list of all
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
HEADERS = {
    # Nothing is loaded and no script runs; the page may be shown in a frame anywhere. The empty icon is in the page, or
    # a browser would ask for one at the root of the host, which behind a prefix is somebody else's.
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Card:
    """A model in the list of all."""

    name: str
    title: str
    score: str
    versions: tuple[ModelVersion, ...]
    more: int
    proven: bool  # a version is in production

    @classmethod
    def of(cls, served: Served) -> Card:
        """From a model as it is served."""
        facts = served.answering.facts
        return cls(
            served.name,
            str(facts.get("title", "")),
            _score(facts),
            served.versions[:SHOWN],
            max(len(served.versions) - SHOWN, 0),
            served.champion is not None,
        )


def home(models: tuple[Served, ...], theme: str) -> HTMLResponse:
    """All published models."""
    return _page("home", 200, theme, title="Published models", cards=[Card.of(served) for served in models])


def card(version: ModelVersion, text: str, theme: str) -> HTMLResponse:
    """A model card as a page; `text` is its Markdown."""
    title = f"Model card of {version.name}, version {version.number}"
    values = {"name": version.name, "number": version.number, "stage": version.stage}
    return _page("card", 200, theme, title=title, body=as_html(text), **values)


def missing(message: str, hint: str, back: str, theme: str) -> HTMLResponse:
    """What is not there, and the way back."""
    return _page("message", 404, theme, title="Not here", message=message, hint=hint, back=f"{back}{_query(theme)}")


def failed(status: int, message: str, hint: str, back: str, theme: str) -> HTMLResponse:
    """What cannot be shown, and why."""
    return _page("message", status, theme, title="This cannot be shown", message=message, hint=hint, back=back)


def as_html(markdown: str) -> str:
    """A model card's Markdown as HTML, without its metadata. HTML inside it is shown as text; nothing is loaded.

    >>> as_html("---\\nlicense: unknown\\n---\\n# Iris <b>\\n")
    '<h1>Iris &lt;b&gt;</h1>\\n'
    """
    html = str(_reader().render(_FRONT_MATTER.sub("", markdown)))
    for wide in ("table", "pre"):  # they scroll on a phone; what scrolls can be reached by keyboard
        html = html.replace(f"<{wide}>", f'<{wide} tabindex="0">')
    return html


@lru_cache(maxsize=1)
def _reader() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _score(facts: Any) -> str:
    title, value = facts.get("metric_title", ""), facts.get("value")
    if value is None:
        return ""
    low, high = facts.get("low"), facts.get("high")
    ends = "" if low is None or high is None else f" (95 % interval {low:.3f} to {high:.3f})"
    return f"{title} {value:.3f}{ends} on rows it never saw"


def _page(template: str, status: int, theme: str, **values: Any) -> HTMLResponse:
    body = rendered(template, theme=theme, query=_query(theme), style=css(), **values)
    return HTMLResponse(body, status, HEADERS)


def _query(theme: str) -> str:
    return f"?__theme={theme}" if theme else ""

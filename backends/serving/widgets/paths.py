"""Addresses below /widgets, and what they ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from backends.serving.widgets.place import Place

_VERSION = re.compile(r"[0-9]{1,9}|champion|staging")
THEMES = ("light", "dark")

# What a widget's page and its clients ask of Gradio. All else that Gradio offers (uploads, files, a proxy, stored
# links, other people's runs) is not reachable.
ASKED = re.compile(
    r"/(config|info|theme\.css|favicon\.ico|manifest\.json|robots\.txt|pwa_icon)?/?"
    r"|/(assets|static|svelte)/.+"
    r"|/gradio_api/(info|app_id|startup-events|theme\.css|openapi\.json|cancel|reset)/?"
    r"|/gradio_api/queue/(join|data)"
    r"|/gradio_api/heartbeat/[A-Za-z0-9_-]+"
    r"|/gradio_api/(call|call/v2|run|api)/predict(/[A-Za-z0-9]*)?"
)
# Files, the same for everybody: what a widget that runs gives away without counting.
STATIC = re.compile(r"/(assets|static|svelte)/.+|(/gradio_api)?/theme\.css|/(favicon\.ico|manifest\.json|robots\.txt)")
QUESTIONS = re.compile(r"/gradio_api/(queue/join|(call|call/v2|run|api)/predict/?)")
DATA = "/gradio_api/queue/data"
EVENT = re.compile(r"/gradio_api/(call|call/v2)/predict/(?P<event>[A-Za-z0-9]+)")
STREAMS = re.compile(rf"/gradio_api/heartbeat/.+|{DATA}|{EVENT.pattern}")  # answers that stay open
SPOKEN = re.compile(r"/gradio_api/.*|/(config|info)/?")  # by programs, which are told in JSON
TOOL = re.compile(r"/gradio_api/mcp(/http)?/?")
CARD = re.compile(r"/card")
REACHABLE = re.compile("|".join(("", ASKED.pattern, TOOL.pattern, CARD.pattern)))
# The first thing a page, a client and an agent ask for: here a widget is renewed when its model has changed.
VISITS = re.compile(rf"/?|{CARD.pattern}|/config/?|/gradio_api/info/?|{TOOL.pattern}")


@dataclass(frozen=True)
class Address:
    """A widget, and the rest of the path: "" for a widget without the slash behind it, "/" for its page."""

    place: Place
    rest: str


def address(path: str) -> Address | None:
    """What a path below /widgets asks for; None for the home page.

    >>> address("/iris/")
    Address(place=Place(name='iris', asked=None), rest='/')
    >>> address("/iris/3/card")
    Address(place=Place(name='iris', asked='3'), rest='/card')
    >>> address("/") is None
    True
    """
    name, slash, rest = path.lstrip("/").partition("/")
    if not name:
        return None
    asked, more, further = rest.partition("/")
    if _VERSION.fullmatch(asked):
        return Address(Place(name, asked), more + further)
    return Address(Place(name), slash + rest)


def theme_of(scope: Scope) -> str:
    """The theme that was asked for: by the address, or by that of the page one comes from; "" for the machine's own.

    >>> theme_of({"type": "http", "query_string": b"__theme=dark", "headers": []})
    'dark'
    """
    referer = urlsplit(Headers(scope=scope).get("referer", "")).query
    for query in (scope.get("query_string", b"").decode("latin-1"), referer):
        asked: Mapping[str, list[str]] = parse_qs(query)
        found = asked.get("__theme", [""])[-1]
        if found in THEMES:
            return found
    return ""

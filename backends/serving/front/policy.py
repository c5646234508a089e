"""What every answer tells the browser: what its page may load, who may show it in a frame, and what it may not use.

Pages load from their own host alone (Content-Security-Policy). Inline scripts are named by their digest: those of the
page that Streamlit serves, and that of the profile report, which a page shows in a frame. A widget's page has the
policy that `widgets` gives it, since Gradio works with inline scripts only; only the frames are added here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.serving.api.access import is_local
from backends.serving.front.surfaces import Surface, inside, surface_of
from backends.serving.origins import Origins

CSP = b"content-security-policy"
Raw = list[tuple[bytes, bytes]]
YEAR = 365 * 24 * 3_600  # seconds
NOT_USED = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
    "payment", "usb",
)  # fmt: skip
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{name}=()" for name in NOT_USED).encode()),
)
# Streamlit and Plotly style elements as they draw them; pictures and fonts are also drawn as data. Components of a page
# (the SQL editor, the document reader) come over its websocket and are modules at blob addresses of its own making.
PAGE = (
    "default-src 'self'; script-src 'self' blob: {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; "
    "media-src 'self' data: blob:; worker-src 'self' blob:; frame-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
FILE = "default-src 'none'; sandbox"  # what somebody made or uploaded is never run as a page of the workbench
NOTHING = "default-src 'none'"
REPORT = Path(__file__).parents[2] / "profiling" / "report" / "page.js"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Policy:
    """ASGI middleware that adds the headers; `ancestors` are who may show a page in a frame, `page` is Streamlit's."""

    def __init__(self, app: ASGIApp, ancestors: Origins, page: Path) -> None:
        self.app = app
        self._frames = {surface: frames(surface, ancestors) for surface in ("pages", "api", "widgets")}
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to the headers of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        added = self._added(surface_of(scope))
        if scope["scheme"] == "https" and not is_local(Headers(scope=scope).get("host", "")):
            added = (*added, (b"strict-transport-security", f"max-age={YEAR}".encode()))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._with(list(message["headers"]), added, scope)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _with(self, headers: Raw, added: Iterable[tuple[bytes, bytes]], scope: Scope) -> Raw:
        """The headers of an answer with those `added` that it has not; of several policies, all hold."""
        there = {name.lower() for name, _ in headers}
        headers += [header for header in added if header[0] not in there]
        surface = surface_of(scope)
        if CSP not in there and (own := self._own(surface, inside(scope))):
            headers.append((CSP, own.encode()))
        if self._frames[surface]:
            headers.append((CSP, self._frames[surface].encode()))
        return headers

    def _added(self, surface: Surface) -> tuple[tuple[bytes, bytes], ...]:
        return (*ALWAYS, (b"cross-origin-resource-policy", b"cross-origin" if surface == "widgets" else b"same-origin"))

    def _own(self, surface: Surface, path: str) -> str:
        if surface == "pages":
            return FILE if path.startswith("/media/") else page_policy(self._page)
        return NOTHING if surface == "api" else ""


def frames(surface: Surface, ancestors: Origins) -> str:
    """Who may show a page in a frame: its own host and the `ancestors`; a widget anybody, unless some are listed.

    >>> frames("pages", Origins())
    "frame-ancestors 'self'"
    >>> frames("widgets", Origins(("https://example.org",))), frames("widgets", Origins())
    ("frame-ancestors 'self' https://example.org", '')
    """
    if ancestors.any or (surface == "widgets" and not ancestors):
        return ""
    return " ".join(("frame-ancestors 'self'", *ancestors.listed))


@lru_cache(4)
def page_policy(page: Path) -> str:
    """The policy of the pages: `page` is the HTML that all of them start as."""
    inline = _INLINE.findall(page.read_text(encoding="utf-8"))
    scripts = (*inline, REPORT.read_text(encoding="utf-8"))
    return PAGE.format(scripts=" ".join(digest(script) for script in scripts))


def digest(script: str) -> str:
    """How a policy names an inline script.

    >>> digest("alert('Hello, world.');")
    "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"

"""The layers of the front door in their order, as one ASGI middleware."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from backends.serving.front.arrival import Arrival
from backends.serving.front.guard import OwnPages
from backends.serving.front.names import OwnName
from backends.serving.front.places import Places, Room
from backends.serving.front.policy import Policy
from backends.serving.front.proxies import Proxies, Trusted
from backends.serving.front.sharing import Sharing
from backends.serving.front.uploads import Uploaded, Uploads
from backends.serving.keys import Keys
from backends.serving.origins import Origins
from backends.serving.visitors import VisitorCookie, key_in
from backends.settings import Settings, variable


@dataclass(frozen=True)
class Rules:
    """What the settings say about the door, read and checked."""

    settings: Settings
    trusted: Trusted
    ancestors: Origins
    shared_with: Origins
    keyed: bool

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        """Raises WorkbenchError for a setting that cannot be read."""
        return cls(
            settings,
            Trusted.parse(settings.trusted_proxies),
            Origins.parse(settings.frame_ancestors, variable("frame_ancestors")),
            Origins.parse(settings.cors_origins, variable("cors_origins")),
            Keys.parse(settings.api_keys).required,
        )


class FrontDoor:
    """ASGI middleware around the whole workbench.

    `page` is the HTML that Streamlit's pages start as, `base` the prefix that Streamlit was told of, "" for none, and
    `uploaded` knows of the files that the pages hold; without it no file is counted. The settings are those of the
    first request, by when the application has started, and has checked them.
    """

    def __init__(
        self,
        app: ASGIApp,
        page: Path,
        base: str = "",
        uploaded: Uploaded | None = None,
        settings: Settings | None = None,
    ) -> None:
        self._app = app
        self._page = page
        self._base = base
        self._uploaded = uploaded
        self._settings = settings
        self._whole: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request through all layers; what is no request, past them."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if self._whole is None:
            self._whole = self._layers(Rules.of(self._settings or Settings.from_environment()))
        await self._whole(scope, receive, send)

    def _layers(self, rules: Rules) -> ASGIApp:
        settings = rules.settings
        app: ASGIApp = VisitorCookie(self._app, key_in(settings.home_folder))
        app = Sharing(app, rules.keyed, rules.shared_with)
        app = Uploads(app, settings, self._uploaded)
        app = OwnPages(app)
        app = Places(app, Room(settings.max_sessions, settings.request_seconds, bool(rules.trusted)))
        app = Arrival(app, settings)
        app = OwnName(app)
        app = Policy(app, rules.ancestors, self._page)
        return Proxies(app, rules.trusted, self._base)

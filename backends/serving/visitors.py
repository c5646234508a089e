"""The visitor's cookie: a name that the workbench gave, so that work survives a reload of the page.

Streamlit starts a new session on every reload. The cookie is what stays, and what jobs are owned by. It is signed
(HMAC-SHA256, RFC 2104) with a key of the home folder: a name that somebody made up, or gave to somebody else before a
workbench had it, is none. The door takes the visitor's name out of the signed cookie, and passes nothing else on in
the cookie's place.

Browsers send a host's cookies to all of its ports and paths. So the cookie's own name has the mark of the key, and two
workbenches on one host do not replace each other's. Over https it is a `__Host-` cookie, which no other host sets.

In a frame on another site's page a browser keeps no cookie but one that says so and is set over https; such a cookie is
partitioned (CHIPS): it is there in frames on that site alone, and nobody follows the visitor from site to site by it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.errors import WorkbenchError
from backends.serving.front.surfaces import surface_of

COOKIE = "workbench_visitor"
HOST_ONLY = "__Host-"  # of a cookie's name: browsers take it over https only, for the whole host and no other
FRAMES = ("iframe", "frame", "embed", "object")  # of Sec-Fetch-Dest, which browsers send over https
KEY_FILE, KEY_BYTES = "visitors.key", 32
STALE = 8  # cookies of other keys that a browser may keep: of workbenches on its other ports, or that are gone
_VALID = re.compile(r"[A-Za-z0-9_-]{22,64}")


def visitor(cookies: dict[str, str]) -> str | None:
    """The visitor's name among the `cookies` that the door has passed on, None when there is none.

    >>> visitor({"workbench_visitor": "abcdefghijklmnopqrstuv"})
    'abcdefghijklmnopqrstuv'
    >>> visitor({"workbench_visitor": "../etc"}) is None
    True
    """
    value = cookies.get(COOKIE, "")
    return value if _VALID.fullmatch(value) else None


def key_in(home: Path) -> bytes:
    """The key that signs visitors' names, kept in the home folder, where the first who asks makes it.

    Raises WorkbenchError where it cannot be kept, or is damaged.
    """
    path = home / KEY_FILE
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise WorkbenchError(
            f"The key of visitors' names, {KEY_FILE}, cannot be kept: {error.strerror}.",
            hint="Set WORKBENCH_HOME to a folder that the workbench may write to.",
        ) from error
    if len(key) != KEY_BYTES:
        raise WorkbenchError(
            f"The key of visitors' names has {len(key)} bytes and not {KEY_BYTES}.",
            hint=f"Delete {KEY_FILE} from WORKBENCH_HOME; a new one is made.",
        )
    return key


def _make(path: Path) -> None:
    """Write a new key, unless another process does so first: whole or not at all, for this user alone."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        os.link(draft, path)
    except FileExistsError:
        pass  # theirs is the key
    except OSError:
        draft.replace(path)  # a file system without hard links, where nothing tells which of two came first
    finally:
        draft.unlink(missing_ok=True)


class Signed:
    """Names as cookies, signed with a key.

    >>> signed = Signed(b"k" * 32)
    >>> cookie = signed.cookie("abcdefghijklmnopqrstuv")
    >>> signed.name(cookie), signed.name(cookie[:-2] + "AA"), Signed(b"other").name(cookie)
    ('abcdefghijklmnopqrstuv', None, None)
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.mark = hashlib.sha256(b"mark of a key: " + key).hexdigest()[:8]

    def cookie(self, name: str) -> str:
        """A name with its signature."""
        digest = hmac.digest(self._key, f"{COOKIE}:{name}".encode(), "sha256")
        return f"{name}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"

    def name(self, cookie: str) -> str | None:
        """The name that a cookie holds, None where it was not signed with this key."""
        name, _, _ = cookie.partition(".")
        if not _VALID.fullmatch(name) or not cookie.isascii():
            return None
        return name if hmac.compare_digest(cookie, self.cookie(name)) else None


class VisitorCookie:
    """ASGI middleware that hands the cookie to whoever opens a page of the workbench without one.

    Who only looks at a widget gets none: it would be of no use, and would follow people through other sites.
    """

    def __init__(self, app: ASGIApp, key: bytes) -> None:
        self.app = app
        self._signed = Signed(key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the visitor's name; add the cookie to the answer when it is a page."""
        if surface_of(scope) != "pages":
            await self.app(scope, receive, send)
            return
        cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
        name = self._signed.name(cookies.get(self._called(scope), ""))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and name is None:
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("content-type", "").startswith("text/html"):
                    for line in (*self._cleared(cookies, scope), self._new(scope)):
                        headers.append("set-cookie", line)
            await send(message)

        await self.app(_told(scope, name), receive, send_with_cookie)

    def _called(self, scope: Scope) -> str:
        own = f"{COOKIE}_{self._signed.mark}"
        return f"{HOST_ONLY}{own}" if _is_secure(scope) else own

    def _new(self, scope: Scope) -> str:
        flags = "SameSite=Lax"
        if _is_secure(scope):
            framed = Headers(scope=scope).get("sec-fetch-dest") in FRAMES
            flags = "SameSite=None; Secure; Partitioned" if framed else f"{flags}; Secure"
        value = self._signed.cookie(secrets.token_urlsafe(24))
        return f"{self._called(scope)}={value}; Path=/; HttpOnly; {flags}"

    def _cleared(self, cookies: dict[str, str], scope: Scope) -> list[str]:
        """What removes the cookies of other keys, where they have become many."""
        others = [name for name in cookies if _is_ours(name) and name != self._called(scope)]
        secure = "; Secure" if _is_secure(scope) else ""
        return [f"{name}=; Path=/; Max-Age=0{secure}" for name in others] if len(others) > STALE else []


def _is_secure(scope: Scope) -> bool:
    return scope.get("scheme") in ("https", "wss")


def _is_ours(name: str) -> bool:
    return name.strip().removeprefix(HOST_ONLY).startswith(COOKIE)


def _told(scope: Scope, name: str | None) -> Scope:
    """The request with the visitor's name as the one cookie of ours."""
    headers = MutableHeaders(raw=list(scope["headers"]))
    given = [part.strip() for part in "; ".join(headers.getlist("cookie")).split(";")]
    kept = [part for part in given if part and not _is_ours(part.partition("=")[0])]
    del headers["cookie"]
    if name is not None:
        kept.append(f"{COOKIE}={name}")
    if kept:
        headers["cookie"] = "; ".join(kept)
    return {**scope, "headers": headers.raw}

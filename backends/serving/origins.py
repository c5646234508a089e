"""Web pages by their origins, as settings list them: `https://example.org, http://localhost:3000`, or `*` for any."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from backends.errors import WorkbenchError

DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_ORIGIN = re.compile(r"(https?)://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True)
class Origins:
    """A list of origins: scheme, host and port of web pages (RFC 6454)."""

    listed: tuple[str, ...] = ()
    any: bool = False

    @classmethod
    def parse(cls, text: str, variable: str) -> Origins:
        """The list that a setting holds. Raises WorkbenchError, which names the `variable`, for what is no origin.

        >>> Origins.parse("https://Example.org:443/, http://localhost:3000", "WORKBENCH_CORS_ORIGINS").listed
        ('https://example.org', 'http://localhost:3000')
        >>> Origins.parse("example.org", "WORKBENCH_CORS_ORIGINS")
        Traceback (most recent call last):
        backends.errors.WorkbenchError: WORKBENCH_CORS_ORIGINS has 'example.org', which is not an origin. ...
        """
        return _parsed(text, variable)

    def __bool__(self) -> bool:
        return self.any or bool(self.listed)

    def __contains__(self, origin: str) -> bool:
        return self.any or plain(origin) in self.listed


def plain(origin: str) -> str:
    """An origin in the one form that can be compared: lower case, without the port that its scheme has anyway.

    >>> plain("HTTPS://Example.org:443"), plain("http://localhost:8501"), plain("null")
    ('https://example.org', 'http://localhost:8501', 'null')
    """
    lowered = origin.strip().lower()
    return lowered.removesuffix(DEFAULT_PORTS.get(lowered.partition("://")[0], "\0"))


def same_host(origin: str, scheme: str, host: str) -> bool:
    """Whether a page of `origin` was served under this `host` (a Host header).

    A page without encryption is none of a host that is reached with it: who sits on the line can write such a page.
    The other way round a proxy may have ended the encryption without telling.

    >>> same_host("https://example.org", "http", "example.org:443"), same_host("http://example.org:80", "http", "other")
    (True, False)
    >>> same_host("http://example.org", "https", "example.org"), same_host("null", "http", "null")
    (False, False)
    """
    try:
        page = urlsplit(plain(origin))
    except ValueError:
        return False
    if page.scheme not in DEFAULT_PORTS or (page.scheme == "http" and scheme in ("https", "wss")):
        return False
    return bool(page.netloc) and page.netloc == host.strip().lower().removesuffix(DEFAULT_PORTS[page.scheme])


@lru_cache(64)
def _parsed(text: str, variable: str) -> Origins:
    given = [part.strip() for part in text.split(",") if part.strip()]
    if "*" in given:
        return Origins(any=True)
    found = [plain(part.rstrip("/")) for part in given]
    wrong = next((one for one, origin in zip(given, found, strict=True) if not _ORIGIN.fullmatch(origin)), None)
    if wrong is not None:
        raise WorkbenchError(
            f"{variable} has {wrong!r}, which is not an origin.",
            hint="Write each as https://example.org, with the port where it is not the usual one, or * for any page.",
        )
    return Origins(tuple(dict.fromkeys(found)))

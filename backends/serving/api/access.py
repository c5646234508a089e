"""Who may call the API, and from which web pages.

With keys set (`WORKBENCH_API_KEYS`) whoever has one may call, from anywhere, and from any web page: the page has to
hold the key, as no cookie opens anything here, so `Access-Control-Allow-Origin: *` gives nothing away. A list of pages
(`WORKBENCH_CORS_ORIGINS`) narrows that.

Without keys the API is open on this machine only. All of these must hold, else 403:

- The peer's address is a loopback address. What a proxy writes about the client is never believed.
- The request bears no mark of a proxy (`Forwarded`, `X-Forwarded-For`, `Via` …): behind one, everybody's peer is
  loopback.
- The `Host` is this machine's own name. A proxy, or a foreign name that was made to point here (DNS rebinding), says
  another one.
- A web page that calls (`Origin`) is itself served from this machine; no other page that is open in the same browser
  gets an answer.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from backends.serving.origins import Origins
from backends.serving.refusals import Forbidden

PROXY_MARKS = (
    "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix", "x-forwarded-port",
    "x-forwarded-server", "x-real-ip", "via", "cf-connecting-ip", "true-client-ip",
)  # fmt: skip
API = "Without keys the API"
WAY_OUT = "Set WORKBENCH_API_KEYS to name:key and send the key as 'Authorization: Bearer …' to open the API."
EXPOSED = (
    "X-Request-ID, X-Model-Version, X-Ignored-Columns, X-Ignored-Columns-Total, Retry-After, "
    "Inference-Header-Content-Length"
)
ASKED = (
    "Authorization, Content-Type, X-API-Key, X-Admin-Token, X-Sticky-Key, X-Request-ID, Inference-Header-Content-Length"
)


def given_key(headers: Mapping[str, str]) -> str | None:
    """The key that a request brings: `Authorization: Bearer …`, or `X-API-Key`.

    >>> given_key({"authorization": "Bearer s3cret"}), given_key({"x-api-key": "s3cret"}), given_key({})
    ('s3cret', 's3cret', None)
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get("x-api-key") or None


def check_local(peer: str | None, headers: Mapping[str, str], what: str = API, way_out: str = WAY_OUT) -> None:
    """Raise `Forbidden` for a request that does not come from this machine itself (see above).

    `what` is what answers this machine only, as the sentence begins, and `way_out` what else there is.
    """
    if peer is None or not is_loopback(peer):
        raise Forbidden(f"{what} answers this machine only, and {peer or 'the peer'} is not it.", way_out)
    mark = next((name for name in PROXY_MARKS if name in headers), None)
    if mark:
        raise Forbidden(f"{what} does not answer through a proxy, and {mark!r} is the mark of one.", way_out)
    host = headers.get("host", "")
    if not is_local(host):
        raise Forbidden(f"{what} answers to this machine's own name only, and {host[:100]!r} is not.", way_out)
    origin = headers.get("origin")
    if origin is not None and not is_local_origin(origin):
        raise Forbidden(f"{what} answers pages of this machine only, not of {origin[:100]!r}.", way_out)


@lru_cache(1_024)
def is_loopback(address: str) -> bool:
    """Whether an IP address is one of this machine to itself.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("::ffff:127.0.0.1"), is_loopback("10.0.0.1")
    (True, True, True, False)
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = getattr(parsed, "ipv4_mapped", None)
    return (inner or parsed).is_loopback


@lru_cache(1_024)
def is_local(host: str) -> bool:
    """Whether a Host header (name and port) names this machine: localhost, or a loopback address.

    >>> is_local("localhost:8501"), is_local("[::1]:8501"), is_local("127.0.0.1"), is_local("localhost.evil.org")
    (True, True, True, False)
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    name = name.rstrip(".")
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name)


def is_local_origin(origin: str) -> bool:
    """Whether a page's origin is this machine.

    >>> is_local_origin("http://localhost:3000"), is_local_origin("https://example.org"), is_local_origin("null")
    (True, False, False)
    """
    scheme, separator, host = origin.partition("://")
    return bool(separator) and scheme in {"http", "https"} and is_local(host)


def cross_origin_headers(origin: str | None, keyed: bool, listed: Origins = Origins()) -> dict[str, str]:  # noqa: B008
    """The CORS headers of an answer: for the `listed` pages; with none listed any page where keys are set, pages of
    this machine where not.

    They let a page read an answer, and open nothing: without keys another machine's page reads that it is refused.
    """
    if origin is None:
        return {}
    if keyed and (listed.any or not listed):
        return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}
    if origin in listed if listed else is_local_origin(origin):
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED, "Vary": "Origin"}
    return {"Vary": "Origin"}


def preflight_headers(methods: str) -> dict[str, str]:
    """What a browser is told when it asks whether it may call."""
    return {
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": ASKED,
        "Access-Control-Max-Age": "600",
    }

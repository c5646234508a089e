"""A small OpenID Connect provider on loopback: whoever comes chooses who to be.

It holds clients to the code flow of OpenID Connect Core 1.0 (section 3.1) with PKCE (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT, SECRET = "workbench", "the-clients-own-secret"


@dataclass(frozen=True)
class Granted:
    """What a code stands for: who it was given to, for which request."""

    person: str
    request: Mapping[str, str]


@dataclass
class Provider:
    """The people that it knows, by what their link says, with the claims that are theirs."""

    people: Mapping[str, Mapping[str, Any]]
    key: jwk.RSAKey = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, Granted] = field(default_factory=dict)

    def metadata(self, base: str) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0, section 3."""
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return {
            "issuer": base,
            **{name: f"{base}/{path}" for name, path in places.items()},
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def choice(self, request: Mapping[str, str]) -> str:
        """A page with a link for each person; each leads back with a code."""
        links = []
        for person in self.people:
            code = secrets.token_urlsafe()
            self.codes[code] = Granted(person, request)
            back = f"{request['redirect_uri']}?{urlencode({'code': code, 'state': request['state']})}"
            links.append(f'<p><a href="{html.escape(back)}">{html.escape(person)}</a></p>')
        return f"<!doctype html><title>Who are you?</title>{''.join(links)}"

    def tokens(self, base: str, form: Mapping[str, str], authorization: str) -> dict[str, Any] | None:
        """The tokens for a code, once; None where code, client or proof are not right."""
        granted = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        client = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if granted is None or authorization != client:
            return None
        if granted.request["code_challenge"] != proof.decode().rstrip("="):
            return None
        now = int(time.time())
        claims = {"iss": base, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": granted.request["nonce"]}
        token = jwt.encode(
            {"alg": "RS256", "kid": "one"},
            {**claims, "sub": granted.person, **self.people[granted.person]},
            self.key,
        )
        return {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "expires_in": 300, "id_token": token}


@contextmanager
def running(people: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Start a provider on a free port; yields its address."""
    provider = Provider(people)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send("text/html", provider.choice(_flat(parts.query)))
            elif parts.path == "/jwks":
                self.send_json({"keys": [provider.key.as_dict(private=False)]})
            elif parts.path == "/.well-known/openid-configuration":
                self.send_json(provider.metadata(self.base))
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
            made = provider.tokens(self.base, form, self.headers.get("Authorization", ""))
            self.send_json(made or {"error": "invalid_grant"}, 200 if made else 400)

        @property
        def base(self) -> str:
            return f"http://127.0.0.1:{server.server_port}"

        def send_json(self, body: Mapping[str, Any], status: int = 200) -> None:
            self.send("application/json", json.dumps(body), status)

        def send(self, kind: str, body: str, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}

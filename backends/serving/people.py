"""Who has signed in by OpenID Connect, as the claims of the ID token say (OpenID Connect Core 1.0, 2 and 5.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from backends.serving.admin import SIGN_IN_HOURS

LONGEST = 80  # characters of a name that is shown and kept


@dataclass(frozen=True)
class Person:
    """Somebody whom an identity provider knows. `verified` says that the provider has checked the email address.

    `subject` is a digest of what tells them from everybody else: the provider, and its own name for them.

    >>> Person("Ana Ruiz", "ana@example.org", verified=True).known_as
    'ana@example.org'
    >>> Person("ana@example.org", "ana@example.org", verified=False).known_as
    ''
    """

    name: str
    email: str
    verified: bool
    subject: str = ""

    @classmethod
    def from_claims(cls, claims: Mapping[str, object], now: float) -> Person | None:
        """The person of these claims; None for who has not signed in, or not within the last `SIGN_IN_HOURS`.

        `now` is in seconds since 1970, as is the claim `iat`, which every ID token has. Streamlit keeps a sign-in for
        30 days and looks at no date in it.
        """
        issued = claims.get("iat")
        if claims.get("is_logged_in") is not True or isinstance(issued, bool) or not isinstance(issued, int | float):
            return None
        recent = now - issued <= SIGN_IN_HOURS * 3_600  # False for a date that is not a number
        if not recent:
            return None
        name, email = (str(claims.get(claim) or "").strip() for claim in ("name", "email"))
        verified = claims.get("email_verified") in (True, "true")  # some providers send a text
        subject = hashlib.sha256(repr((claims.get("iss"), claims.get("sub"))).encode()).hexdigest()
        return cls(name, email, verified, subject)

    @property
    def known_as(self) -> str:
        """What the history keeps: the address that was verified, else the name unless it is made to look like one."""
        if self.verified and self.email:
            return self.email[:LONGEST]
        return "" if "@" in self.name else self.name[:LONGEST]

    @property
    def shown(self) -> str:
        """What the person is called on the pages."""
        if self.email and not self.verified:
            return f"{(self.name or self.email)[:LONGEST]} (email address not verified)"
        return (self.name or self.email)[:LONGEST] or "somebody without a name"

"""Who may change what everybody sees: publish, promote, delete, and set.

There are three cases:

- `WORKBENCH_ADMIN_TOKEN` (or `WORKBENCH_ADMIN_EMAILS`) is set: who proves to be the administrator may, nobody else.
- Nothing is set, and only this machine can ask: everybody who is here may.
- Nothing is set, and others can ask: nobody may, until one of the two is set.

Whatever the case, anybody may look around, work on data of their own and use what is published.

A page knows the administrator by a sign-in, a program sends the token as the header `X-Admin-Token`. Wrong tokens are
counted by address, those of pages and those of programs together.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import psutil

from backends.errors import WorkbenchError
from backends.serving.api.access import PROXY_MARKS, is_local, is_local_origin, is_loopback
from backends.serving.guesses import Guesses
from backends.serving.refusals import Forbidden, Unauthorised
from backends.serving.sign_ins import SignIns
from backends.settings import Settings

Case = Literal["here", "administrator", "visitor", "off"]
ADMIN_HEADER = "x-admin-token"
SIGN_IN_HOURS = 8.0  # how long a sign-in lasts: a working day
OFF = (
    "Publishing, and changing what all visitors share, is off: others can reach this workbench, and nobody is its "
    "administrator."
)
OFF_HINT = "Set WORKBENCH_ADMIN_TOKEN to a long random text and start the workbench anew to turn it on."
ASK = "This is for the administrator."
SIGN_IN = "Sign in on the page, or send the token of WORKBENCH_ADMIN_TOKEN as the header X-Admin-Token."


@dataclass(frozen=True)
class Rights:
    """What one visitor may do, and which case that is."""

    case: Case

    @property
    def may_change(self) -> bool:
        """Whether this visitor may publish, promote, delete and set.

        >>> Rights("visitor").may_change, Rights("here").may_change
        (False, True)
        """
        return self.case in ("here", "administrator")

    def check(self) -> None:
        """Raise Unauthorised (401) for who is not the administrator, Forbidden (403) where there is none."""
        if self.case == "off":
            raise Forbidden(OFF, OFF_HINT)
        if self.case == "visitor":
            raise Unauthorised(ASK, SIGN_IN)


class Admin:
    """The administrator of one process, known by the digest of the token or by an email address."""

    def __init__(self, settings: Settings) -> None:
        self._salt = os.urandom(16)
        token = settings.admin_token.strip()  # a file that held it may have ended in a line break
        self._token = self._digest(token) if token else None
        emails = (email.strip().casefold() for email in settings.admin_emails.split(","))
        self._emails = frozenset(filter(None, emails))
        self._guesses = Guesses()
        self.sign_ins = SignIns(SIGN_IN_HOURS * 3_600)

    @property
    def there(self) -> bool:
        """Whether there is any administrator."""
        return bool(self._token or self._emails)

    @property
    def by_token(self) -> bool:
        """Whether a token opens."""
        return self._token is not None

    def prove(self, token: str, address: str) -> None:
        """Return for the right token. Raises Unauthorised for a wrong one, TooMany for an address that sent many."""
        self._guesses.check(address)
        if self._token is None or not hmac.compare_digest(self._digest(token.strip()), self._token):
            self._guesses.wrong(address, token)
            raise Unauthorised("This is not the administrator's token.", hint="Check it for missing characters.")

    def sign_in(self, visitor: str, token: str, address: str) -> None:
        """Sign a visitor in who gives the right token. Raises as `prove` does."""
        self.prove(token, address)
        self.sign_ins.begin(visitor)

    def has_email(self, email: str, verified: bool) -> bool:
        """Whether who signed in with this address is the administrator; an address that nobody verified is not."""
        return verified and email.strip().casefold() in self._emails

    def rights(self, proven: bool, exposed: bool) -> Rights:
        """The rights of a visitor who has proven to be the administrator or not, where others can ask or not."""
        if self.there:
            return Rights("administrator" if proven else "visitor")
        return Rights("off" if exposed else "here")

    def _digest(self, token: str) -> bytes:
        return hashlib.sha256(self._salt + token.encode("utf-8", "surrogateescape")).digest()


@lru_cache(4)
def admin_of(settings: Settings) -> Admin:
    """The administrator that these settings name: the same, with the same count of wrong tokens, for all who ask."""
    return Admin(settings)


def sign_in_required(settings: Settings) -> bool:
    """Whether the pages are for those alone who have signed in. Raises WorkbenchError for a setting that is neither.

    >>> sign_in_required(Settings(sign_in="required")), sign_in_required(Settings())
    (True, False)
    """
    if settings.sign_in not in ("required", "optional"):
        raise WorkbenchError(
            f"WORKBENCH_SIGN_IN is {settings.sign_in!r}, which is neither.", hint="Set it to required or optional."
        )
    return settings.sign_in == "required"


def exposed(headers: Mapping[str, str], peer: str | None = None) -> bool:
    """Whether others can ask: a request came from elsewhere or through a proxy, or others are listened to.

    `headers` are those of a request, by their names in lower case; `peer` is the address it came from, where known.
    One sign is enough: the mark of a proxy, a Host or a page (Origin) of another name than this machine's own, another
    machine's address, or a socket of this process that listens beyond loopback.
    """
    through_a_proxy = any(mark in headers for mark in PROXY_MARKS)
    by_another_name = not is_local(headers.get("host", "localhost"))
    from_another_page = not is_local_origin(headers.get("origin", "http://localhost"))
    from_elsewhere = peer is not None and not is_loopback(peer)
    return through_a_proxy or by_another_name or from_another_page or from_elsewhere or listens_beyond_loopback()


@lru_cache(1)
def listens_beyond_loopback() -> bool:
    """Whether this process accepts connections from other machines; asked once it listens, and remembered."""
    try:
        connections = psutil.Process().net_connections("inet")
    except psutil.Error:
        return True  # not to be known here: as if it did
    listening = {one.laddr.ip for one in connections if one.status == psutil.CONN_LISTEN}
    return not all(is_loopback(address.partition("%")[0]) for address in listening)

"""API keys: who may ask, known by the digests of their keys alone."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping

from backends.errors import WorkbenchError
from backends.serving.refusals import Unauthorised

ANYONE = ""  # who asks where no keys are set


class Keys:
    """The keys of `WORKBENCH_API_KEYS`: name:key, separated by commas. With none set, anyone is let in.

    Kept are SHA-256 digests under a salt of this process. A key that comes in is compared with all of them, each in
    constant time, so that the time of the answer tells nothing about any.

    >>> keys = Keys.parse("shop:3b1f9c, dashboard:77ac01")
    >>> keys.who("77ac01")
    'dashboard'
    >>> keys
    Keys(dashboard, shop)
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._salt = os.urandom(16)
        self._digests = {name: self._digest(key) for name, key in keys.items()}

    @classmethod
    def parse(cls, text: str) -> Keys:
        """Read the setting. Raises WorkbenchError that says which entry is wrong, without showing it: it is secret."""
        keys: dict[str, str] = {}
        for place, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
            name, colon, key = (part.strip() for part in entry.partition(":"))
            if not (name and colon and key):
                raise _wrong(f"Entry {place} of WORKBENCH_API_KEYS is not of the form name:key.")
            if name in keys:
                raise _wrong(f"Entry {place} of WORKBENCH_API_KEYS has the name of an earlier one.")
            keys[name] = key
        return cls(keys)

    def __repr__(self) -> str:
        return f"Keys({', '.join(self.names)})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the keys, which the log may show."""
        return tuple(sorted(self._digests))

    @property
    def required(self) -> bool:
        """Whether any key is set."""
        return bool(self._digests)

    def who(self, key: str | None) -> str:
        """The name of a key, `ANYONE` where none are set. Raises Unauthorised for none or an unknown one."""
        if not self._digests:
            return ANYONE
        if not key:
            raise Unauthorised("This API asks for a key.", hint="Send it as the header X-API-Key or as a bearer token.")
        given, found = self._digest(key), None
        for name, digest in self._digests.items():  # to the end, whichever it is
            if hmac.compare_digest(given, digest):
                found = name
        if found is None:
            raise Unauthorised("This API key is not known.", hint="Check it for missing characters.")
        return found

    def _digest(self, key: str) -> bytes:
        return hashlib.sha256(self._salt + key.encode("utf-8", "surrogateescape")).digest()


def _wrong(message: str) -> WorkbenchError:
    return WorkbenchError(message, hint="Write it as WORKBENCH_API_KEYS=shop:key1,dashboard:key2.")

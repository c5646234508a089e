"""What happened to a model: one event per change, kept for good.

An event is a tag of the registered model, under a key of its own and written by one call, so it is there or not. The
stages, notes, tags and routes of a model are what its events say (`state.py`): history and state cannot disagree.
Tags of a registered model outlive its versions, so a deleted version keeps its history.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

PREFIX = "workbench.event."
MOST_CHARACTERS = 5_000  # of a registered model's tag in MLflow's tables

What = Literal["published", "moved", "demoted", "rolled back", "noted", "tagged", "untagged", "routed", "deleted"]

# What the details of each kind of event hold.
_DETAILS: Mapping[What, tuple[str, ...]] = {
    "published": (),
    "moved": (),
    "demoted": (),
    "rolled back": (),
    "noted": ("notes",),
    "tagged": ("key", "value"),
    "untagged": ("key",),
    "routed": ("split", "shadow"),
    "deleted": ("published", "run"),
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    """Who did what, when and why.

    `version` is None where the whole model is meant. `before` and `after` are the stages of a move, and empty
    otherwise. `details` holds what the kind of event needs besides (a tag's key and value, a route, …).
    """

    at: int  # milliseconds since 1970 in UTC
    who: str
    what: What
    version: int | None = None
    before: str = ""
    after: str = ""
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def when(self) -> datetime:
        """The moment, in UTC."""
        return moment(self.at)


def moment(at: int) -> datetime:
    """A moment given in milliseconds since 1970, in UTC.

    >>> moment(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    return datetime.fromtimestamp(at / 1000, UTC)


def after(events: Iterable[Event]) -> int:
    """The time of the next event: now, but later than everything before, whatever the clocks say (after Lamport)."""
    return max([round(time.time() * 1000), *(event.at + 1 for event in events)])


def to_tag(event: Event) -> tuple[str, str]:
    """The key and value of the tag that keeps the event; the key is new each time, so nothing is overwritten."""
    value = json.dumps(asdict(event), ensure_ascii=False, separators=(",", ":"))
    if len(value) > MOST_CHARACTERS:
        raise ValueError(f"an event of {len(value)} characters")
    return f"{PREFIX}{event.at:015d}.{secrets.token_hex(4)}", value


def from_tags(tags: Mapping[str, str]) -> tuple[Event, ...]:
    """The events among a registered model's tags, oldest first.

    Tags that others wrote under this prefix and that cannot be read are left out, with a line in the log.

    >>> key, value = to_tag(Event(1, "ana", "moved", 2, "candidate", "staging", "looks good"))
    >>> [event] = from_tags({key: value, "team": "growth"})
    >>> event.who, event.version, event.after
    ('ana', 2, 'staging')
    """
    found = []
    for key in sorted(key for key in tags if key.startswith(PREFIX)):
        try:
            found.append(_whole(Event(**json.loads(tags[key]))))
        except (ValueError, TypeError, KeyError):
            _log.warning("the tag %s is no event of the workbench", key)
    return tuple(found)


def _whole(event: Event) -> Event:
    """The event, when it has all that its kind needs; else one of the errors that `from_tags` expects."""
    if event.what not in _DETAILS or isinstance(event.at, bool) or not isinstance(event.at, int):
        raise ValueError(event.what)
    if not ((event.version is None and event.what == "routed") or isinstance(event.version, int)):
        raise ValueError(event.version)
    for name in _DETAILS[event.what]:
        event.details[name]
    return event

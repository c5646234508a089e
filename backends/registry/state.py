"""What the events of a model add up to: stages, champion, notes, tags, route. Pure; nothing is read or written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from backends.registry.events import Event
from backends.registry.routes import Route
from backends.registry.versions import STAGES, Stage


@dataclass
class State:
    """A model after its events.

    `stages` has every version that is there. `former` are the champions before the present one, the latest last:
    what a rollback goes through. `history` has the events and, behind each promotion, that of the version it demoted.
    """

    stages: dict[int, Stage] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    tags: dict[int, dict[str, str]] = field(default_factory=dict)
    route: Route = field(default_factory=Route)
    former: list[int] = field(default_factory=list)
    history: list[Event] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)

    @property
    def champion(self) -> int | None:
        """The version in production."""
        return next((number for number, stage in self.stages.items() if stage == "production"), None)

    @property
    def served(self) -> frozenset[int]:
        """Every version that is not archived."""
        return frozenset(number for number, stage in self.stages.items() if stage != "archived")

    @property
    def previous(self) -> int | None:
        """The champion that a rollback brings back: the latest former one that is there and not archived."""
        able = [number for number in self.former if number in self.served and number != self.champion]
        return able[-1] if able else None


def folded(published: Iterable[Event], events: Iterable[Event]) -> State:
    """The state after all events in their order.

    `published` are the events of the versions that are there now; those that left have theirs in the event
    "deleted". Whatever order two hands wrote in, at most one version is in production: the one promoted last.

    >>> was = [Event(1, "ana", "published", 1), Event(2, "ana", "published", 2)]
    >>> up = {"before": "staging", "after": "production"}
    >>> went = [Event(3, "ana", "moved", 1, **up), Event(4, "bo", "moved", 2, **up)]
    >>> state = folded(was, went)
    >>> state.champion, state.previous, [(event.what, event.version) for event in state.history][-2:]
    (2, 1, [('moved', 2), ('demoted', 1)])
    """
    published, events = tuple(published), tuple(events)
    present = {event.version for event in published if event.version is not None}
    gone = [_publication(event) for event in events if event.what == "deleted"]
    state = State()
    for event in sorted((*published, *gone, *events), key=lambda event: event.at):
        _APPLY[event.what](state, event)
    state.stages = {number: stage for number, stage in state.stages.items() if number in present - state.deleted}
    state.route = state.route.among(state.served)
    return state


def _publication(event: Event) -> Event:
    """The event "published" of a version that was deleted, as its last event kept it."""
    was = event.details.get("published", {})
    return Event(
        int(was.get("at", event.at)), str(was.get("who", "")), "published", event.version, reason=was.get("reason", "")
    )


def _published(state: State, event: Event) -> None:
    number = _number(event)
    state.stages[number], state.notes[number], state.tags[number] = "candidate", event.reason, {}
    state.history.append(event)


def _moved(state: State, event: Event) -> None:
    state.history.append(event)
    number, stage = _number(event), next((stage for stage in STAGES if stage == event.after), None)
    if stage is None or number not in state.stages:
        return
    champion = state.champion
    if stage == "production":
        _crown(state, event)
    elif champion == number:
        state.former.append(number)
        state.route = Route(shadow=state.route.shadow)
    state.stages[number] = stage


def _crown(state: State, event: Event) -> None:
    """The former champion goes to staging; a split ends, because it was about the champion that was."""
    number, champion = _number(event), state.champion
    if champion == number:
        return
    if event.what == "rolled back" and number in state.former:
        del state.former[len(state.former) - 1 - state.former[::-1].index(number) :]
    elif champion is not None:
        state.former.append(champion)
    if champion is not None:
        state.stages[champion] = "staging"
        why = f"Version {number} was {'brought back' if event.what == 'rolled back' else 'promoted'}: {event.reason}"
        demoted = replace(event, what="demoted", version=champion, before="production", after="staging", reason=why)
        state.history.append(demoted)
    shadow = state.route.shadow
    state.route = Route(shadow=None if shadow == number else shadow)


def _noted(state: State, event: Event) -> None:
    state.notes[_number(event)] = str(event.details.get("notes", ""))
    state.history.append(event)


def _tagged(state: State, event: Event) -> None:
    state.tags.setdefault(_number(event), {})[str(event.details["key"])] = str(event.details["value"])
    state.history.append(event)


def _untagged(state: State, event: Event) -> None:
    state.tags.setdefault(_number(event), {}).pop(str(event.details["key"]), None)
    state.history.append(event)


def _routed(state: State, event: Event) -> None:
    state.route = Route.from_dict(dict(event.details))
    state.history.append(event)


def _deleted(state: State, event: Event) -> None:
    state.deleted.add(_number(event))
    state.stages.pop(_number(event), None)
    state.history.append(event)


def _number(event: Event) -> int:
    return int(event.version or 0)


_APPLY: Mapping[str, Callable[[State, Event], None]] = {
    "published": _published,
    "moved": _moved,
    "demoted": _moved,
    "rolled back": _moved,
    "noted": _noted,
    "tagged": _tagged,
    "untagged": _untagged,
    "routed": _routed,
    "deleted": _deleted,
}

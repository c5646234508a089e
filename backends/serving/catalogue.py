"""What is published at this moment, kept at hand: the registry is asked again only after it has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from backends.serving.refusals import NotFound
from backends.serving.routing import Choice, Way, by_weight

if TYPE_CHECKING:
    from backends.registry import ModelSummary, ModelVersion, Route

LOOK_SECONDS = 1.0  # between two looks for changes that another process made
STAGES = {"champion": "production", "staging": "staging"}
SHOWN = 10  # names in an error
SHOWN_TEXT = 80  # characters of what was asked for in it


class Published(Protocol):
    """What serving asks of a registry (`backends.registry.Registry`)."""

    changed: int

    def stamp(self) -> Any:
        """Something that differs after any change, also by another process."""

    def models(self) -> tuple[ModelSummary, ...]:
        """All models."""

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        """All versions of a model, newest first."""

    def route(self, name: str) -> Route:
        """How requests are spread over versions."""

    def bundle_path(self, version: ModelVersion) -> Path:
        """The verified bundle on this machine."""


@dataclass(frozen=True)
class Served:
    """A model as it is served: its versions that are not archived, newest first, and its route."""

    name: str
    versions: tuple[ModelVersion, ...]
    route: Route

    @cached_property
    def champion(self) -> ModelVersion | None:
        """The version in production."""
        return next((version for version in self.versions if version.stage == "production"), None)

    @cached_property
    def answering(self) -> ModelVersion:
        """The version that stands for the model: the one in production.

        As long as there is none it is the newest in staging, and without one there the newest of all.
        """
        staged = next((version for version in self.versions if version.stage == "staging"), None)
        return self.champion or staged or self.versions[0]

    @cached_property
    def numbered(self) -> dict[int, ModelVersion]:
        """The versions by their numbers."""
        return {version.number: version for version in self.versions}

    @cached_property
    def split(self) -> tuple[tuple[int, float], ...]:
        """Versions and weights of the route, of those that are served; empty when all goes to the champion."""
        split = tuple((number, weight) for number, weight in self.route.split if number in self.numbered)
        return split if any(weight > 0 for _, weight in split) else ()

    @cached_property
    def shadow(self) -> int | None:
        """The version that runs along unseen."""
        return self.route.shadow if self.route.shadow in self.numbered else None

    def version(self, asked: int | str) -> ModelVersion:
        """A version by its number, also as text, or "champion" or "staging". Raises NotFound."""
        if asked in STAGES:
            found = next((version for version in self.versions if version.stage == STAGES[str(asked)]), None)
        else:
            text = str(asked)
            found = self.numbered.get(int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else None
        if found is None:
            numbers = ", ".join(str(number) for number in list(self.numbered)[:SHOWN])
            raise NotFound(
                f"The model {self.name!r} has no version {str(asked)[:SHOWN_TEXT]!r} that is served.",
                hint=f"Its versions are {numbers}." if numbers else "None of its versions is served.",
            )
        return found

    def candidates(self, asked: int | str | None = None) -> tuple[int, ...]:
        """The versions of which one would answer. Raises NotFound."""
        if asked is None and self.split:
            return tuple(number for number, weight in self.split if weight > 0)
        return (self.choose(asked).number,)

    def choose(self, asked: int | str | None = None, sticky: str | None = None) -> Choice:
        """The version that answers a request: the one asked for, else by the split, else `answering`."""
        if asked is not None:
            return Choice(self.version(asked).number, "champion" if asked == "champion" else "version")
        if self.split:
            number = by_weight(self.split, self.name, sticky)
            return Choice(number, "split", self.shadow if self.shadow != number else None)
        number = self.answering.number
        way: Way = "champion" if self.champion else "newest"
        return Choice(number, way, self.shadow if self.shadow != number else None)


class Catalogue:
    """The registry's models as of its last change. Safe from any thread.

    A change in this process is seen at once, one by another process within `LOOK_SECONDS`.
    """

    def __init__(self, registry: Published, clock: Callable[[], float] = time.monotonic) -> None:
        self.registry = registry
        self._clock = clock
        self._lock = threading.RLock()
        self._seen: Any = object()
        self._changed: int | None = None
        self._looked = -LOOK_SECONDS
        self._summaries: dict[str, ModelSummary] = {}
        self._served: dict[str, Served] = {}
        self.generation = 0  # raised by every change that was seen

    def models(self) -> tuple[Served, ...]:
        """All models with a version that is served, by name."""
        self.look()
        with self._lock:
            found = [self._of(name) for name in sorted(self._summaries)]
        return tuple(served for served in found if served.versions)

    def model(self, name: str) -> Served:
        """A model. Raises NotFound for a name that is not there, or of which every version is archived."""
        self.look()
        served = self._served.get(name)
        if served is None:
            with self._lock:
                served = self._of(name) if name in self._summaries else None
        if served is None or not served.versions:
            names = ", ".join(model.name for model in self.models()[:SHOWN])
            raise NotFound(
                f"There is no published model {name[:SHOWN_TEXT]!r}.",
                hint=f"Published are {names}." if names else "Nothing is published yet.",
            )
        return served

    def at_hand(self, name: str) -> Served | None:
        """A model as far as it is known without asking the registry; None where that has to be asked."""
        due = self.registry.changed != self._changed or self._clock() - self._looked >= LOOK_SECONDS
        return None if due else self._served.get(name)

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        """The served versions of a model, newest first; none for a name that is not there."""
        self.look()
        with self._lock:
            return self._of(name).versions if name in self._summaries else ()

    def look(self) -> bool:
        """See whether the registry has changed; True when it has."""
        now = self._clock()
        if self.registry.changed == self._changed and now - self._looked < LOOK_SECONDS:
            return False
        with self._lock:
            self._looked = now
            changed, stamp = self.registry.changed, self.registry.stamp()
            if changed == self._changed and stamp == self._seen:
                return False
            self._summaries = {summary.name: summary for summary in self.registry.models()}
            self._served = {}
            self._changed, self._seen = changed, stamp
            self.generation += 1
            return True

    def _of(self, name: str) -> Served:
        found = self._served.get(name)
        if found is None:
            versions = tuple(one for one in self.registry.versions(name) if one.stage != "archived")
            found = self._served[name] = Served(name, versions, self.registry.route(name))
        return found

"""The registry: everything one can do with published models."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backends.errors import WorkbenchError
from backends.registry import comparing, tracking
from backends.registry.cleaning import clean
from backends.registry.connection import Client
from backends.registry.entries import Entry, append, entries, entry, mirror
from backends.registry.events import Event, What
from backends.registry.files import discarded, verified
from backends.registry.gates import Gate, Limits, demand, gates
from backends.registry.names import MOST_TAGS, model_name, tag_key, version_wanted, written
from backends.registry.places import Place, place
from backends.registry.publishing import Publication, publish
from backends.registry.routes import Route, checked
from backends.registry.versions import CHAMPION, ModelSummary, ModelVersion, allowed
from backends.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from backends.datasets.schema import Dataset
    from backends.training.results import Comparison


class Registry:
    """Published models and their versions, in MLflow. Safe to use from any thread, and from several processes.

    Every change says who makes it, and most say why; it is one event in the model's history, and has happened when
    the event is written. Errors of people are WorkbenchErrors.
    """

    def __init__(self, place: Place, client: Client, cache: Path) -> None:
        self._place, self._client, self._cache = place, client, cache
        self._one_changes = threading.Lock()
        self.changed = 0  # raised by every change made through this object

    @classmethod
    def open(cls, settings: Settings | None = None, environment: Mapping[str, str] | None = None) -> Registry:
        """Open it, made on first use, and set right what a killed process has left.

        `environment` is where MLFLOW_TRACKING_URI is looked up (default: the process's own). The first opening of all
        takes some seconds, the first of a process one or two (MLflow is imported): do it in a thread.
        """
        settings = settings or Settings.from_environment()
        where = place(settings, environment)
        where.prepare()
        client = Client(where.uri)
        with where.writing():
            clean(client, where)
        return cls(where, client, settings.home_folder / "registry" / "bundles")

    @property
    def uri(self) -> str:
        """The address of MLflow: `mlflow ui --backend-store-uri …` shows the same runs and versions."""
        return self._place.uri

    def close(self) -> None:
        """Let go of what is open; the object is not used after this."""
        self._place.close()

    def stamp(self) -> Hashable:
        """Something that is another value after any change, also by another process; cheap enough for each second."""
        return self.changed, self._place.stamp(self._client)

    # What is there

    def models(self) -> tuple[ModelSummary, ...]:
        """Every model with a version, by name."""
        return tuple(sorted((one.summary for one in entries(self._client) if one.state.stages), key=lambda m: m.name))

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        """A model's versions, newest first; none for a name under which nothing is published."""
        known = entry(self._client, model_name(name))
        return tuple(known.version(number) for number in sorted(known.state.stages, reverse=True)) if known else ()

    def version(self, name: str, which: int | str) -> ModelVersion:
        """A version by its number, or the one that is "champion", or the newest in "staging"."""
        known = self._entry(name)
        which = version_wanted(which)
        if isinstance(which, int):
            return known.version(which)
        stage = {CHAMPION: "production", "staging": "staging"}.get(which)
        found = [number for number, now in known.state.stages.items() if now == stage]
        if not found:
            raise WorkbenchError(
                f"{name} has no version {which[:80]!r}.", hint="Give a number, 'champion' or 'staging'."
            )
        return known.version(max(found))

    def history(self, name: str) -> tuple[Event, ...]:
        """Everything that ever happened to a model, oldest first, its deleted versions included."""
        return tuple(self._entry(name).state.history)

    def compare(self, name: str, a: int, b: int) -> pd.DataFrame:
        """Two versions side by side (see `comparing.compared`)."""
        known = self._entry(name)
        return comparing.compared(known.version(a), known.version(b))

    def bundle_path(self, version: ModelVersion) -> Path:
        """The version's bundle on this machine, its SHA-256 checked against the publication's at each call."""
        return verified(self._client, self._place, version, self._cache)

    def gates(self, name: str, number: int, limits: Limits | None = None) -> tuple[Gate, ...]:
        """What a promotion of this version would ask, and whether it passes."""
        return gates(self._entry(name).version(number).facts, limits)

    def route(self, name: str) -> Route:
        """How the model's requests are shared out; by default the champion gets all."""
        return self._entry(name).state.route

    # What changes it

    def publish(self, bundle: bytes, name: str, who: str, notes: str = "", run: str | None = None) -> ModelVersion:
        """A new version of the model, a candidate; `run` is the training's, from `track`.

        Raises WorkbenchError for a bad name, for what is no bundle, for a parity certificate that did not pass or
        cannot be right, and for a graph that does not answer (see `Publication.of` for what that promises).
        """
        made = Publication.of(bundle, name, who, notes, run)
        with self._place.writing():
            number = publish(self._client, self._place, made)
        self._count()
        return self._entry(name).version(number)

    def move(
        self, name: str, number: int, stage: str, who: str, reason: str, limits: Limits | None = None
    ) -> ModelVersion:
        """Put a version into another stage, where `versions.MOVES` allows that.

        Production is behind the gates: a passed certificate, better than the baseline, `limits`. The champion before
        goes to staging, and a split of requests ends: all go to the new champion.
        """
        with self._changing(name) as known:
            version = known.version(number)
            target = allowed(version.stage, stage)
            if target == "production":
                demand(version.facts, limits, f"{name} version {number}")
            if target == "archived":
                _unrouted(known, number)
            self._append(known, "moved", who, number, reason, before=version.stage, after=target)
        return self.version(name, number)

    def rollback(self, name: str, who: str, reason: str) -> ModelVersion:
        """Bring the previous champion back, the present one to staging. The next rollback goes one further back.

        Former champions that were deleted or archived since are passed over. The gates are not asked again.
        """
        with self._changing(name) as known:
            number = known.state.previous
            if number is None:
                raise WorkbenchError(
                    f"{name} has no former champion that could come back.", hint="Promote a version from staging."
                )
            before = known.state.stages[number]
            self._append(known, "rolled back", who, number, reason, before=before, after="production")
        return self.version(name, number)

    def note(self, name: str, number: int, notes: str, who: str) -> ModelVersion:
        """Replace a version's notes."""
        with self._changing(name) as known:
            known.version(number)
            self._append(known, "noted", who, number, details={"notes": written("notes", notes)})
        return self.version(name, number)

    def tag(self, name: str, number: int, key: str, value: str, who: str) -> ModelVersion:
        """Give a version a tag, or the tag another value; a version has at most `MOST_TAGS`."""
        details = {"key": tag_key(key), "value": written("value", value)}
        with self._changing(name) as known:
            if key not in (tags := known.version(number).tags) and len(tags) >= MOST_TAGS:
                raise WorkbenchError(f"Version {number} has {len(tags)} tags already.", hint="Remove one first.")
            self._append(known, "tagged", who, number, details=details)
        return self.version(name, number)

    def untag(self, name: str, number: int, key: str, who: str) -> ModelVersion:
        """Take a tag from a version."""
        with self._changing(name) as known:
            if key not in known.version(number).tags:
                raise WorkbenchError(f"Version {number} has no tag {key[:80]!r}.", hint="See its tags.")
            self._append(known, "untagged", who, number, details={"key": key})
        return self.version(name, number)

    def set_route(self, name: str, route: Route, who: str, reason: str) -> Route:
        """Share the model's requests out anew; `Route()` gives all to the champion again."""
        with self._changing(name) as known:
            details = checked(route, known.state.served).to_dict()
            self._append(known, "routed", who, None, reason, details=details)
        return self.route(name)

    def delete(self, name: str, number: int, who: str, reason: str) -> None:
        """Delete a version and its files for good; its history stays, and its number is not given again.

        Not the champion, nor a version that a route names.
        """
        with self._changing(name) as known:
            version = known.version(number)
            if version.champion:
                raise WorkbenchError(
                    f"{name} version {number} is in production.", hint="Promote another version, or archive this one."
                )
            _unrouted(known, number)
            [was] = [event for event in known.state.history if (event.what, event.version) == ("published", number)]
            published = {"at": was.at, "who": was.who, "reason": was.reason}
            self._append(known, "deleted", who, number, reason, details={"published": published, "run": version.run})
            discarded(self._client, self._place, version.run)

    def track(self, comparison: Comparison, dataset: Dataset, who: str) -> str:
        """Write a comparison of classifiers as MLflow runs; the id of the run above them (see `tracking.track`)."""
        with self._place.writing():
            return tracking.track(self._client, self._place, comparison, dataset, who)

    def _entry(self, name: str) -> Entry:
        known = entry(self._client, model_name(name))
        if known is None:
            raise WorkbenchError(f"There is no model called {name!r}.", hint="Publish one under this name first.")
        return known

    @contextmanager
    def _changing(self, name: str) -> Iterator[Entry]:
        """The model's entry, with nobody else writing; afterwards MLflow's own records are made to agree."""
        with self._place.writing():
            yield self._entry(name)
            mirror(self._client, self._entry(name))

    def _append(self, known: Entry, what: What, who: str, number: int | None, reason: str = "", **more: Any) -> None:
        needed = what in ("moved", "rolled back", "routed", "deleted")
        reason = written("reason", reason) if needed else reason
        event = Event(known.next_moment, written("who", who), what, number, reason=reason, **more)
        append(self._client, known.name, event)
        self._count()

    def _count(self) -> None:
        with self._one_changes:
            self.changed += 1


def _unrouted(known: Entry, number: int) -> None:
    if number in known.state.route.numbers:
        raise WorkbenchError(
            f"{known.name} version {number} takes part in the route of its requests.", hint="Change the route first."
        )

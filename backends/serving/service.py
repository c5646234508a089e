"""One way to ask a published model, whoever asks: routing, loading, predicting, counting and logging in one place."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from backends.errors import WorkbenchError
from backends.serving.admin import ADMIN_HEADER, admin_of, exposed
from backends.serving.catalogue import Catalogue, Published, Served
from backends.serving.counters import Counters
from backends.serving.guesses import Guesses
from backends.serving.keys import Keys
from backends.serving.limits import TABLES, Gate, RateLimit
from backends.serving.log import Asked, PredictionLog
from backends.serving.networks import network_of
from backends.serving.origins import Origins
from backends.serving.pool import Pool
from backends.serving.predictions import Payload, Predictions, Record
from backends.serving.refusals import NotFound, Refusal, Unauthorised
from backends.serving.session import USUAL, Answer, Options, Session
from backends.serving.shadow import Background
from backends.settings import MEGABYTE, Settings, variable

if TYPE_CHECKING:
    from backends.registry import ModelVersion
    from backends.serving.explaining import Contributions
    from backends.serving.predictor import Predictor

__all__ = ["Answer", "Options", "Service", "Session", "close_service", "service"]

SMALL = 32  # rows that are quick enough to be predicted between two other requests


class Service:
    """What stands behind the API, the widgets and the pages of one process. Safe from any thread.

    The registry is opened at the first question about a model and ONNX Runtime imported for its first request, not
    before: both take seconds.
    """

    def __init__(self, settings: Settings | None = None, registry: Published | None = None) -> None:
        self.settings = settings or Settings.from_environment()
        self.keys = Keys.parse(self.settings.api_keys)
        self.shared_with = Origins.parse(self.settings.cors_origins, variable("cors_origins"))
        self.rate = RateLimit(self.settings.rate_limit_per_minute)
        self.guesses = Guesses()
        self.admin = admin_of(self.settings)
        self.gate = Gate()
        self.tables = Gate(TABLES, "table")  # so that results that somebody reads slowly take no request's place
        self.pool: Pool[Predictor] = Pool(self.settings.model_memory_mb * MEGABYTE)
        self.log = PredictionLog.open(self.settings)
        self.shadows = Background()
        self.counters = Counters()
        self._catalogue = None if registry is None else Catalogue(registry)
        self._opening = threading.Lock()
        self._generation = 0
        self._watch()

    @property
    def catalogue(self) -> Catalogue:
        """What is published."""
        if self._catalogue is None:
            with self._opening:
                if self._catalogue is None:
                    from backends.registry import Registry

                    self._catalogue = Catalogue(Registry.open(self.settings))
        return self._catalogue

    def authorise(self, key: str | None, address: str) -> str:
        """Who asks, by the name of the API key, "" where none are set. Raises Unauthorised or TooMany.

        The rate counts per key, without keys per address, as it does for requests without a good key. An address that
        sent too many wrong keys is refused before its next one is looked at (see `Guesses`).
        """
        try:
            if self.keys.required:
                with self._counting():
                    self.guesses.check(address)
            who = self.keys.who(key)
        except Unauthorised:
            self.counters.refused(Unauthorised.reason)
            if key:
                self.guesses.wrong(address, key)  # first: beyond the rate, a key is looked at all the same
            self.limit_address(address)
            raise
        if who:
            self.limit(f"key {who}")
        else:
            self.limit_address(address)
        return who

    def check_change(self, headers: Mapping[str, str], peer: str | None) -> None:
        """Return for a request that may change what everybody sees, by its headers and the address it came from.

        Raises Unauthorised, TooMany after many wrong tokens, or Forbidden where nobody may (see `admin`).
        """
        token = headers.get(ADMIN_HEADER)
        with self._counting():
            proven = token is not None and self.admin.by_token
            if token is not None and proven:
                self.admin.prove(token, peer or "")
            self.admin.rights(proven, exposed(headers, peer)).check()

    def limit(self, caller: str) -> None:
        """Count a request of somebody. Raises TooMany."""
        with self._counting():
            self.rate.take(caller)

    def limit_address(self, address: str) -> None:
        """Count a request of somebody who is known by an address alone. Raises TooMany."""
        self.limit(f"address {network_of(address)}")

    def predict(
        self,
        name: str,
        version: int | str | None,
        payload: Payload,
        key: str = "",
        sticky: str | None = None,
        options: Options = USUAL,
    ) -> Answer:
        """Predict rows with a published model: by its route where `version` is None, else by that version.

        `key` is the name of who asks, for the log; `sticky` keeps one person at one version of a split. Raises
        NotFound, Overloaded, Invalid or another WorkbenchError.
        """
        with self.session(name, version, sticky) as session:
            return session.predict(payload, key, options)

    def explain(
        self, name: str, version: int | str | None, payload: Payload, sticky: str | None = None
    ) -> Contributions:
        """What each column adds to each row's prediction, by the version that would predict it."""
        with self.session(name, version, sticky) as session:
            return session.explain(payload)

    def check(self, name: str, version: int | str | None) -> None:
        """Raise NotFound for a model or a version that is not served."""
        with self._counting():
            self.catalogue.model(name).candidates(version)

    @contextmanager
    def session(
        self, name: str, version: int | str | None = None, sticky: str | None = None, table: bool = False
    ) -> Iterator[Session]:
        """Hold the version that answers, loaded, and one of the places for requests at once.

        A `table` takes none of these: it has a place of its own, see `table_place`.
        """
        with self._counting(), nullcontext() if table else self.gate:
            served = self.catalogue.model(name)
            self._tidy()
            choice = served.choose(version, sticky)
            with self._lease(served, choice.number) as predictor:
                yield Session(self, served, choice, predictor)

    @contextmanager
    def table_place(self) -> Iterator[None]:
        """Hold one of the places for whole tables, from the first row until the last result is sent."""
        with self._counting(), self.tables:
            yield

    def ready(self, name: str, version: int | str | None, rows: int) -> bool:
        """Whether a request is answered in well under a millisecond: few rows, nothing to load and nobody to ask.

        Such a request may run on the event loop; any other belongs into a thread.
        """
        served = None if self._catalogue is None or rows > SMALL else self._catalogue.at_hand(name)
        if served is None:
            return False
        try:
            numbers = served.candidates(version)
        except NotFound:
            return True  # it is refused at once
        return all(_place(served.numbered[number]) in self.pool for number in numbers)

    def record(self, asked: Asked, records: Sequence[Record], predictions: Predictions) -> None:
        """Count and log predictions."""
        self.counters.answered(asked.model, asked.version, asked.way, len(predictions), asked.milliseconds / 1_000)
        if len(predictions):
            self.log.add(asked, predictions.rows, predictions.labels, predictions.probabilities, records)

    def run_shadow(self, served: Served, number: int, asked: Asked, records: Sequence[Record]) -> None:
        """Let another version predict the same rows, some time, for the log alone."""

        def run() -> None:
            began = perf_counter()
            with self._lease(served, number) as predictor:
                predictions = predictor.predict(records, "accept", "skip")
            spent = (perf_counter() - began) * 1_000
            self.record(replace(asked, version=number, way="shadow", milliseconds=spent), records, predictions)

        self.shadows.put(run, len(records))

    def close(self) -> None:
        """Write what the log still holds and let all models go."""
        self.shadows.close()
        self.log.close()
        self.pool.keep_only(())

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """Count what is refused, by its reason."""
        try:
            yield
        except WorkbenchError as error:
            self.counters.refused(getattr(error, "reason", Refusal.reason))
            raise

    def _lease(self, served: Served, number: int) -> AbstractContextManager[Predictor]:
        version = served.numbered[number]
        return self.pool.lease(_place(version), lambda: self._load(version))

    def _load(self, version: ModelVersion) -> Predictor:
        from backends.serving.predictor import Predictor

        return Predictor.load(self.catalogue.registry.bundle_path(version))

    def _tidy(self) -> None:
        """After a change of the registry, unload what is not served any more."""
        catalogue = self.catalogue
        if catalogue.generation != self._generation:
            self._generation = catalogue.generation
            loaded = {name for name, _, _ in (key.split(" ") for key in self.pool.keys)}
            served = [one for name in loaded for one in catalogue.versions(name)]
            self.pool.keep_only(map(_place, served))

    def _watch(self) -> None:
        for name, help, read in (
            ("workbench_models_loaded", "Published models that are loaded", lambda: len(self.pool)),
            ("workbench_models_bytes", "Measured memory of the loaded models", lambda: self.pool.bytes),
            ("workbench_requests_now", "Requests that are being answered", lambda: self.gate.taken),
            ("workbench_tables_now", "Tables that are being answered", lambda: self.tables.taken),
            ("workbench_log_waiting", "Predictions that wait to be logged", lambda: self.log.waiting),
            ("workbench_log_lost", "Predictions that could not be logged", lambda: self.log.lost),
            ("workbench_shadow_dropped", "Requests that the shadow had no room for", lambda: self.shadows.dropped),
        ):
            self.counters.watch(name, help, read)


def _place(version: ModelVersion) -> str:
    """A version's key in the pool. The digest is in it because a name can be used again after it was deleted."""
    return f"{version.name} {version.number} {version.digest}"


_lock = threading.Lock()
_service: Service | None = None


def service() -> Service:
    """The service of this process, made when first asked for."""
    global _service
    with _lock:
        if _service is None:
            _service = Service()
            atexit.register(close_service)
        return _service


def close_service() -> None:
    """End the service of this process, if there is one; the next call of `service` makes a new one."""
    global _service
    with _lock:
        ending, _service = _service, None
    if ending is not None:
        ending.close()

"""A request to a published model while it is answered, and what comes of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from backends.serving.catalogue import Served
from backends.serving.log import Asked
from backends.serving.predictions import OnError, Payload, Predictions, Unusual, as_records
from backends.serving.routing import Choice, Way

if TYPE_CHECKING:
    from backends.registry import ModelVersion
    from backends.serving.explaining import Contributions
    from backends.serving.predictor import Predictor
    from backends.serving.service import Service


@dataclass(frozen=True, slots=True)
class Options:
    """How a request is answered: see `Predictor.predict`. `request` is its id; one is made where it is empty."""

    unusual: Unusual = "refuse"
    on_error: OnError = "fail"
    request: str = ""


USUAL = Options()


@dataclass(frozen=True, slots=True)
class Answer:
    """The predictions of one version, and what has to be known to find them again in the log."""

    model: str
    version: int
    way: Way
    request: str
    predictions: Predictions
    milliseconds: float


class Session:
    """One version of a model, held loaded while a request is answered, be it in one part or in many."""

    def __init__(self, service: Service, served: Served, choice: Choice, predictor: Predictor) -> None:
        self.service = service
        self.model = served.name
        self.choice = choice
        self.predictor = predictor
        self._served = served

    @property
    def version(self) -> ModelVersion:
        """The version that answers, as the registry has it."""
        return self._served.numbered[self.choice.number]

    def predict(self, payload: Payload, key: str = "", options: Options = USUAL) -> Answer:
        """Predict rows, count and log them; the shadow version gets them afterwards."""
        began = perf_counter()
        records = as_records(payload)
        predictions = self.predictor.predict(records, options.unusual, options.on_error)
        seconds = perf_counter() - began
        asked = Asked(
            options.request or secrets.token_hex(8),
            self.model,
            self.choice.number,
            self.choice.way,
            key,
            seconds * 1_000,
        )
        self.service.record(asked, records, predictions)
        if self.choice.shadow is not None:
            self.service.run_shadow(self._served, self.choice.shadow, asked, records)
        return Answer(self.model, asked.version, self.choice.way, asked.request, predictions, asked.milliseconds)

    def explain(self, payload: Payload, options: Options = USUAL) -> Contributions:
        """What each column adds to each row's prediction."""
        found = self.predictor.explain(payload, options.unusual)
        self.service.counters.explained(self.model, self.choice.number, len(found.values))
        return found

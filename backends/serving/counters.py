"""What this process has answered, as Prometheus metrics."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
LABELS = ("model", "version", "way")


class Counters:
    """Counts per model, version and the way it was chosen, since the process started.

    Only what is published is counted by name, so that requests for names that are not there cost no memory. Each
    object has metrics of its own.

    >>> counters = Counters()
    >>> counters.answered("churn", 2, "split", rows=3, seconds=0.01)
    >>> counters.of_model("churn")
    {2: 3}
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._requests = Counter(
            "workbench_requests", "Requests that were answered with predictions", LABELS, registry=self.registry
        )
        self._rows = Counter("workbench_predictions", "Predictions that were given", LABELS, registry=self.registry)
        self._seconds = Histogram(
            "workbench_request_seconds", "Time of a request", ("model",), buckets=SECONDS, registry=self.registry
        )
        self._explained = Counter(
            "workbench_explanations", "Rows that were explained", ("model", "version"), registry=self.registry
        )
        self._refused = Counter(
            "workbench_refusals", "Requests that were refused, by reason", ("reason",), registry=self.registry
        )
        self._of = lru_cache(maxsize=4_096)(self._children)
        ProcessCollector(registry=self.registry)

    def answered(self, model: str, version: int, way: str, rows: int, seconds: float) -> None:
        """Count one request and its predictions. What runs in the shadow answers nobody: its time is not counted."""
        requests, predictions, duration = self._of(model, version, way)
        requests.inc()
        predictions.inc(rows)
        if way != "shadow":
            duration.observe(seconds)

    def explained(self, model: str, version: int, rows: int) -> None:
        """Count rows whose prediction was explained."""
        self._explained.labels(model, str(version)).inc(rows)

    def refused(self, reason: str) -> None:
        """Count a request that got no answer; `reason` is a `Refusal.reason`."""
        self._refused.labels(reason).inc()

    def of_model(self, model: str, shadow: bool = False) -> dict[int, int]:
        """Predictions given by each version of a model, since the process started; or those in the shadow."""
        found: dict[int, int] = {}
        for sample in (one for metric in self._rows.collect() for one in metric.samples):
            labels = sample.labels
            if sample.name.endswith("_total") and labels["model"] == model and (labels["way"] == "shadow") == shadow:
                number = int(labels["version"])
                found[number] = found.get(number, 0) + int(sample.value)
        return dict(sorted(found.items()))

    def watch(self, name: str, help: str, read: Callable[[], float]) -> None:
        """A number that is read whenever the metrics are asked for."""
        Gauge(name, help, registry=self.registry).set_function(read)

    def exposition(self) -> bytes:
        """All metrics as Prometheus reads them, of the type `CONTENT_TYPE`."""
        return generate_latest(self.registry)

    def _children(self, model: str, version: int, way: str) -> tuple[Counter, Counter, Histogram]:
        labels = (model, str(version), way)
        return self._requests.labels(*labels), self._rows.labels(*labels), self._seconds.labels(model)

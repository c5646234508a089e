"""The published model at work: ONNX Runtime alone, the same behind the page, the widget and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np

from backends.bundle import Bundle, unpack
from backends.errors import WorkbenchError
from backends.onnx_export.feeds import Feeds
from backends.onnx_export.runtime import Runtime
from backends.onnx_export.signature import Signature
from backends.serving.memory import measured
from backends.serving.predictions import MOST_SAID, OnError, Payload, Predictions, Record, Unusual, as_records
from backends.serving.refusals import Invalid

if TYPE_CHECKING:
    from backends.onnx_export.feeds import Problem
    from backends.serving.explaining import Contributions

BLOCK = 10_000  # rows that go through the graph at once


@dataclass(frozen=True)
class Predictor:
    """A loaded bundle. Safe from any thread; nothing of one request is kept for the next.

    `resident_bytes` is what loading took of this process's memory (see `memory.measured`), at least the graph's size.
    `bundle` is the bundle without the graph's bytes, which ONNX Runtime holds.
    """

    bundle: Bundle
    feeds: Feeds
    runtime: Runtime
    resident_bytes: int = 0

    @classmethod
    def load(cls, source: Bundle | Path | bytes) -> Predictor:
        """Load a bundle, or the zip it is in, and ask it once, so that the first request finds it ready.

        Raises WorkbenchError for a bundle that cannot be read or asked.
        """
        import onnxruntime  # noqa: F401 its own memory is no model's

        loaded, size = measured(lambda: cls._loaded(source), _least(source))
        return replace(loaded, resident_bytes=max(size, loaded.resident_bytes))

    @classmethod
    def _loaded(cls, source: Bundle | Path | bytes) -> Predictor:
        bundle = source if isinstance(source, Bundle) else unpack(source)
        signature = bundle.signature
        made = cls(replace(bundle, model=b""), Feeds(signature), Runtime(bundle.model, signature), len(bundle.model))
        if bundle.background:
            made.predict(bundle.background[:1], unusual="accept")
        return made

    @property
    def signature(self) -> Signature:
        """What the model takes and gives."""
        return self.bundle.signature

    @cached_property
    def background(self) -> dict[str, np.ndarray]:
        """The rows that explanations compare with, as the graph takes them; each (rows, 1)."""
        return self.feeds.of_records(self.bundle.background, unusual="accept").feeds

    def predict(self, payload: Payload, unusual: Unusual = "refuse", on_error: OnError = "fail") -> Predictions:
        """Labels and probabilities of rows: records, columns or a frame, with the columns as the CSV had them.

        `unusual` says whether a value outside what training saw (its range, its levels, never missing) is a problem
        or a warning. With `on_error="fail"` any problem raises Invalid, which names row, column, value and what is
        allowed; with "skip" the rows without a problem are predicted. Raises WorkbenchError for what is no table.
        """
        _check(unusual, on_error)
        records = as_records(payload)
        if len(records) <= BLOCK:
            return self._block(records, unusual, on_error)
        starts = range(0, len(records), BLOCK)
        parts = [self._block(records[at : at + BLOCK], unusual, on_error, at) for at in starts]
        return _joined(parts)

    def explain(self, payload: Payload, unusual: Unusual = "refuse", seed: int = 0) -> Contributions:
        """What each column adds to each row's prediction (see `explaining.explain`)."""
        from backends.serving.explaining import explain

        return explain(self, payload, unusual, seed)

    def _block(self, records: Sequence[Record], unusual: Unusual, on_error: OnError, start: int = 0) -> Predictions:
        fed = self.feeds.of_records(records, unusual=unusual)
        if fed.problems and on_error == "fail":
            raise Invalid(_moved(fed.problems, start)[:MOST_SAID], len(records), len(fed.problems))
        classes = self.signature.classes
        labels: tuple[str, ...] = ()
        probabilities = np.empty((0, len(classes)))
        if len(fed.rows):
            outputs = self.runtime.run(fed.feeds)
            labels, probabilities = tuple(outputs.labels), outputs.probabilities
        return Predictions(
            classes,
            labels,
            probabilities,
            tuple(fed.rows) if not start else tuple(row + start for row in fed.rows),
            len(records),
            _kept(_moved(fed.problems, start)),
            _kept(_moved(fed.warnings, start)),
            len(fed.problems),
            len(fed.warnings),
        )


def _least(source: Bundle | Path | bytes) -> int:
    if isinstance(source, Path):
        return source.stat().st_size
    return len(source.model) if isinstance(source, Bundle) else len(source)


def _check(unusual: str, on_error: str) -> None:
    for name, value, options in (("unusual", unusual, get_args(Unusual)), ("on_error", on_error, get_args(OnError))):
        if value not in options:
            raise WorkbenchError(f"{name} is {value!r}.", hint=f"Set it to {' or '.join(options)}.")


def _moved(problems: tuple[Problem, ...], start: int) -> tuple[Problem, ...]:
    """Problems of a block with the rows' places among all rows."""
    return tuple(replace(one, row=one.row + start) for one in problems) if start else problems


def _kept(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The first `MOST_SAID` problems, and the first one of each row after those."""
    kept = problems[:MOST_SAID]
    told = {one.row for one in kept}
    further = {one.row: one for one in reversed(problems[MOST_SAID:]) if one.row not in told}
    return (*kept, *(further[row] for row in sorted(further)))


def _joined(parts: Sequence[Predictions]) -> Predictions:
    return Predictions(
        parts[0].classes,
        tuple(label for part in parts for label in part.labels),
        np.concatenate([part.probabilities for part in parts]),
        tuple(row for part in parts for row in part.rows),
        sum(part.sent for part in parts),
        _kept(tuple(one for part in parts for one in part.problems)),
        _kept(tuple(one for part in parts for one in part.warnings)),
        sum(part.problem_count for part in parts),
        sum(part.warning_count for part in parts),
    )

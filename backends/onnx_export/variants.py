"""Smaller or quicker variants of an exported graph, each with a certificate of its own, offered where it gains."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backends.errors import WorkbenchError
from backends.onnx_export.certificate import Certificate, Certifier, OnProgress
from backends.onnx_export.runtime import Runtime
from backends.onnx_export.smaller import exact_singles, half_weights, int8_weights

GAIN = 0.1  # a variant is offered that is smaller, or quicker, by this share
ROWS, ROUNDS = 200, 15  # the speed of both is measured in turns, on this many rows


@dataclass(frozen=True)
class Variant:
    """A graph of the same model with fewer bits.

    `size_ratio` is its size by that of the exported graph (0.5: half as large); `speed_ratio` how many times as quick
    it is, the input step left out. Both are None, and there is no `model`, where it cannot be made; there is no
    `certificate` where it would gain nothing. It `gains` where it is smaller or quicker by `GAIN` and its certificate
    against the original is passed; `why` says in a sentence what speaks for or against it.
    """

    key: str
    title: str
    model: bytes | None
    certificate: Certificate | None
    size_ratio: float | None
    speed_ratio: float | None
    gains: bool
    why: str


@dataclass(frozen=True)
class Way:
    """A way to make a variant. `make` raises WorkbenchError, with the reason, for a graph that it is not for."""

    key: str
    title: str
    make: Callable[[bytes], bytes]


WAYS: tuple[Way, ...] = (
    Way("float32", "Single-precision storage, exact", exact_singles),
    Way("float16", "Half-precision storage", half_weights),
    Way("int8", "8-bit matrix products", int8_weights),
)


def variants(certifier: Certifier, graph: bytes, on_progress: OnProgress | None = None) -> tuple[Variant, ...]:
    """Every variant of the graph that `certifier.certify` was asked about, those too that are not worth having.

    Raises WorkbenchError for a model without held-out rows, with which nothing can be measured.
    """
    if not len(certifier.model.holdout):
        raise WorkbenchError(
            f"{certifier.model.title} has no held-out rows to measure a variant with.", hint="Train again with some."
        )
    tell = on_progress or (lambda words, fraction: None)
    found = []
    for at, way in enumerate(WAYS):
        tell(way.title, at / len(WAYS))
        found.append(_variant(way, certifier, graph))
    tell("Done", 1.0)
    return tuple(found)


def _variant(way: Way, certifier: Certifier, graph: bytes) -> Variant:
    try:
        made = way.make(graph)
    except WorkbenchError as error:
        return Variant(way.key, way.title, None, None, None, None, False, error.message)
    size, speed = len(made) / len(graph), _speed_ratio(certifier, graph, made)
    if size > 1 - GAIN and speed < 1 + GAIN:
        why = f"It gains too little: {_gain(size, speed)}."
        return Variant(way.key, way.title, made, None, size, speed, False, why)
    certificate = certifier.certify(made)
    apart = certificate.max_difference or 0.0
    why = f"{_gain(size, speed).capitalize()}; probabilities differ by {apart:.2g} at most."
    if not certificate.passed:
        why = f"It is not the same model: {certificate.reasons[0]}"
    return Variant(way.key, way.title, made, certificate, size, speed, certificate.passed, why)


def _gain(size: float, speed: float) -> str:
    """What a size and a speed by those of the exported graph mean.

    >>> _gain(0.55, 0.984)
    '45 % smaller, 0.98 times as quick'
    """
    change = round(100 * abs(1 - size))
    return f"{change} % {'smaller' if size <= 1 else 'larger'}, {speed:.2g} times as quick"


def _speed_ratio(certifier: Certifier, graph: bytes, made: bytes) -> float:
    """The shortest time of the graph by that of what was made of it; they take turns, as other work only adds time."""
    feeds = certifier.feeds(ROWS)
    runtimes = [Runtime(model, certifier.signature) for model in (graph, made)]
    taken = np.empty((ROUNDS + 1, len(runtimes)))
    for times in taken:
        for at, runtime in enumerate(runtimes):
            begun = time.perf_counter()
            runtime.run(feeds)
            times[at] = time.perf_counter() - begun
    before, after = taken[1:].min(axis=0)  # the first round warms up
    return float(before / after)

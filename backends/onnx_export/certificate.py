"""The parity certificate: is an ONNX graph the model it was made of? Both are asked the same rows."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version

import numpy as np
import pandas as pd

from backends.datasets.preparation import prepare_rows
from backends.datasets.recipe import Recipe
from backends.errors import WorkbenchError
from backends.onnx_export.answers import Answers, Ask, answers, exported, margins, original
from backends.onnx_export.boundary import beside_decisions
from backends.onnx_export.feeds import Feeds
from backends.onnx_export.interface import signature_of
from backends.onnx_export.latency import Timed, latencies, repeated, timed
from backends.onnx_export.parity import MOST_FLIPS, THREADS, Certificate, Compared, Flip, Latency, digest_of
from backends.onnx_export.probe_values import changed_by_recipe
from backends.onnx_export.probes import Material, Probes, probes
from backends.onnx_export.runtime import Runtime
from backends.onnx_export.sides import Sides, reasons
from backends.onnx_export.signature import Signature
from backends.training.policy import Policy
from backends.training.results import TrainedModel

__all__ = ["Certificate", "Certifier", "Compared", "Flip", "Latency", "OnProgress", "certify", "schema_digest"]

HELD_OUT = "held-out"
SHOWN = 160  # characters of what a reason quotes
_DECLARED = {
    "policy": "decision thresholds", "classes": "classes", "recipe": "steps of preparation", "features": "features",
    "inputs": "inputs", "columns": "columns", "target": "target",
}  # fmt: skip
LIBRARIES = ("numpy", "onnx", "onnxruntime", "pandas", "scikit-learn", "skl2onnx")

OnProgress = Callable[[str, float], None]  # what is being done, and how much of all is done, 0 to 1


def certify(
    model: TrainedModel, graph: bytes, signature: Signature, on_progress: OnProgress | None = None
) -> Certificate:
    """Ask the model and the graph every held-out row and every probe row, and say how they agree.

    Raises WorkbenchError for a graph that cannot be loaded.
    """
    return Certifier(model, signature).certify(graph, on_progress)


@dataclass
class Certifier:
    """Certifies graphs of one model; the original's answers are made once and serve all of them."""

    model: TrainedModel
    signature: Signature
    _known: dict[str, Answers] = field(default_factory=dict, repr=False)

    def certify(self, graph: bytes, on_progress: OnProgress | None = None) -> Certificate:
        """The certificate of a graph. Raises WorkbenchError for one that cannot be loaded."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(THREADS):  # for the times, and as many threads on a busy machine wait for each other
            return self._certified(graph, on_progress)

    def _certified(self, graph: bytes, on_progress: OnProgress | None) -> Certificate:
        tell = on_progress or (lambda words, fraction: None)
        tell("Asking both sides the held-out rows", 0.0)
        runtime = Runtime(graph, self.signature, THREADS)
        known = exported(runtime, self._feeds(Recipe()))
        sets = [self._held_out_rows, *self._probes]
        total, done = sum(len(one.frame) for one in sets) or 1, 0
        compared: list[Compared] = []
        flipped: list[Flip] = []
        for one in sets:
            tell(f"{one.title}: {len(one.frame):,} rows", 0.9 * done / total)
            ask = exported(runtime, self._feeds(self._steps)) if len(one.recipe) else known
            figures, flips = self._compared(one, ask, MOST_FLIPS - len(flipped))
            compared.append(figures)
            flipped += flips
            done += len(one.frame)
        tell("Measuring how long both take", 0.9)
        made = self._certificate(graph, compared, flipped, self._latency(known))
        tell("Done", 1.0)
        return made

    def feeds(self, rows: int) -> dict[str, np.ndarray]:
        """The graph's inputs for this many rows: the held-out ones, repeated."""
        return self._feeds(Recipe()).of_frame(repeated(self._held_out_rows.frame, rows))

    def _feeds(self, recipe: Recipe) -> Feeds:
        """The input step with these steps of the recipe: held-out rows are past all of them."""
        return Feeds(replace(self.signature, recipe=recipe))

    @cached_property
    def _held_out_rows(self) -> Probes:
        """The held-out rows as they are, which count like a family of probes that changes nothing."""
        frame = self.model.held_out[list(self.signature.columns.names)].reset_index(drop=True)
        about = "Rows that the model did not see in training."
        return Probes(HELD_OUT, "Held-out rows", about, frame, np.arange(len(frame)), ("",) * len(frame))

    @cached_property
    def _probes(self) -> tuple[Probes, ...]:
        held_out = self._held_out_rows
        found = margins(self.model, self._original(held_out), held_out.frame)
        material = Material(self.signature, held_out.frame, found, self.model.pipeline, self.model.recipe)
        return (*probes(material), *beside_decisions(material, self.model))

    @property
    def _steps(self) -> Recipe:
        """The steps that the graph's input step takes for rows as the file has them."""
        return changed_by_recipe(self.signature.columns, self.signature.recipe)[0]

    @cached_property
    def _times(self) -> dict[int, Timed]:
        return timed(original(self.model), self._held_out_rows.frame)

    def _original(self, rows: Probes) -> Answers:
        if rows.name not in self._known:
            frame = self._prepared(rows)
            self._known[rows.name] = answers(original(self.model), frame, len(self.signature.classes))
        return self._known[rows.name]

    def _prepared(self, rows: Probes) -> pd.DataFrame:
        return prepare_rows(rows.frame, self.signature.columns, rows.recipe) if len(rows.recipe) else rows.frame

    def _compared(self, rows: Probes, ask: Ask, most: int) -> tuple[Compared, list[Flip]]:
        first = self._original(rows)
        second = answers(ask, rows.frame, len(self.signature.classes))
        sides = Sides(first, second, margins(self.model, first, self._prepared(rows)))
        flips = [
            Flip(
                source=rows.name,
                row=int(self.model.holdout_rows[rows.rows[at]]),
                probe=rows.changes[at],
                **sides.flip(at, self.signature.classes, rows.frame),
            )
            for at in sides.flipped[:most].tolist()
        ]
        return sides.compared(rows.name, rows.title, rows.about, rows.note), flips

    def _latency(self, ask: Ask) -> tuple[Latency, ...]:
        """Nothing without rows, and for a graph that fails on them: the comparison says so."""
        if not len(self._held_out_rows.frame):
            return ()
        try:
            return latencies(self._times, timed(ask, self._held_out_rows.frame))
        except WorkbenchError:
            return ()

    def _certificate(
        self, graph: bytes, compared: list[Compared], flipped: list[Flip], latency: tuple[Latency, ...]
    ) -> Certificate:
        why = (*_foreign(self.model, self.signature), *reasons(compared[0], compared[1:], flipped))
        return Certificate(
            passed=not why,
            held_out=compared[0],
            probes=tuple(compared[1:]),
            flipped=tuple(flipped),
            latency=latency,
            file_size=len(graph),
            opset=_opset(graph),
            versions={name: version(name) for name in LIBRARIES},
            sha256={"data": self.model.digest, "schema": schema_digest(self.signature), "graph": _sha256(graph)},
            reasons=why,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            model=self.model.title,
            dataset=self.model.dataset,
            cores=os.cpu_count() or 1,
        )


def schema_digest(signature: Signature) -> str:
    """SHA-256 of a signature as JSON with sorted keys: what a certificate names as its schema."""
    return digest_of(signature.to_dict())


def _foreign(model: TrainedModel, signature: Signature) -> tuple[str, ...]:
    """Where the signature declares something else than the model does, a sentence each.

    Rows cannot tell all of it: a threshold between which and the model's own no row lies decides alike, and the
    formats of texts do not matter to rows that were read already.
    """
    own = signature_of(model)
    return tuple(
        f"The signature declares other {words} than the model has{_said(getattr(signature, name), getattr(own, name))}."
        for name, words in _DECLARED.items()
        if getattr(signature, name) != getattr(own, name)
    )


def _said(declared: object, own: object) -> str:
    """Both, where they are short enough to be read."""
    one, two = (f"threshold {side.threshold:g}" if isinstance(side, Policy) else repr(side) for side in (declared, own))
    return f": {one}, not {two}" if one != two and len(one) + len(two) <= SHOWN else ""


def _opset(graph: bytes) -> dict[str, int]:
    import onnx

    return {one.domain or "ai.onnx": one.version for one in onnx.load_from_string(graph).opset_import}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

"""A trained model → an ONNX graph with the proof that it answers as the model does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backends.datasets.schema import Dataset, Schema
from backends.errors import WorkbenchError
from backends.onnx_export.signature import Signature

if TYPE_CHECKING:
    from backends.onnx_export.certificate import Certificate
    from backends.training.results import TrainedModel

CONVERTED = 0.2  # of the work, about
Report = Callable[[str, float], None]  # (what is being done, the share that is done from 0 to 1)


@dataclass(frozen=True)
class OnnxArtifact:
    """An exported model: the serialised graph, how to ask it, and how it compares with the original."""

    model: bytes
    signature: Signature
    certificate: Certificate

    @property
    def schema(self) -> Schema:
        """The columns of a row."""
        return self.signature.columns


def export(model: TrainedModel, dataset: Dataset | None = None, on_progress: Report | None = None) -> OnnxArtifact:
    """The whole pipeline with its decision as one ONNX graph, and its parity certificate.

    A certificate that did not pass is in the artifact too: it says which rows are at fault. `dataset`, where given,
    has to be the one the model was trained on. Raises WorkbenchError, with the reason, for a model that does not
    convert, and for another dataset.
    """
    from backends.onnx_export.certificate import certify
    from backends.onnx_export.graph_inputs import build_graph

    if dataset is not None and dataset.digest != model.digest:
        raise WorkbenchError(
            f"{model.title} was trained on {model.dataset!r}, not on this {dataset.name!r}.",
            hint="Give the table it was trained on, after the same steps.",
        )
    report = on_progress or _nobody
    report(f"Converting {model.title}", 0.0)
    graph, signature = build_graph(model)
    report("Comparing the graph with the model", CONVERTED)
    certificate = certify(
        model, graph, signature, lambda doing, share: report(doing, CONVERTED + (1 - CONVERTED) * share)
    )
    report("Exported", 1.0)
    return OnnxArtifact(graph, signature, certificate)


def _nobody(doing: str, share: float) -> None:
    """Tell nobody."""

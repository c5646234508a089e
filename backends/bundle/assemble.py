"""From a proven graph to its bundle: everything that is to be known of the model, gathered once."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backends import __version__
from backends.bundle.bundle import Bundle
from backends.bundle.card import write_card
from backends.bundle.kept_rows import check_private
from backends.bundle.measured import measured
from backends.bundle.members import to_json
from backends.bundle.rows import PERSONAL, background, examples
from backends.datasets.marks import Marks
from backends.datasets.schema import Column, Dataset, Schema
from backends.errors import WorkbenchError
from backends.onnx_export.parity import digest_of
from backends.onnx_export.signature import Signature
from backends.training.inputs import role_of

if TYPE_CHECKING:
    from backends.fairness import FairnessReport
    from backends.onnx_export.certificate import Certificate
    from backends.onnx_export.export import OnnxArtifact
    from backends.training.results import Comparison, TrainedModel

NEEDED = ("numpy", "onnxruntime")  # by `predict.py`
NO_SCRIPT = "The model was not trained by a comparison, which is what a script can repeat."
LONGEST_USE = 5_000  # characters of the intended use


def assemble(
    artifact: OnnxArtifact,
    model: TrainedModel,
    comparison: Comparison,
    dataset: Dataset,
    fairness: FairnessReport | None = None,
    intended_use: str = "",
    private: bool = False,
) -> Bundle:
    """Gather the bundle of `model`, which `artifact` is the graph of.

    `comparison` and `dataset` are what it was trained in and on, `fairness` its report where one was made. With
    `private` no row of the table leaves: no examples, background rows shuffled column by column without texts and
    identifiers, no values of the certificate's rows. Raises WorkbenchError when the parts do not belong together, and
    with `private` for a model whose graph holds rows of the table itself (see `kept_rows`).
    """
    _check(artifact, model, dataset, intended_use)
    if private:
        check_private(model.pipeline, model.title)
    _check_graph(artifact.model, artifact.certificate)
    now = datetime.now(UTC).replace(microsecond=0)
    signature = _signature(artifact.signature, private)
    bundle = Bundle(
        model=artifact.model,
        signature=signature,
        certificate=_shown(artifact.certificate, signature, private),
        metrics=json.loads(to_json(measured(model, comparison, dataset))),  # lists, as when it is read back
        fairness=None if fairness is None else _fairness(fairness, model, now),
        file=_file(dataset),
        examples=() if private else examples(model, signature),
        background=background(model, signature, private),
        title=f"{model.title} for {model.target.name} ({dataset.name})",
        created=now.isoformat(),
        workbench=__version__,
        intended_use=intended_use.strip(),
        private=private,
        train_script=_train_script(model, comparison, dataset),
        predict_script=Path(__file__).with_name("predict.py").read_text(encoding="utf-8"),
        requirements="".join(f"{name}=={version(name)}\n" for name in NEEDED),
    )
    return replace(bundle, card=write_card(bundle))


def exchanged(bundle: Bundle, model: bytes, certificate: Certificate) -> Bundle:
    """The bundle with another graph of the same model (a smaller variant), its certificate, and the card about it.

    Raises WorkbenchError for the certificate of another graph or of a model of another table.
    """
    _check_graph(model, certificate)
    _check_data(certificate, bundle.signature)
    other = replace(bundle, model=model, certificate=_shown(certificate, bundle.signature, bundle.private))
    return replace(other, card=write_card(other))


def _train_script(model: TrainedModel, comparison: Comparison, dataset: Dataset) -> str:
    """What trains the model again; of a model that was made of another one afterwards, a script that says it cannot."""
    from backends.training.script import script

    if (comparison.fold_scores["model"] == model.key).any():
        return script(comparison, dataset, model.key)
    said = f"{model.title} was made of a compared model afterwards; no script repeats that."
    return f'"""{NO_SCRIPT}"""\n\nraise SystemExit({said!r})\n'


def _check(artifact: OnnxArtifact, model: TrainedModel, dataset: Dataset, intended_use: str) -> None:
    given, expected = dataset.digest, artifact.signature.digest
    if {given, model.digest} != {expected}:
        raise WorkbenchError(
            f"The table {dataset.name!r} is not the one that the model was trained on.", hint="Train on this table."
        )
    _check_data(artifact.certificate, artifact.signature)
    if artifact.certificate.sha256.get("schema") != digest_of(artifact.signature.to_dict()):
        raise WorkbenchError("The certificate is of another schema.", hint="Export the model again.")
    if len(intended_use) > LONGEST_USE:
        raise WorkbenchError(
            f"The intended use has {len(intended_use):,} characters; at most {LONGEST_USE:,} fit the card.",
            hint="Say it shorter.",
        )


def _check_graph(graph: bytes, certificate: Certificate) -> None:
    found, expected = sha256(graph).hexdigest(), certificate.sha256["graph"]
    if found != expected:
        raise WorkbenchError(
            f"The certificate is of another graph: its SHA-256 is {expected[:12]}…, this one's {found[:12]}….",
            hint="Export the model again.",
        )


def _check_data(certificate: Certificate, signature: Signature) -> None:
    if (found := certificate.sha256.get("data")) != signature.digest:
        raise WorkbenchError(
            f"The certificate is of a model of another table: its SHA-256 is {found!s:.12}….",
            hint="Export the model again.",
        )


def _signature(signature: Signature, private: bool) -> Signature:
    """The signature as JSON can hold it: an infinite end of a range is no end. In private, without examples."""
    return replace(signature, columns=Schema(tuple(_column(column, private) for column in signature.columns)))


def _column(column: Column, private: bool) -> Column:
    ends: dict[str, Any] = {name: None for name in ("low", "high", "example") if _infinite(getattr(column, name))}
    hidden: dict[str, Any] = {"example": None} if private and column.kind in PERSONAL else {}
    made = replace(column, **ends, **hidden)
    # Whether an identifier is a number is told by its example alone where it has no range: 0 is of no row.
    return made if role_of(made) == role_of(column) else replace(made, example=0)


def _infinite(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _file(dataset: Dataset) -> dict[str, Any]:
    """How the table was written, as far as rows like its own have to be read again."""
    dialect = dataset.dialect
    if dialect is None:
        return {"encoding": "utf-8", "delimiter": ",", "quoting": {}, "missing": [], "missing_among_values": []}
    marks = Marks.from_list(dialect.missing_values)
    quoting = {"quotechar": dialect.quotechar} if dialect.quotechar else {"quoting": 3}  # 3: nothing is quoted
    escape = {"escapechar": dialect.escapechar} if dialect.escapechar else {}
    return {
        "encoding": dialect.encoding,
        "delimiter": dialect.delimiter if len(dialect.delimiter) == 1 else ",",
        "quoting": {**quoting, **escape, "skipinitialspace": dialect.skip_initial_space},
        "missing": sorted(marks.anywhere - {""}),
        "missing_among_values": sorted(marks.among_values - {""}),
    }


def _fairness(report: FairnessReport, model: TrainedModel, now: datetime) -> dict[str, Any]:
    from backends.fairness.report import Measures, content

    found: dict[str, Any] = content(report, Measures(policy=model.policy), now)
    return found


def _shown(certificate: Certificate, signature: Signature, private: bool) -> Certificate:
    """The certificate as it goes into the bundle, about the signature that is in it.

    That one differs from the certified one in what `_signature` took out alone: examples and endless ranges, which
    no answer depends on. In private, the certificate has no values of rows of the table.
    """
    shown = replace(certificate, sha256={**certificate.sha256, "schema": digest_of(signature.to_dict())})
    if not private:
        return shown
    return replace(shown, flipped=tuple(replace(flip, values={}, refusal="") for flip in shown.flipped))

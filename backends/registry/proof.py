"""Whether a bundle's parity certificate is about this bundle and its verdict is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backends.errors import WorkbenchError

if TYPE_CHECKING:
    from backends.bundle import Bundle

_HINT = "Export the model again."


def demand_proof(bundle: Bundle) -> None:
    """Raises WorkbenchError for a certificate that did not pass, contradicts itself or speaks of something else."""
    certificate = bundle.certificate
    if not certificate.passed:
        raise WorkbenchError(
            "The bundle's parity certificate did not pass. " + " ".join(certificate.reasons),
            hint="A model is published only when its file was shown to answer like the model itself.",
        )
    if wrong := [*certificate.contradictions, *_foreign(bundle)]:
        raise WorkbenchError(f"The bundle's parity certificate cannot be right. {wrong[0]}", hint=_HINT)


def _foreign(bundle: Bundle) -> tuple[str, ...]:
    """Where the certificate is of something else than the bundle, a sentence each.

    `unpack` has compared the digests that are there; here all three have to be, and the plain figures have to agree.
    """
    certificate, rows = bundle.certificate, _held_out(bundle)
    absent = [name for name in ("graph", "schema", "data") if not certificate.sha256.get(name)]
    told = (
        (bool(absent), f"It does not name its {', '.join(absent)}."),
        (
            certificate.file_size != len(bundle.model),
            f"It is of a graph of {certificate.file_size:,} bytes; this one has {len(bundle.model):,}.",
        ),
        (
            certificate.held_out.rows != rows,
            f"It compared {certificate.held_out.rows:,} held-out rows; the metrics are of {rows!r:.40}.",
        ),
    )
    return tuple(words for so, words in told if so)


def _held_out(bundle: Bundle) -> object:
    """Rows that the metrics are of; None where they do not say."""
    rows = bundle.metrics.get("rows")
    return rows.get("held_out") if isinstance(rows, dict) else None

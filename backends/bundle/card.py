"""The model card: `README.md` in Hugging Face's format, metadata in YAML and then sections for people.

The metadata follow the model card specification of the Hugging Face Hub; scores are its `model-index`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backends.bundle import card_model, card_use
from backends.bundle.bundle import Bundle
from backends.bundle.card_text import cell, interval, literal
from backends.bundle.yaml_text import yaml_text

# Our key of a metric where the Hub has another one.
_HUB_METRICS = {"mcc": "matthews_correlation", "brier": "brier_score"}
_TASK = {"type": "tabular-classification", "name": "Tabular classification"}

SECTIONS: tuple[tuple[str, Callable[[Bundle], list[str]]], ...] = (
    ("Intended use", card_use.intended_use),
    ("Data", card_model.data),
    ("Features", card_model.features),
    ("Metrics", card_model.metrics),
    ("Decision", card_model.decision),
    ("Fairness", card_model.fairness),
    ("Limits", card_use.limits),
    ("Parity", card_use.parity),
    ("How to use", card_use.how_to_use),
    ("Licence", card_use.licence),
)


def write_card(bundle: Bundle) -> str:
    """The card of a bundle, from all else that the bundle holds.

    Every text of the table or the user is escaped: it is read as it stands and never as markup.
    """
    blocks = [f"---\n{yaml_text(metadata(bundle))}\n---", f"# {literal(bundle.title, 200)}", _summary(bundle)]
    for title, write in SECTIONS:
        blocks += [f"## {title}", *write(bundle)]
    return "\n\n".join(blocks) + "\n"


def metadata(bundle: Bundle) -> dict[str, Any]:
    """What the Hub reads: licence, library, task, tags and the scores on the held-out rows."""
    signature, scored = bundle.signature, bundle.metrics["hold_out"]
    found = [_metric(row) for row in scored if row["value"] is not None]
    dataset = {"type": "tabular", "name": signature.dataset or "table", "split": "hold-out"}
    revision = {"revision": signature.digest} if signature.digest else {}
    return {
        "license": "unknown",
        "library_name": "onnx",
        "pipeline_tag": _TASK["type"],
        "tags": [_TASK["type"], "onnx", "onnxruntime", "tabular"],
        "model-index": [
            {
                "name": bundle.title,
                "results": [{"task": _TASK, "dataset": {**dataset, **revision}, "metrics": found}],
            }
        ],
    }


def _metric(row: dict[str, Any]) -> dict[str, Any]:
    ends = {name: row[name] for name in ("low", "high") if row[name] is not None}
    args = {"args": {"confidence_level": 0.95, **ends}} if len(ends) == 2 else {}
    kind = _HUB_METRICS.get(row["metric"], row["metric"])
    return {"type": kind, "name": row["title"], "value": row["value"], **args}


def _summary(bundle: Bundle) -> str:
    """The answer first: what it predicts, and how well."""
    signature, gates = bundle.signature, bundle.gates()
    classes = ", ".join(cell(name) for name in signature.classes[:10])
    more = f" and {len(signature.classes) - 10:,} more" if len(signature.classes) > 10 else ""
    return (
        f"Predicts {cell(signature.target.name)} ({classes}{more}) from {len(signature.features):,} columns. "
        f"{gates.metric_title} is {interval(gates.value, gates.low, gates.high)} on {gates.rows:,} rows that it never "
        f"saw while it was trained."
    )

"""Published models for the tests of widgets: small, trained for them, with all that a widget shows."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from backends.bundle import Bundle
from backends.registry import ModelVersion
from backends.serving.widgets.place import Place
from backends.serving.widgets.view import View
from tests.backends.serving.published import MIXED, bundled, records, trained
from tests.backends.serving.standing_in import NOW

WIDE = (*MIXED, *(f"extra{i}" for i in range(5)))
SCORES = [{"metric": "roc_auc", "title": "ROC AUC", "value": 0.8, "low": 0.7, "high": 0.9, "resamples": 10}]
METRICS: dict[str, Any] = {
    "metric": {"key": "roc_auc", "title": "ROC AUC", "greater_is_better": True},
    "rows": {"table": 400, "training": 320, "held_out": 80},
    "hold_out": SCORES,
    "baseline": {"title": "Baseline", "hold_out": [SCORES[0] | {"value": 0.5}]},
}
CARD = "---\nlicense: unknown\n---\n\n# Who buys\n\nOn 80 rows.\n"


@lru_cache(maxsize=4)
def shown_bundle(target: str = "bought", columns: tuple[str, ...] = MIXED) -> Bundle:
    """A logistic regression with examples, scores and a card."""
    model = trained(target, columns)
    return replace(bundled(model), metrics=METRICS, card=CARD, examples=tuple(records(model, 3)), title="Who buys")


def version(name: str = "people", number: int = 1, stage: str = "production") -> ModelVersion:
    return ModelVersion(name, number, stage, NOW, "ann", f"digest-{number}", 1, "run")  # type: ignore[arg-type]


def view(bundle: Bundle | None = None, order: tuple[str, ...] = ()) -> View:
    """A widget's content without anything that answers."""
    bundle = bundle or shown_bundle()
    return View(Place("people"), version(), bundle, order or bundle.signature.columns.names)

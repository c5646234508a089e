"""What a bundle is, as a few plain facts that travel with its version: for lists, comparisons and gates."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from backends.errors import WorkbenchError

if TYPE_CHECKING:
    from backends.bundle import Bundle

MOST_CLASSES = 50  # that are named
MOST_CHARACTERS = 50_000  # of all facts as JSON; a tag of an MLflow version holds twice as many


def of_bundle(bundle: Bundle) -> dict[str, Any]:
    """The facts of `bundle.Gates`, with the largest gaps between groups in place of all.

    `classes` names the first `MOST_CLASSES`; `scores` has value, low and high of each metric on the held-out rows, by
    the metric's title. `fairness` is None where it was not assessed, else a dict with
    `largest_difference` and `smallest_ratio`: each a dict of its value and what it is of, or None where no such gap
    could be measured. A ratio above 1 counts as its inverse: three times as often is as far apart as a third.

    Raises WorkbenchError for a bundle whose files can be read but do not say what they should.
    """
    try:
        facts = _read(bundle)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WorkbenchError(
            f"The bundle's metrics, fairness or names are malformed: {type(error).__name__} {error!s:.100}.",
            hint="Export the model again.",
        ) from error
    if len(json.dumps(facts)) > MOST_CHARACTERS:
        raise WorkbenchError(
            "The names in the bundle (title, data, target, classes) are too long to be listed.", hint="Shorten them."
        )
    return facts


def _read(bundle: Bundle) -> dict[str, Any]:
    facts = bundle.gates().to_dict()
    gaps = facts.pop("disparities")
    for name in ("value", "low", "high", "baseline"):
        facts[name] = None if facts[name] is None else float(facts[name])
    if not all(isinstance(facts[name], str) for name in ("metric", "metric_title")):
        raise TypeError("the metric has no name")
    if not isinstance(facts["greater_is_better"], bool):
        raise TypeError(f"{facts['greater_is_better']!r} says whether more is better")
    facts |= {"title": bundle.title, "dataset_sha256": bundle.signature.digest, "exported": bundle.created}
    facts |= {"class_count": len(facts["classes"]), "classes": facts["classes"][:MOST_CLASSES]}
    facts["flips"] = bundle.certificate.held_out.flips + sum(probe.flips for probe in bundle.certificate.probes)
    facts["scores"] = {row["title"]: [row["value"], row["low"], row["high"]] for row in bundle.metrics["hold_out"]}
    facts["fairness"] = None if gaps is None else gathered(gaps)
    return facts


def gathered(gaps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The largest difference and the smallest ratio among the rows of a fairness report's `disparities`.

    >>> row = {"split": "sex", "criterion": "demographic_parity", "group": "F", "other": "M"}
    >>> found = gathered([row | {"kind": "difference", "value": -0.2}, row | {"kind": "ratio", "value": 2.0}])
    >>> found["largest_difference"]["value"], found["smallest_ratio"]["value"]
    (0.2, 0.5)
    """
    gaps = tuple(gaps)
    return {
        "largest_difference": _furthest(gaps, "difference", abs, max),
        "smallest_ratio": _furthest(gaps, "ratio", lambda value: min(value, 1 / value) if value else 0.0, min),
    }


def _furthest(
    gaps: Iterable[Mapping[str, Any]], kind: str, size: Callable[[float], float], pick: Callable[..., Any]
) -> dict[str, Any] | None:
    measured = [
        (size(gap["value"]), gap)
        for gap in gaps
        if gap["kind"] == kind and gap["value"] is not None and math.isfinite(gap["value"])
    ]
    if not measured:
        return None
    value, gap = pick(measured, key=lambda pair: pair[0])
    who = f"{gap['group']} against {gap['other']}"
    return {"value": float(value), "what": f"{gap['criterion'].replace('_', ' ')}, {gap['split']}: {who}"[:300]}

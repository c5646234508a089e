"""Two versions of a model side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from backends.registry.versions import ModelVersion

if TYPE_CHECKING:
    import pandas as pd

# What is set side by side, besides the scores: the row's title, and where its value is found.
_ROWS: Mapping[str, Callable[[ModelVersion], Any]] = {
    "Stage": lambda version: version.stage,
    "Published": lambda version: version.created.strftime("%Y-%m-%d %H:%M UTC"),
    "Published by": lambda version: version.by,
    "Notes": lambda version: version.notes,
    "Tags": lambda version: ", ".join(f"{key}: {value}" if value else key for key, value in version.tags.items()),
    "Model": lambda version: version.facts.get("model"),
    "Data": lambda version: version.facts.get("dataset"),
    "SHA-256 of the data": lambda version: version.facts.get("dataset_sha256"),
    "Target": lambda version: version.facts.get("target"),
    "Classes": lambda version: ", ".join(version.facts.get("classes", ())),
    "Held-out rows": lambda version: version.facts.get("rows"),
    "Baseline": lambda version: version.facts.get("baseline"),
    "Rows compared for parity": lambda version: version.facts.get("rows_compared"),
    "Labels that differ": lambda version: version.facts.get("flips"),
    "Largest fairness difference": lambda version: _gap(version, "largest_difference"),
    "Smallest fairness ratio": lambda version: _gap(version, "smallest_ratio"),
    "Size of the bundle in bytes": lambda version: version.size,
    "SHA-256 of the bundle": lambda version: version.digest,
}


def compared(first: ModelVersion, second: ModelVersion) -> pd.DataFrame:
    """One row per fact and per score: the value of either version, and how far the second is above the first.

    Columns "version 1" and "version 2" (by their numbers; of a version set against itself, one), then "change", NaN
    where there is nothing to subtract. The scores, with their 95 % intervals in rows of their own, are of the rows
    that each version's training held out: rows of different data are no common measure.
    """
    import pandas as pd

    rows = {title: (value(first), value(second)) for title, value in _ROWS.items()}
    for title in dict.fromkeys([*first.facts.get("scores", {}), *second.facts.get("scores", {})]):
        scores = [version.facts.get("scores", {}).get(title, (None, None, None)) for version in (first, second)]
        for words, place in ((title, 0), (f"{title}, low", 1), (f"{title}, high", 2)):
            rows[words] = (scores[0][place], scores[1][place])
    first_values = [pair[0] for pair in rows.values()]
    titles = pd.Index(rows, name="fact")
    frame = pd.DataFrame({f"version {first.number}": first_values}, index=titles, dtype=object)
    frame[f"version {second.number}"] = pd.Series([pair[1] for pair in rows.values()], index=frame.index, dtype=object)
    frame["change"] = [_change(*pair) for pair in rows.values()]
    return frame


def _gap(version: ModelVersion, name: str) -> float | None:
    found = (version.facts.get("fairness") or {}).get(name)
    return found["value"] if found else None


def _change(first: Any, second: Any) -> float:
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in (first, second)):
        return float(second - first)
    return float("nan")

"""One row with some values changed: what the model says before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.explanations.effects.effect import probabilities
from backends.explanations.pick import Typed, parse_row
from backends.training.formulas import predicted_codes
from backends.training.results import TrainedModel


@dataclass(frozen=True)
class WhatIf:
    """A row before and after changes.

    `frame` has one row per class: class, before, after, difference (probabilities). `decisions` are the classes
    decided on before and after, by the policy for two classes. `changes` lists what is different: column, before,
    after. `row` is the changed row, ready to be explained; `warnings` say which new values are unlike the table's.
    """

    frame: pd.DataFrame
    decisions: tuple[str, str]
    changes: pd.DataFrame
    row: pd.DataFrame = field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def flipped(self) -> bool:
        """Whether the decision changed."""
        return self.decisions[0] != self.decisions[1]

    def ranked(self, truth: str | None = None) -> pd.DataFrame:
        """`frame` with the classes decided on first (before, after), then the true one, then by how much each changed.

        Of two equal changes the more probable class comes first.
        """
        named = [name for name in dict.fromkeys((*self.decisions, truth)) if name is not None]
        first = self.frame["class"].map({name: place for place, name in enumerate(named)}).fillna(len(named))
        order = np.lexsort([-self.frame["before"], -self.frame["difference"].abs(), first])
        return self.frame.iloc[order].reset_index(drop=True)


def what_if(model: TrainedModel, row: pd.DataFrame, changes: Mapping[str, Typed]) -> WhatIf:
    """What the model says of `row` (one row) and of the same row with `changes`, values as a person types them.

    None and "" make a value missing. Raises WorkbenchError as `parse_row` does, and unless it is one row.
    """
    if len(row) != 1:
        raise WorkbenchError(f"{len(row):,} rows were given.", hint="Choose one row.")
    typed = parse_row(model, changes)
    needed = [*model.schema.names, *(name for name in model.policy.columns if name not in model.schema.names)]
    names = [name for name in needed if name in row.columns]
    before = row[names].reset_index(drop=True)
    after = before.assign(**{name: typed.frame[name] for name in changes})
    both = probabilities(model, pd.concat([before[list(model.schema.names)], after[list(model.schema.names)]]))
    codes = [_decided(model, known, frame) for known, frame in zip(both, (before, after), strict=True)]
    table = pd.DataFrame({"class": pd.Series(model.classes, dtype="str"), "before": both[0], "after": both[1]})
    warnings = tuple(text for text in typed.warnings if any(text.startswith(f"{name!r} is ") for name in changes))
    return WhatIf(
        frame=table.assign(difference=both[1] - both[0]),
        decisions=(model.classes[codes[0]], model.classes[codes[1]]),
        changes=_different(before, after, tuple(changes)),
        row=after,
        warnings=warnings,
    )


def _decided(model: TrainedModel, known: np.ndarray, frame: pd.DataFrame) -> int:
    codes = model.policy.decide(known[1:2], frame) if model.binary else predicted_codes(known[None, :])
    return int(codes[0])


def _same(first: Any, second: Any) -> bool:
    if pd.isna(first) or pd.isna(second):
        return bool(pd.isna(first) and pd.isna(second))
    return bool(first == second)


def _different(before: pd.DataFrame, after: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    pairs = [(name, before[name].iloc[0], after[name].iloc[0]) for name in names]
    changed = [pair for pair in pairs if not _same(*pair[1:])]
    return pd.DataFrame(changed, columns=["column", "before", "after"])

"""What is asked about a row, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Counterfactuals:
    """Rows near to one row that the model decides as `target`.

    `frame` has one per row, nearest first (fewest changed columns, then the least distance), with the columns of the
    model; `changes` says what is different: counterfactual (position in `frame`), column, before, after.
    `probability` (n,) is that of the target class, `decision` (n,) the class decided on, `distance` (n,) Gower's from
    the row, all as scored again when the search was over. `tried` counts the rows that the model was asked about.
    Where there are none, `blocked_by` completes "it would work if …" and `message` says it in a sentence; `untried`
    are the same words of the constraints that time ran out for. `sample` says which real rows were started from
    (empty for all).
    """

    target: str
    frame: pd.DataFrame = field(repr=False)
    changes: pd.DataFrame = field(repr=False)
    probability: np.ndarray
    decision: tuple[str, ...]
    distance: np.ndarray
    seconds: float
    tried: int
    message: str
    blocked_by: tuple[str, ...] = ()
    sample: str = ""
    untried: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)


@dataclass(frozen=True)
class Question:
    """What is asked about the row, apart from the row itself.

    `target_class` is the wanted class (None: the other one of two, else the most probable of those that were not
    decided on); `count` the most counterfactuals wanted; `seconds` the time they may take; `seed` chooses the real
    rows where there are too many; `policy` False asks for another most probable class instead of another decision
    of the model's policy.
    """

    target_class: str | None = None
    count: int = 4
    seconds: float = 10.0
    seed: int = 0
    policy: bool = True

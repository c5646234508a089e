"""What an assessment hands out: every figure by group, the gaps between groups, and what they say."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from backends.datasets.grouping import Grouping
from backends.fairness.groups import Groups
from backends.fairness.measures import BY_KEY
from backends.fairness.reading import impossibility, measured, sentences
from backends.fairness.sampled import Options

FRAMES = ("overall", "by_group", "comparisons", "disparities", "calibration")


@dataclass(frozen=True)
class FairnessReport:
    """How a model treats groups of people on the held-out rows.

    `by_group` has one row per partition, group and measure: columns split (the sensitive columns in words), group,
    rows, measure (a key of `measures.MEASURES`), value, low, high (95 % bootstrap interval), n (the rows that a rate
    is a share of) and note; value is NaN where the note says why it is not measurable. `overall` is the same of all
    rows.

    `comparisons` sets one group against another (see `disparities.comparisons`), with q-values over all rows.
    `disparities` has the largest gap per split, criterion, kind ("difference" or "ratio") and opponent (against:
    "reference", "best" or "rest"): value, low, high, p and q (of this very pair), looks (from how many comparisons it
    was picked), measure, group and other (the pair), largest and smallest (the groups at the ends of the scale),
    passes_four_fifths and note.

    `calibration` holds the curves: split, group, predicted, observed, low, high, count.
    """

    positive: str  # the outcome that is spoken of
    groups: tuple[Groups, ...]
    overall: pd.DataFrame = field(repr=False)
    by_group: pd.DataFrame = field(repr=False)
    comparisons: pd.DataFrame = field(repr=False)
    disparities: pd.DataFrame = field(repr=False)
    calibration: pd.DataFrame = field(repr=False)
    options: Options = field(default_factory=Options)
    reference: str | None = None
    notes: tuple[str, ...] = ()
    title: str = ""  # the model's
    rows: int = 0

    @property
    def minimum_rows(self) -> int:
        """A group with fewer rows is not measurable."""
        return self.options.minimum_rows

    @property
    def splits(self) -> tuple[str, ...]:
        """The partitions in words: "sex", "sex × age"."""
        return tuple(groups.title for groups in self.groups)

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """How each sensitive column was cut, in the order of the columns."""
        return tuple({one.column: one for groups in self.groups for one in groups.groupings}.values())

    @property
    def wide(self) -> pd.DataFrame:
        """The values alone: one row per split and group, with its rows, one column per measure."""
        return self._spread(self.by_group["value"])

    @property
    def in_words(self) -> pd.DataFrame:
        """Every measure with its interval in words, to be read: "0.56 (0.51–0.61)", "not measurable (n = 3)".

        One row per split and group; columns "Groups by", "Group", "Rows" and the titles of the measures.
        """
        rows = self.by_group[["value", "low", "high", "note"]].to_dict("records")
        words = pd.Series([measured({str(key): part for key, part in row.items()}) for row in rows], dtype="str")
        titles = {"split": "Groups by", "group": "Group", "rows": "Rows"}
        return self._spread(words).rename(columns=titles | {key: row.title for key, row in BY_KEY.items()})

    def _spread(self, cells: pd.Series) -> pd.DataFrame:
        """One cell per row of `by_group` as one column per measure."""
        index = ["split", "group", "rows"]
        long = self.by_group[[*index, "measure"]].assign(cell=cells.to_numpy())
        found = long.set_index([*index, "measure"])["cell"].unstack("measure")[list(BY_KEY)]
        order = pd.MultiIndex.from_frame(self.by_group[index].drop_duplicates())
        return found.reindex(order).reset_index().rename_axis(columns=None)

    @property
    def reading(self) -> tuple[str, ...]:
        """What the numbers say, in sentences for somebody who has never heard of them."""
        return sentences(self)

    @property
    def impossibility(self) -> str:
        """Why two criteria cannot both hold here; empty when nothing stands against it."""
        return impossibility(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; what is not measurable is None."""
        return {
            **{name: getattr(self, name) for name in ("title", "positive", "reference", "rows")},
            **{"minimum_rows": self.minimum_rows, "resamples": self.options.resamples, "seed": self.options.seed},
            "groupings": [grouping.to_dict() for grouping in self.groupings],
            "reading": list(self.reading),
            "impossibility": self.impossibility,
            "notes": list(self.notes),
            **{name: _records(getattr(self, name)) for name in FRAMES},
        }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as JSON-ready data: None for what is missing or no finite number."""
    lists = {name: [_plain(value) for value in frame[name].astype(object)] for name in frame.columns}
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _plain(value: Any) -> Any:
    if value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value.item() if hasattr(value, "item") else value

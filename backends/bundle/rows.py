"""Rows that travel with a model: some to try, some that explanations compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.datasets.describe import iso

if TYPE_CHECKING:
    from backends.bundle.bundle import Record
    from backends.datasets.schema import Schema
    from backends.onnx_export.signature import Signature
    from backends.training.results import TrainedModel

EXAMPLES = 6
BACKGROUND = 60  # as many as explanations on the pages compare with
LOOKED_AT = 2_000  # held-out rows that examples are chosen from
PERSONAL = ("text", "identifier")  # kinds of which one cell alone can tell who a row is about


def examples(model: TrainedModel, signature: Signature, seed: int = 0) -> tuple[Record, ...]:
    """Up to six held-out rows that differ: first one for each class that is predicted, then any."""
    order = np.random.default_rng(seed).permutation(len(model.holdout_codes))[:LOOKED_AT]
    frame = model.held_out.iloc[order]
    _, first = np.unique(model.decide(frame), return_index=True)
    leading = sorted(first.tolist())
    chosen = [*leading, *(at for at in range(len(frame)) if at not in set(leading))]
    found: list[Record] = []
    for record in records(frame.iloc[chosen[: 10 * EXAMPLES]], signature.columns):
        if record not in found:
            found.append(record)
    return tuple(found[:EXAMPLES])


def background(model: TrainedModel, signature: Signature, private: bool = False, seed: int = 0) -> tuple[Record, ...]:
    """Up to 60 held-out rows, drawn by `seed`.

    With `private` each column is shuffled on its own, so that no record is a row of the table, and texts and
    identifiers are left out.
    """
    random = np.random.default_rng(seed)
    rows = random.permutation(len(model.holdout_codes))[:BACKGROUND]
    frame = model.held_out.iloc[np.sort(rows)]
    found = records(frame, signature.columns)
    if not private:
        return tuple(found)
    columns = {
        column.name: [None] * len(found)
        if column.kind in PERSONAL
        else [found[at][column.name] for at in random.permutation(len(found))]
        for column in signature.columns
    }
    return tuple(dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))


def records(frame: pd.DataFrame, columns: Schema) -> list[Record]:
    """The rows as JSON has them: numbers, true and false, texts, dates in ISO 8601; None where a value is missing.

    An infinite number, which JSON has not and a model takes for a missing one, is None too.

    >>> from backends.datasets.schema import Column, Schema
    >>> frame = pd.DataFrame({"age": pd.array([3, None], dtype="Int64"), "born": pd.to_datetime(["2020-01-02", None])})
    >>> records(frame, Schema((Column("age", "integer"), Column("born", "datetime"))))
    [{'age': 3, 'born': '2020-01-02'}, {'age': None, 'born': None}]
    """
    values = {column.name: [_plain(value) for value in frame[column.name].astype(object)] for column in columns}
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp | np.datetime64):
        return iso(np.datetime64(value))
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not np.isfinite(value) else value

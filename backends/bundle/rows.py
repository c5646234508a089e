"""Rows that travel with a model: some to try, some that explanations compare with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.datasets.describe import iso
from backends.datasets.preparation import spellings
from backends.datasets.recipe import Recipe

if TYPE_CHECKING:
    from backends.bundle.bundle import Record
    from backends.datasets.schema import Column, Kind, Schema
    from backends.onnx_export.signature import GraphInput, Signature
    from backends.training.results import TrainedModel

EXAMPLES = 6
BACKGROUND = 60  # as many as explanations on the pages compare with
LOST = object()  # there is no way back to a value
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
    shown = records(frame.iloc[chosen[: 10 * EXAMPLES]], signature.columns)
    for record in as_given(shown, signature):
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
    found = as_given(records(frame, signature.columns), signature)
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


def as_given(rows: list[Record], signature: Signature) -> list[Record]:
    """Rows of the prepared table as a program has to give them, so that the recipe's steps lead to the same rows.

    A level that was a number, a truth or a date before a step treated it as a category is that again; a merged level
    is one of its former spellings. Rows with a value to which no way leads back are left out.
    """
    steps = {name for step in signature.recipe for name in step.columns}
    inputs = [one for one in signature.inputs if one.source in steps]
    ways = [(one.source, _way_back(signature.columns[one.source], one, signature.recipe)) for one in inputs]
    found = [{**row, **{name: back(row[name]) for name, back in ways}} for row in rows]
    return [row for row in found if LOST not in row.values()]


def _way_back(column: Column, given: GraphInput, recipe: Recipe) -> Callable[[Any], Any]:
    """From a prepared value to one that is read as it."""
    from backends.onnx_export.readers import WrongTypeError, reader
    from backends.onnx_export.recipe_steps import Changes, stages_of
    from backends.onnx_export.respelling import read_through

    stages = stages_of(column, recipe)
    read, past = read_through(given, stages), reader(column, given, Changes())
    former = {v: k for step in recipe if column.name in step.columns for k, v in reversed(step.renames)}
    words = spellings(stages[0].column)

    def leads_to(candidate: Any, wanted: Any) -> bool:
        try:
            found = read(candidate)
        except WrongTypeError:
            return False
        return bool(found == wanted or (found != found and wanted != wanted))

    def back(value: Any) -> Any:
        if value is None:
            return None if leads_to(None, past(None)) else LOST
        texts = [value, former[value]] if isinstance(value, str) and value in former else [value]
        candidates = [one for text in texts for one in (*_typed(text, stages[0].column.kind, words), text)]
        return next((one for one in candidates if leads_to(one, past(value))), LOST)

    return back


def _typed(value: Any, kind: Kind, words: Mapping[bool, str]) -> list[Any]:
    """The number or truth that a level was, where it was one."""
    if not isinstance(value, str) or kind not in ("number", "integer", "boolean"):
        return []
    if kind == "boolean":
        return [truth for truth, word in words.items() if word == value]
    try:
        number = int(value) if kind == "integer" else float(value)
    except ValueError:
        return []
    return [number] if np.isfinite(float(number)) else []


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp | np.datetime64):
        return iso(np.datetime64(value))
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not np.isfinite(value) else value

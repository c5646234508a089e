"""Which of the table's columns, and which part of it, stands behind each input of an estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from backends.training.inputs import InputColumn, input_columns
from backends.training.results import TrainedModel

STEPS = ["inputs", "prepare", "precision", "model"]
MISSING = "missing"
Part = tuple[InputColumn, str]  # the column that the preparation was given, and what became of it


@dataclass(frozen=True)
class Sources:
    """Where the inputs of a model's estimator come from.

    `columns` are the table's columns in the order of the schema, `column_of` (inputs,) positions in them, and
    `part_of` (inputs,) names what the input is of its column: a level, a word, a part of a date, "missing"; "" where it
    is simply its value.
    """

    columns: tuple[str, ...]
    column_of: np.ndarray
    part_of: tuple[str, ...]

    @cached_property
    def inputs_of(self) -> tuple[np.ndarray, ...]:
        """The inputs that come from each column, ascending."""
        order = np.argsort(self.column_of, kind="stable")
        edges = np.searchsorted(self.column_of[order], np.arange(len(self.columns) + 1))
        return tuple(order[low:high] for low, high in pairwise(edges))


def sources(model: TrainedModel) -> Sources | None:
    """The sources of a model's inputs; None where its pipeline is not the one that training builds."""
    steps = getattr(model.pipeline, "named_steps", {})
    if list(steps) != STEPS:
        return None
    parts = _parts(steps["prepare"], input_columns(steps["inputs"].schema), model)
    if parts is None:
        return None
    names = model.schema.names
    at = {name: position for position, name in enumerate(names)}
    return Sources(names, np.array([at[column.source] for column, _ in parts]), tuple(_named(*part) for part in parts))


def prepared(model: TrainedModel, frame: pd.DataFrame) -> Any:
    """What the estimator itself is given for these rows: a matrix (rows, inputs), dense or sparse."""
    found = frame[list(model.schema.names)]
    for step in STEPS[:-1]:
        found = model.pipeline.named_steps[step].transform(found)
    return found


def dense(matrix: Any, columns: np.ndarray | None = None) -> np.ndarray:
    """The matrix, or some of its columns, as an array."""
    matrix = matrix if columns is None else matrix[:, columns]
    return matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)


def _named(column: InputColumn, part: str) -> str:
    """Both what the column is a part of a date and what became of it: "weekday", "weekday, missing"."""
    return ", ".join(filter(None, (column.part, part)))


def _parts(prepare: Any, given: Sequence[InputColumn], model: TrainedModel) -> list[Part] | None:
    """The parts in the order of the prepared matrix; None where a block is of an unknown sort."""
    width = max((block.stop for block in prepare.output_indices_.values()), default=0)
    parts: list[Part | None] = [None] * width
    for name, transformer, positions in prepare.transformers_:
        block = prepare.output_indices_[name]
        if block.stop == block.start:
            continue
        columns = [given[i] for i in np.atleast_1d(positions)]
        found = list(_block(transformer, columns, model))
        if len(found) != block.stop - block.start:
            return None
        parts[block] = found
    return None if None in parts else parts  # type: ignore[return-value]


def _block(transformer: Any, columns: list[InputColumn], model: TrainedModel) -> Iterator[Part]:
    """The parts that one block of the preparation makes; scaling changes none, so the first step tells."""
    first = transformer.steps[0][1] if hasattr(transformer, "steps") else transformer
    reader = _READERS.get(type(first).__name__)
    return reader(first, columns, model) if reader else iter(())


def _as_they_are(_: Any, columns: list[InputColumn], __: TrainedModel) -> Iterator[Part]:
    return ((column, "") for column in columns)


def _imputed(imputer: Any, columns: list[InputColumn], _: TrainedModel) -> Iterator[Part]:
    yield from ((column, "") for column in columns)
    if imputer.indicator_ is not None:
        yield from ((columns[i], MISSING) for i in imputer.indicator_.features_)


def _levels(encoder: Any, columns: list[InputColumn], _: TrainedModel) -> Iterator[Part]:
    rare = encoder.infrequent_categories_ if encoder._infrequent_enabled else [None] * len(columns)
    for column, levels, pooled in zip(columns, encoder.categories_, rare, strict=True):
        gone = set() if pooled is None else set(pooled)
        yield from ((column, str(level) or MISSING) for level in levels if level not in gone)
        if gone:
            yield column, f"{len(gone)} rare levels" if len(gone) > 1 else str(pooled[0]) or MISSING


def _shares(encoder: Any, columns: list[InputColumn], model: TrainedModel) -> Iterator[Part]:
    """A target-encoded category: one number for two classes, else one for each class."""
    if encoder.target_type_ != "multiclass":
        return ((column, "") for column in columns)
    classes = [model.classes[int(code)] for code in encoder.classes_]
    return ((column, f"share of {name}") for column in columns for name in classes)


def _words(vectorizer: Any, columns: list[InputColumn], _: TrainedModel) -> Iterator[Part]:
    return ((columns[0], MISSING if word == "_missing_" else word) for word in vectorizer.get_feature_names_out())


_READERS: dict[str, Callable[[Any, list[InputColumn], TrainedModel], Iterator[Part]]] = {
    "EmptyAsZero": _as_they_are,
    "SimpleImputer": _imputed,
    "OneHotEncoder": _levels,
    "TargetEncoder": _shares,
    "TfidfVectorizer": _words,
}

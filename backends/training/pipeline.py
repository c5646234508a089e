"""From a table's schema and a row of the model table to one scikit-learn pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline

from backends.datasets.schema import Schema
from backends.errors import WorkbenchError
from backends.training.empty_columns import EmptyAsZero
from backends.training.inner_folds import InnerFolds
from backends.training.inputs import InputColumn, InputStep, input_columns
from backends.training.models import ModelRow
from backends.training.precision import FLOAT32_LIMIT, SetPrecision

RARE = 5  # a level with fewer training rows is pooled with the other rare ones
STANDARD_LIMIT = 1000.0  # standard deviations; among a million rows no value can be further out


@dataclass(frozen=True)
class Width:
    """How much may be made of categories and texts: more for models that take a sparse matrix.

    `levels` of one category that are one-hot encoded, `one_hot` columns of all categories together,
    `words` of all texts together.
    """

    levels: int
    one_hot: int
    words: int


DENSE = Width(levels=20, one_hot=400, words=300)
SPARSE = Width(levels=40, one_hot=20_000, words=5_000)


def build_pipeline(
    row: ModelRow, schema: Schema, seed: int, parameters: Mapping[str, object] = MappingProxyType({})
) -> Pipeline:
    """An unfitted pipeline that takes the columns of `schema` (features only) and predicts class codes.

    Its steps:

    - "inputs": `InputStep`, columns as the table had them → float64 and text columns
    - "prepare": one block per kind of column, all in float64. Numbers and booleans reach a model that takes
      missing values as they are; for others they are imputed (median, most frequent), with a missing
      indicator, and numbers are standardised where the model wants it. Categories are one-hot encoded,
      levels with fewer than `RARE` rows pooled in one column, a level never seen being all zeros; with too
      many levels, alone or together (`DENSE`, `SPARSE`), they are target-encoded, cross-fitted on the rows
      of this fit alone. Texts are TF-IDF of their most frequent words. A missing category or text is a
      level or word of its own.
    - "precision": `SetPrecision`, float64 → float32
    - "model": the estimator of `row`, with `parameters` set

    The matrix is dense for models that need it and otherwise sparse when less than 30 % of it is filled.
    Memory is at most 12 bytes per row and column of it, the columns being those of the numbers plus at
    most `DENSE` or `SPARSE` of categories and words.

    Raises WorkbenchError for a schema without columns and for a parameter the model does not have.
    """
    if not len(schema):
        raise WorkbenchError("There is no column to learn from.", hint="Choose at least one feature.")
    limit = STANDARD_LIMIT if row.scales else FLOAT32_LIMIT
    return Pipeline(
        [
            ("inputs", InputStep(schema)),
            ("prepare", _prepare(row, schema, seed)),
            ("precision", SetPrecision("float64" if row.double else "float32", limit)),
            ("model", _model(row, seed, parameters)),
        ]
    )


def target_encoded(columns: tuple[InputColumn, ...], schema: Schema, width: Width) -> frozenset[str]:
    """Names of the category columns that are target-encoded: those with the most levels, until the rest fits."""
    levels = {column.name: column.distinct + 1 for column in schema}
    encoded = set()
    one_hot = 0
    for column in sorted((c for c in columns if c.role == "category"), key=lambda c: levels[c.source]):
        one_hot += levels[column.source]
        if levels[column.source] > width.levels + 1 or one_hot > width.one_hot:
            encoded.add(column.name)
    return frozenset(encoded)


def _model(row: ModelRow, seed: int, parameters: Mapping[str, object]) -> Any:
    model = row.make(seed)
    unknown = sorted(set(parameters) - set(model.get_params()))
    if unknown:
        raise WorkbenchError(
            f"{row.title} has no parameter {unknown[0]!r}.", hint=f"It can be tuned over {', '.join(row.space)}."
        )
    return model.set_params(**parameters)


def _prepare(row: ModelRow, schema: Schema, seed: int) -> ColumnTransformer:
    """One block per kind of column, given by position so that a table of any width has few blocks."""
    width = DENSE if row.dense else SPARSE
    columns = input_columns(schema)
    encoded = target_encoded(columns, schema, width)
    at: dict[str, list[int]] = {"number": [], "boolean": [], "category": [], "encoded": [], "text": []}
    for i, column in enumerate(columns):
        at["encoded" if column.name in encoded else column.role].append(i)
    blocks = [
        ("numbers", _numbers(row), at["number"]),
        ("booleans", _booleans(row), at["boolean"]),
        ("categories", _one_hot(), at["category"]),
        ("encoded", _target_encoder(row, seed), at["encoded"]),
        *((f"text{i}", _tfidf(max(10, width.words // len(at["text"]))), i) for i in at["text"]),
    ]
    return ColumnTransformer(
        [block for block in blocks if block[2] != []], sparse_threshold=0.0 if row.dense else 0.3, n_jobs=1
    )


def _numbers(row: ModelRow) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    if row.takes_missing:
        return EmptyAsZero()
    # A column without any value is kept, as zeros: the shape must not depend on the fold.
    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return make_pipeline(imputer, StandardScaler()) if row.scales else imputer


def _booleans(row: ModelRow) -> Any:
    from sklearn.impute import SimpleImputer

    if row.takes_missing:
        return EmptyAsZero()
    return SimpleImputer(strategy="most_frequent", add_indicator=True, keep_empty_features=True)


def _one_hot() -> Any:
    from sklearn.preprocessing import OneHotEncoder

    return OneHotEncoder(handle_unknown="ignore", min_frequency=RARE)


def _target_encoder(row: ModelRow, seed: int) -> Any:
    from sklearn.preprocessing import StandardScaler, TargetEncoder

    encoder = TargetEncoder(cv=InnerFolds(most=5, seed=seed))
    return make_pipeline(encoder, StandardScaler()) if row.scales else encoder


def _tfidf(most_words: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    # The text comes as lower-case words between blanks, so that splitting at blanks is all there is to it.
    return TfidfVectorizer(lowercase=False, token_pattern=r"[^\s]+", max_features=most_words)  # noqa: S106

"""Converters of the encoders: each is a look-up in a table of doubles, one row for levels never seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto

from backends.onnx_export.graph import Graph, merged


def one_hot_columns(encoder: Any) -> list[list[list[str]]]:
    """Per category its one-hot columns, each the levels that set it: frequent levels alone, rare ones together."""
    pooled = getattr(encoder, "infrequent_categories_", [None] * len(encoder.categories_))
    columns = []
    for levels, rare in zip(encoder.categories_, pooled, strict=True):
        together = set() if rare is None else set(rare)
        columns.append(
            [[level] for level in levels if level not in together] + ([sorted(together)] if together else [])
        )
    return columns


def convert_one_hot(scope: Any, operator: Any, container: Any) -> None:
    """Ones scattered over zeros; the column after the last one takes those of levels never seen, and is cut."""
    graph, tables, width = Graph(scope, container), [], 0
    for columns in one_hot_columns(operator.raw_operator):
        tables.append({level: width + i for i, together in enumerate(columns) for level in together})
        width += len(columns)
    at = _row_of_level(graph, operator, tables, unseen=width)
    rows = graph.node("Gather", [graph.node("Shape", [at]), graph.constant([0], TensorProto.INT64)], axis=0)
    shape = graph.node("Concat", [rows, graph.constant([width + 1], TensorProto.INT64)], axis=0)
    zeros = graph.node("Expand", [graph.constant([[0.0]]), shape])
    ones = graph.node("Expand", [graph.constant([[1.0]]), graph.node("Shape", [at])])
    scattered = graph.node("ScatterElements", [zeros, at, ones], axis=1)
    edges = [graph.constant([edge], TensorProto.INT64) for edge in (0, width, 1)]
    graph.node("Slice", [scattered, *edges], operator.outputs[0].full_name)


def convert_target_encoder(scope: Any, operator: Any, container: Any) -> None:
    """Rows of one table, a row per level of every column with a number per class, and one for levels never seen."""
    encoder, graph = operator.raw_operator, Graph(scope, container)
    unseen = np.atleast_1d(encoder.target_mean_)
    tables: list[dict[str, int]] = []
    rows: list[np.ndarray] = []
    for i, levels in enumerate(encoder.categories_):
        tables.append({level: j for j, level in enumerate(levels, start=sum(len(block) for block in rows))})
        rows.append(np.column_stack(encoder.encodings_[i * len(unseen) : (i + 1) * len(unseen)]))
    table = np.vstack([*rows, unseen])
    at = _row_of_level(graph, operator, tables, unseen=len(table) - 1)
    numbers = graph.node("Gather", [graph.constant(table), at], axis=0)
    flat = graph.constant([-1, len(tables) * len(unseen)], TensorProto.INT64)
    graph.node("Reshape", [numbers, flat], operator.outputs[0].full_name)


def _row_of_level(graph: Graph, operator: Any, tables: list[dict[str, int]], unseen: int) -> str:
    """Texts, shape (rows, columns) → the number that the column's table has for them, or else `unseen`.

    The column's number is put in front of each text, so that one operator looks all of them up: a graph
    with operators for each of thousands of columns takes minutes to build.
    """
    texts = merged(graph, operator)
    marks = graph.constant([[_mark(i) for i in range(len(tables))]], TensorProto.STRING)
    entries = {_mark(i) + str(level): row for i, table in enumerate(tables) for level, row in table.items()}
    return graph.node(
        "LabelEncoder",
        [graph.node("StringConcat", [marks, texts])],
        domain="ai.onnx.ml",
        op_version=2,
        keys_strings=list(entries),
        values_int64s=list(entries.values()),
        default_int64=unseen,
    )


def _mark(column: int) -> str:
    return f"{column}:"

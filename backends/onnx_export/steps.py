"""Converters of the other preprocessing steps, all in double."""

from __future__ import annotations

from typing import Any

from onnx import TensorProto

from backends.onnx_export.graph import Graph, merged
from backends.training.precision import FLOAT32_LIMIT


def imputed_width(imputer: Any) -> int:
    """Columns that a fitted `SimpleImputer` gives: the imputed ones and their missing indicators."""
    return len(imputer.statistics_) + (len(imputer.indicator_.features_) if imputer.add_indicator else 0)


def convert_imputer(scope: Any, operator: Any, container: Any) -> None:
    """`SimpleImputer` for missing numbers, with indicators; a column that was empty is filled with zeros."""
    imputer = operator.raw_operator
    graph, out = Graph(scope, container), operator.outputs[0].full_name
    values = merged(graph, operator)
    missing = graph.node("IsNaN", [values])
    fill = graph.constant(imputer.statistics_[None, :])
    indicated = imputer.indicator_.features_ if imputer.add_indicator else []
    if not len(indicated):
        graph.node("Where", [missing, fill, values], out)
        return
    filled = graph.node("Where", [missing, fill, values])
    flags = graph.node("Gather", [missing, graph.constant(indicated, TensorProto.INT64)], axis=1)
    graph.concat([filled, graph.node("Cast", [flags], to=TensorProto.DOUBLE)], out)


def convert_empty(scope: Any, operator: Any, container: Any) -> None:
    """`EmptyAsZero`."""
    graph = Graph(scope, container)
    values = merged(graph, operator)
    empty = graph.constant(operator.raw_operator.empty_[None, :].astype(int), TensorProto.BOOL)
    graph.node("Where", [empty, graph.constant([0.0]), values], operator.outputs[0].full_name)


def convert_tfidf(scope: Any, operator: Any, container: Any) -> None:
    """`TfidfVectorizer` of words between blanks.

    Raises NotImplementedError for settings under which a text is more than its words between blanks.
    """
    vectorizer = operator.raw_operator
    _check_words(vectorizer)
    graph = Graph(scope, container)
    words = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    column = graph.node("Reshape", [operator.inputs[0].full_name, graph.constant([-1], TensorProto.INT64)])
    tokens = scope.get_unique_variable_name("tokens")
    container.add_node(
        "StringSplit",
        [column],
        [tokens, scope.get_unique_variable_name("counts")],
        op_version=20,
        name=scope.get_unique_operator_name("StringSplit"),
    )
    counts = graph.node(
        "TfIdfVectorizer",
        [tokens],
        op_version=9,
        mode="TF",
        min_gram_length=1,
        max_gram_length=1,
        max_skip_count=0,
        ngram_counts=[0],
        ngram_indexes=list(range(len(words))),
        pool_strings=words,
    )
    weighted = graph.node("Mul", [graph.node("Cast", [counts], to=TensorProto.DOUBLE), graph.constant(vectorizer.idf_)])
    length = graph.node("ReduceL2", [weighted, graph.constant([1], TensorProto.INT64)], keepdims=1)
    empty = graph.node("Equal", [length, graph.constant([0.0])])
    divisor = graph.node("Where", [empty, graph.constant([1.0]), length])
    graph.node("Div", [weighted, divisor], operator.outputs[0].full_name)


def _check_words(vectorizer: Any) -> None:
    """Refuse settings that splitting at blanks does not reproduce."""
    wanted = {
        "analyzer": "word", "lowercase": False, "token_pattern": r"[^\s]+", "ngram_range": (1, 1), "stop_words": None,
        "tokenizer": None, "preprocessor": None, "strip_accents": None, "binary": False, "sublinear_tf": False,
        "use_idf": True, "norm": "l2",
    }  # fmt: skip
    for name, value in wanted.items():
        if getattr(vectorizer, name) != value:
            raise NotImplementedError(
                f"TfidfVectorizer({name}={getattr(vectorizer, name)!r}) does not convert exactly."
            )


def convert_precision(scope: Any, operator: Any, container: Any) -> None:
    """`SetPrecision`."""
    step = operator.raw_operator
    graph, values = Graph(scope, container), operator.inputs[0].full_name
    if step.limit < FLOAT32_LIMIT:
        # Comparisons leave a missing number alone; what the Clip operator makes of it is not specified.
        high, low = graph.constant([step.limit]), graph.constant([-step.limit])
        values = graph.node("Where", [graph.node("Greater", [values, high]), high, values])
        values = graph.node("Where", [graph.node("Less", [values, low]), low, values])
    kind = TensorProto.FLOAT if step.dtype == "float32" else TensorProto.DOUBLE
    graph.node("Cast", [values], operator.outputs[0].full_name, to=kind)

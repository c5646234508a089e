"""Converters for the steps that skl2onnx converts inexactly or not at all, registered through its public API.

`install` changes what skl2onnx does in this process for the classes named in it. What is repaired, each
with a test that fails without it:

- trees and forests: a missing number goes to the side the tree learnt, not always to the right
- hist gradient boosting: thresholds are rounded down to float32, so that the float32 numbers they are
  compared with fall on the same side
- `SimpleImputer`: in double, with missing indicators
- `OneHotEncoder` (pooled rare levels in a block of columns) and `TargetEncoder` (several classes): both
  are a look-up in a table of doubles, one row per level and one for levels never seen
- `TfidfVectorizer` for words between blanks: in double, with standard operators only
- `SetPrecision`, `TiedNeighborsClassifier`: our own
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx._supported_operators import sklearn_operator_name_map
from skl2onnx.common._registration import get_converter, get_shape_calculator
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
from skl2onnx.operator_converters.common import concatenate_variables

from backends.training.neighbours import FURTHEST, STEPS, TiedNeighborsClassifier
from backends.training.precision import FLOAT32_LIMIT, SetPrecision

ALIAS = "Workbench"
Convert = Callable[[Any, Any, Any], None]


def install() -> None:
    """Register the converters; calling it again changes nothing."""
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder, TargetEncoder
    from sklearn.tree import DecisionTreeClassifier

    for forest in (DecisionTreeClassifier, RandomForestClassifier, ExtraTreesClassifier):
        _wrap(forest, _with_missing_sides)
    _wrap(HistGradientBoostingClassifier, _with_float32_thresholds)
    _register(SimpleImputer, _imputed_width, _convert_imputer)
    _register(OneHotEncoder, lambda encoder: sum(map(len, _one_hot_columns(encoder))), _convert_one_hot)
    _register(TargetEncoder, lambda encoder: len(encoder.encodings_), _convert_target_encoder)
    _register(TfidfVectorizer, lambda vectorizer: len(vectorizer.vocabulary_), _convert_tfidf)
    update_registered_converter(
        TiedNeighborsClassifier,
        ALIAS + "TiedNeighborsClassifier",
        get_shape_calculator("SklearnLinearClassifier"),
        _convert_neighbours,
        options={"zipmap": [True, False, "columns"], "nocl": [True, False]},
    )
    _register(SetPrecision, lambda step: step.n_features_in_, _convert_precision)


def _register(step: type, width: Callable[[Any], int], convert: Convert) -> None:
    """Register a converter whose output is a matrix with `width(step)` columns, of doubles or the step's `dtype`."""
    alias = ALIAS + step.__name__

    def kind(model: Any, rows: int | None = None, columns: int | None = None) -> Any:
        return (FloatTensorType if getattr(model, "dtype", None) == "float32" else DoubleTensorType)([rows, columns])

    def parse(scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None) -> list[Any]:
        # The type is declared at once: what follows, down to the model's outputs, is typed after it.
        operator = scope.declare_local_operator(alias, model)
        operator.inputs = inputs
        operator.outputs.append(scope.declare_local_variable("variable", kind(model)))
        return operator.outputs

    def shape(operator: Any) -> None:
        model = operator.raw_operator
        operator.outputs[0].type = kind(model, operator.inputs[0].get_first_dimension(), width(model))

    update_registered_converter(step, alias, shape, convert, parser=parse)


def _wrap(model: type, repair: Callable[[Convert], Convert]) -> None:
    """Register skl2onnx's own converter of a model, repaired."""
    if sklearn_operator_name_map[model].startswith(ALIAS):
        return
    original = sklearn_operator_name_map[model]
    converter = get_converter(original)
    update_registered_converter(
        model,
        ALIAS + model.__name__,
        get_shape_calculator(original),
        repair(converter._fct),
        options=converter.get_allowed_options(),
    )


class _Editing:
    """A graph under construction that hands every tree ensemble's attributes to `edit` first.

    Options asked for `stand_in` are those of `model`.
    """

    def __init__(self, container: Any, edit: Callable[[dict], dict], model: Any = None, stand_in: Any = None) -> None:
        self.__dict__.update(_container=container, _edit=edit, _model=model, _stand_in=stand_in)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._container, name, value)

    def add_node(self, op_type: str, *args: Any, **attributes: Any) -> Any:
        if op_type.startswith("TreeEnsemble"):
            attributes = self._edit(attributes)
        return self._container.add_node(op_type, *args, **attributes)

    def get_options(self, model: Any, *args: Any, **keywords: Any) -> Any:
        return self._container.get_options(self._model if model is self._stand_in else model, *args, **keywords)


def _with_missing_sides(original: Convert) -> Convert:
    """Trees: tell each node on which side a missing number goes."""

    def convert(scope: Any, operator: Any, container: Any) -> None:
        model = operator.raw_operator
        trees = [estimator.tree_ for estimator in getattr(model, "estimators_", [model])]
        left = [int(side) for tree in trees for side in (tree.children_left != -1) & (tree.missing_go_to_left != 0)]

        def edit(attributes: dict) -> dict:
            if len(attributes["nodes_missing_value_tracks_true"]) != len(left):
                raise RuntimeError("skl2onnx lays trees out differently from what this repair knows.")
            return {**attributes, "nodes_missing_value_tracks_true": left}

        original(scope, operator, _Editing(container, edit))

    return convert


def _with_float32_thresholds(original: Convert) -> Convert:
    """Hist gradient boosting: x ≤ t for a float32 x is x ≤ the largest float32 that is not above t."""

    def convert(scope: Any, operator: Any, container: Any) -> None:
        model = operator.raw_operator
        rounded = copy.copy(model)
        rounded._predictors = [[_rounded_tree(tree) for tree in iteration] for iteration in model._predictors]
        operator.raw_operator = rounded
        try:
            original(scope, operator, _Editing(container, _plain_integers, model, rounded))
        finally:
            operator.raw_operator = model

    return convert


def _rounded_tree(tree: Any) -> SimpleNamespace:
    nodes = tree.nodes.copy()
    if nodes["is_categorical"].any():
        raise NotImplementedError("Hist gradient boosting with categorical splits does not convert: encode them first.")
    exact = nodes["num_threshold"]
    near = exact.astype(np.float32)
    nodes["num_threshold"] = np.where(near > exact, np.nextafter(near, np.float32(-np.inf)), near)
    return SimpleNamespace(nodes=nodes)


def _plain_integers(attributes: dict) -> dict:
    """Flags as integers: protobuf 7 refuses booleans among them."""
    sides = [int(side) for side in attributes["nodes_missing_value_tracks_true"]]
    return {**attributes, "nodes_missing_value_tracks_true": sides}


class _Graph:
    """Adds nodes to the graph under construction, each result with a name of its own."""

    def __init__(self, scope: Any, container: Any) -> None:
        self.scope = scope
        self.container = container

    def constant(self, values: Any, kind: int = TensorProto.DOUBLE) -> str:
        array = np.asarray(values)
        name = self.scope.get_unique_variable_name("constant")
        self.container.add_initializer(name, kind, list(array.shape), array.ravel().tolist())
        return name

    def node(self, op_type: str, inputs: Sequence[str], out: str = "", domain: str = "", **attributes: Any) -> str:
        out = out or self.scope.get_unique_variable_name(op_type.lower())
        self.container.add_node(
            op_type, list(inputs), out, op_domain=domain, name=self.scope.get_unique_operator_name(op_type), **attributes
        )
        return out

    def concat(self, parts: list[str], out: str) -> str:
        return self.node("Concat", parts, out, axis=1) if len(parts) > 1 else self.node("Identity", parts, out)


def _imputed_width(imputer: Any) -> int:
    return len(imputer.statistics_) + (len(imputer.indicator_.features_) if imputer.add_indicator else 0)


def _convert_imputer(scope: Any, operator: Any, container: Any) -> None:
    imputer = operator.raw_operator
    graph, out = _Graph(scope, container), operator.outputs[0].full_name
    values = concatenate_variables(scope, operator.inputs, container)
    values = values[0] if isinstance(values, list) else values
    missing = graph.node("IsNaN", [values])
    fill = graph.constant(imputer.statistics_[None, :])
    indicated = imputer.indicator_.features_ if imputer.add_indicator else []
    if not len(indicated):
        graph.node("Where", [missing, fill, values], out)
        return
    filled = graph.node("Where", [missing, fill, values])
    flags = graph.node("Gather", [missing, graph.constant(indicated, TensorProto.INT64)], axis=1)
    graph.concat([filled, graph.node("Cast", [flags], to=TensorProto.DOUBLE)], out)


def _one_hot_columns(encoder: Any) -> list[list[list[str]]]:
    """Per category its one-hot columns, each the levels that set it: frequent levels alone, rare ones together."""
    pooled = getattr(encoder, "infrequent_categories_", [None] * len(encoder.categories_))
    columns = []
    for levels, rare in zip(encoder.categories_, pooled, strict=True):
        together = set() if rare is None else set(rare)
        columns.append([[level] for level in levels if level not in together] + ([sorted(together)] if together else []))
    return columns


def _convert_one_hot(scope: Any, operator: Any, container: Any) -> None:
    tables = []
    for columns in _one_hot_columns(operator.raw_operator):
        row_of = {level: i for i, together in enumerate(columns) for level in together}
        tables.append((row_of, np.vstack([np.eye(len(columns)), np.zeros(len(columns))])))
    _look_up(scope, operator, container, tables)


def _convert_target_encoder(scope: Any, operator: Any, container: Any) -> None:
    encoder = operator.raw_operator
    unseen = np.atleast_1d(encoder.target_mean_)
    tables = []
    for i, levels in enumerate(encoder.categories_):
        learnt = encoder.encodings_[i * len(unseen) : (i + 1) * len(unseen)]
        tables.append(({level: j for j, level in enumerate(levels)}, np.vstack([np.column_stack(learnt), unseen])))
    _look_up(scope, operator, container, tables)


def _look_up(scope: Any, operator: Any, container: Any, tables: list[tuple[dict[str, int], np.ndarray]]) -> None:
    """Each text column → a row of its table; the last row is for what is not in the table."""
    graph = _Graph(scope, container)
    parts = []
    for column, (row_of, table) in zip(_single_columns(graph, operator), tables, strict=True):
        row = graph.node(
            "LabelEncoder",
            [column],
            domain="ai.onnx.ml",
            op_version=2,
            keys_strings=[str(level) for level in row_of],
            values_int64s=list(row_of.values()),
            default_int64=len(table) - 1,
        )
        parts.append(graph.node("Gather", [graph.constant(table), row], axis=0))
    graph.concat(parts, operator.outputs[0].full_name)


def _single_columns(graph: _Graph, operator: Any) -> Iterator[str]:
    """The inputs' columns, each of shape (rows,)."""
    for given in operator.inputs:
        for i in range(given.get_second_dimension()):
            yield graph.node("Gather", [given.full_name, graph.constant(i, TensorProto.INT64)], axis=1)


def _convert_tfidf(scope: Any, operator: Any, container: Any) -> None:
    vectorizer = operator.raw_operator
    _check_words(vectorizer)
    graph = _Graph(scope, container)
    words = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    (column,) = _single_columns(graph, operator)
    tokens = scope.get_unique_variable_name("tokens")
    container.add_node(
        "StringSplit", [column], [tokens, scope.get_unique_variable_name("counts")], op_version=20,
        name=scope.get_unique_operator_name("StringSplit"),
    )
    counts = graph.node(
        "TfIdfVectorizer", [tokens], op_version=9, mode="TF", min_gram_length=1, max_gram_length=1, max_skip_count=0,
        ngram_counts=[0], ngram_indexes=list(range(len(words))), pool_strings=words,
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
            raise NotImplementedError(f"TfidfVectorizer({name}={getattr(vectorizer, name)!r}) does not convert exactly.")


def _convert_precision(scope: Any, operator: Any, container: Any) -> None:
    step = operator.raw_operator
    graph, values = _Graph(scope, container), operator.inputs[0].full_name
    if step.empty_.any():
        empty = graph.constant(step.empty_[None, :].astype(int), TensorProto.BOOL)
        values = graph.node("Where", [empty, graph.constant([0.0]), values])
    if step.limit < FLOAT32_LIMIT:
        # Comparisons leave a missing number alone; what the Clip operator makes of it is not specified.
        high, low = graph.constant([step.limit]), graph.constant([-step.limit])
        values = graph.node("Where", [graph.node("Greater", [values, high]), high, values])
        values = graph.node("Where", [graph.node("Less", [values, low]), low, values])
    kind = TensorProto.FLOAT if step.dtype == "float32" else TensorProto.DOUBLE
    graph.node("Cast", [values], operator.outputs[0].full_name, to=kind)


def _convert_neighbours(scope: Any, operator: Any, container: Any) -> None:
    model = operator.raw_operator
    graph = _Graph(scope, container)
    steps = _on_grid(graph, operator.inputs[0].full_name)
    products = graph.node("MatMul", [steps, graph.constant(2.0 * model.rows_.T)])
    distances = graph.node("Sub", [graph.constant(model.lengths_[None, :]), products])
    count = min(model.n_neighbors, len(model.rows_))
    nearest = scope.get_unique_variable_name("nearest")
    container.add_node(
        "TopK", [distances, graph.constant([count], TensorProto.INT64)], [nearest, scope.get_unique_variable_name("at")],
        name=scope.get_unique_operator_name("TopK"), op_version=11, axis=1, largest=0, sorted=1,
    )
    last = graph.node("Gather", [nearest, graph.constant([count - 1], TensorProto.INT64)], axis=1)
    near = graph.node("Cast", [graph.node("LessOrEqual", [distances, last])], to=TensorProto.DOUBLE)
    votes = graph.node("MatMul", [near, graph.constant(model.shares_)])
    total = graph.node("ReduceSum", [votes, graph.constant([1], TensorProto.INT64)], keepdims=1)
    shares = graph.node("Div", [votes, total])
    labels, probabilities = (output.full_name for output in operator.outputs)
    graph.node("Cast", [shares], probabilities, to=operator.outputs[1].type.to_onnx_type().tensor_type.elem_type)
    best = graph.node("ArgMax", [shares], axis=1, keepdims=0)
    graph.node("Gather", [graph.constant(model.classes_, TensorProto.INT64), best], labels, axis=0)


def _on_grid(graph: _Graph, values: str) -> str:
    """`neighbours.on_grid`."""
    exact = graph.node("Cast", [values], to=TensorProto.DOUBLE)
    held = graph.node("Clip", [exact, graph.constant(-FURTHEST), graph.constant(FURTHEST)])
    return graph.node("Round", [graph.node("Mul", [held, graph.constant(STEPS)])])

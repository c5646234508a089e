"""Converters for the steps that skl2onnx converts inexactly or not at all, registered through its public API.

`install` changes what skl2onnx does in this process for the classes named in it. What is repaired:

- trees and forests: a missing number goes to the side the tree learnt, not always to the right
- hist gradient boosting: thresholds are rounded down to float32, so that the float32 numbers they are
  compared with fall on the same side
- `SimpleImputer`: in double, with missing indicators
- `OneHotEncoder` (pooled rare levels in a block of columns) and `TargetEncoder` (several classes): both
  are a look-up in a table of doubles, one row per level and one for levels never seen
- `TfidfVectorizer` for words between blanks: in double, with standard operators only
- `EmptyAsZero`, `SetPrecision`, `TiedNeighborsClassifier`, `FlooredGaussianNB`, `MarginSVC`: our own
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skl2onnx import update_registered_converter
from skl2onnx._supported_operators import sklearn_operator_name_map
from skl2onnx.common._registration import get_converter, get_shape_calculator
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

from backends.onnx_export.encoders import convert_one_hot, convert_target_encoder, one_hot_columns
from backends.onnx_export.graph import Convert
from backends.onnx_export.margins import with_margins
from backends.onnx_export.neighbours import convert_neighbours
from backends.onnx_export.steps import (
    convert_empty,
    convert_imputer,
    convert_precision,
    convert_tfidf,
    imputed_width,
)
from backends.onnx_export.trees import with_float32_thresholds, with_missing_sides
from backends.training.empty_columns import EmptyAsZero
from backends.training.margins import MarginSVC
from backends.training.naive_bayes import FlooredGaussianNB
from backends.training.neighbours import TiedNeighborsClassifier
from backends.training.precision import SetPrecision

ALIAS = "Workbench"


def install() -> None:
    """Register the converters; calling it again changes nothing."""
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.naive_bayes import GaussianNB
    from sklearn.preprocessing import OneHotEncoder, TargetEncoder
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier

    for forest in (DecisionTreeClassifier, RandomForestClassifier, ExtraTreesClassifier):
        _wrap(forest, with_missing_sides)
    _wrap(HistGradientBoostingClassifier, with_float32_thresholds)
    _treat(FlooredGaussianNB, like=GaussianNB)
    _wrap(MarginSVC, with_margins, like=SVC)
    _register(SimpleImputer, imputed_width, convert_imputer)
    _register(OneHotEncoder, lambda encoder: sum(map(len, one_hot_columns(encoder))), convert_one_hot)
    _register(TargetEncoder, lambda encoder: len(encoder.encodings_), convert_target_encoder)
    _register(TfidfVectorizer, lambda vectorizer: len(vectorizer.vocabulary_), convert_tfidf)
    update_registered_converter(
        TiedNeighborsClassifier,
        ALIAS + "TiedNeighborsClassifier",
        get_shape_calculator("SklearnLinearClassifier"),
        convert_neighbours,
        options={"zipmap": [True, False, "columns"], "nocl": [True, False]},
    )
    _register(EmptyAsZero, lambda step: len(step.empty_), convert_empty)
    _register(SetPrecision, lambda step: step.n_features_in_, convert_precision)


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


def _treat(model: type, like: type) -> None:
    """Convert a model as skl2onnx converts the one it is derived from."""
    alias = sklearn_operator_name_map[like]
    converter = get_converter(alias)
    options = converter.get_allowed_options()
    update_registered_converter(model, alias, get_shape_calculator(alias), converter._fct, options=options)


def _wrap(model: type, repair: Callable[[Convert], Convert], like: type | None = None) -> None:
    """Register skl2onnx's own converter of a model, or of the one it is derived from, repaired."""
    original = sklearn_operator_name_map[like or model]
    if original.startswith(ALIAS):
        return
    converter = get_converter(original)
    update_registered_converter(
        model,
        ALIAS + model.__name__,
        get_shape_calculator(original),
        repair(converter._fct),
        options=converter.get_allowed_options(),
    )

"""What skl2onnx gets wrong by itself, and that the repairs put it right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from skl2onnx import convert_sklearn
from skl2onnx._supported_operators import sklearn_operator_name_map
from skl2onnx.common._registration import get_converter, get_shape_calculator
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, TargetEncoder
from sklearn.tree import DecisionTreeClassifier

from backends.onnx_export.convert import OPSET
from backends.onnx_export.repairs import install
from backends.training.margins import MarginSVC
from backends.training.precision import SetPrecision

ORIGINAL = {
    DecisionTreeClassifier: "SklearnDecisionTreeClassifier",
    RandomForestClassifier: "SklearnRandomForestClassifier",
    ExtraTreesClassifier: "SklearnExtraTreesClassifier",
    HistGradientBoostingClassifier: "SklearnHistGradientBoostingClassifier",
}


def run(step: Any, X: np.ndarray, output: str | int = 0, repaired: bool = True) -> np.ndarray:
    import onnxruntime

    install()
    kind = {"f": FloatTensorType, "d": DoubleTensorType, "O": StringTensorType}[X.dtype.char]
    own = {}
    if not repaired:
        alias = ORIGINAL[type(step)]
        own = {
            "custom_conversion_functions": {type(step): get_converter(alias)._fct},
            "custom_shape_calculators": {type(step): get_shape_calculator(alias)},
        }
    options = {id(step): {"zipmap": False}} if hasattr(step, "predict_proba") else None
    types = [("X", kind([None, X.shape[1]]))]
    model = convert_sklearn(step, initial_types=types, target_opset=OPSET, options=options, **own)
    found = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"X": X})
    return found[-1] if output else found[0]


def with_gaps(rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    X = random.normal(size=(rows, 4))
    y = (X[:, 0] + X[:, 1] * random.random(rows) > 0).astype(int)
    X[random.random(X.shape) < 0.3] = np.nan
    return X.astype(np.float32), y


@pytest.mark.parametrize("kind", [DecisionTreeClassifier, RandomForestClassifier, ExtraTreesClassifier])
def test_trees_send_missing_numbers_where_they_learnt_to(kind: Any) -> None:
    X, y = with_gaps()
    model = kind(random_state=0, max_depth=6).fit(X[:200], y[:200])
    wanted = model.predict_proba(X[200:])
    np.testing.assert_allclose(run(model, X[200:], 1), wanted, atol=1e-6)
    assert np.abs(run(model, X[200:], 1, repaired=False) - wanted).max() > 0.1


def test_hist_gradient_boosting_compares_float32_numbers_exactly() -> None:
    low = np.float32(0.1)
    X = np.array([[low], [np.nextafter(low, np.float32(1))]] * 50)
    y = np.arange(100) % 2
    model = HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5).fit(X, y)
    wanted = model.predict_proba(X)
    assert np.abs(wanted[0] - wanted[1]).max() > 0.1
    np.testing.assert_allclose(run(model, X, 1), wanted, atol=1e-6)
    assert np.abs(run(model, X, 1, repaired=False) - wanted).max() > 0.1


def test_hist_gradient_boosting_with_categorical_splits_is_refused() -> None:
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]] * 30, dtype=np.float32), np.array([0, 1, 0, 1] * 30)
    model = HistGradientBoostingClassifier(max_iter=2, categorical_features=[0], min_samples_leaf=5).fit(X, y)
    with pytest.raises(NotImplementedError, match="categorical"):
        run(model, X, 1)


@pytest.mark.parametrize("strategy", ["median", "most_frequent", "mean"])
def test_the_imputer_works_in_double_with_indicators(strategy: str) -> None:
    X, _ = with_gaps()
    X = X.astype(np.float64)
    X[:, 2] = np.nan
    step = SimpleImputer(strategy=strategy, add_indicator=True, keep_empty_features=True).fit(X[:200])
    np.testing.assert_array_equal(run(step, X[200:]), step.transform(X[200:]))


@pytest.mark.parametrize("least", [None, 3])
def test_the_one_hot_encoder_pools_rare_levels_and_leaves_unseen_ones_out(least: int | None) -> None:
    levels = np.array([["a", "x"]] * 5 + [["b", "y"]] * 3 + [["c", ""], ["d", "é"]], dtype=object)
    step = OneHotEncoder(handle_unknown="ignore", min_frequency=least, sparse_output=False).fit(levels)
    new = np.array([["a", ""], ["c", "é"], ["d", "x"], ["?", "a"], ["", "y"]], dtype=object)
    np.testing.assert_array_equal(run(step, new), step.transform(new))


@pytest.mark.parametrize("classes", [2, 4])
def test_the_target_encoder_works_in_double_for_any_number_of_classes(classes: int) -> None:
    random = np.random.default_rng(0)
    levels = np.array([f"level {i}" for i in random.integers(0, 40, 600)], dtype=object).reshape(300, 2)
    step = TargetEncoder().fit(levels, random.integers(0, classes, 300))
    new = np.vstack([levels[:50], [["unseen", "level 1"], ["", ""]]])
    np.testing.assert_array_equal(run(step, new), step.transform(new))


def test_tfidf_of_words_is_exact_in_any_script() -> None:
    texts = ["good very good", "très mal", "日本 чай good", "_missing_", "x"]
    step = TfidfVectorizer(lowercase=False, token_pattern=r"[^\s]+").fit(texts)
    new = np.array([["good чай unknown"], ["nothing known"], [""], ["x x x très"]], dtype=object)
    np.testing.assert_allclose(run(step, new), step.transform(new[:, 0]).toarray(), rtol=1e-15)


@pytest.mark.parametrize("setting", [{"sublinear_tf": True}, {"ngram_range": (1, 2)}, {"norm": "l1"}])
def test_tfidf_settings_that_are_not_reproduced_are_refused(setting: dict) -> None:
    step = TfidfVectorizer(**{"lowercase": False, "token_pattern": r"[^\s]+"} | setting).fit(["a b", "b c"])
    with pytest.raises(NotImplementedError, match=next(iter(setting))):
        run(step, np.array([["a"]], dtype=object))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_precision_is_set_and_missing_numbers_pass(dtype: str) -> None:
    X = np.array([[0.1, np.nan], [1e9, -1e300], [-1e6, 16777217.0]])
    step = SetPrecision(dtype, limit=1e6).fit(X)
    made = run(step, X)
    np.testing.assert_array_equal(made, step.transform(X))
    assert made.dtype == dtype


def test_installing_twice_changes_nothing() -> None:
    install()
    before = dict(sklearn_operator_name_map)
    converter = get_converter(before[RandomForestClassifier])._fct
    install()
    assert dict(sklearn_operator_name_map) == before
    assert get_converter(before[RandomForestClassifier])._fct is converter


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_a_machine_of_margins_scores_in_the_graph_as_it_does_here(classes: int) -> None:
    random = np.random.default_rng(1)
    y = np.arange(200) % classes
    X = (random.normal(size=(200, 3)) + y[:, None]).astype(np.float32)
    model = CalibratedClassifierCV(MarginSVC(), method="sigmoid", ensemble=False, cv=3).fit(X, y)
    new = random.normal(size=(500, 3)).astype(np.float32) * 3
    np.testing.assert_allclose(run(model, new, "probabilities"), model.predict_proba(new), atol=2e-5)

"""Every row of the model table gives the same probabilities after conversion, or says why it does not convert."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from backends.datasets import read_table
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.onnx_export.convert import OPSET, onnx_inputs, probabilities, to_onnx
from backends.training.models import MODELS, ModelRow, model_row
from backends.training.pipeline import build_pipeline
from tests.backends.training.mixed import SCHEMA, mixed, unfamiliar

TOLERANCE = 1e-5
CONVERTING = [row for row in MODELS if not row.exports]
IDS = [row.key for row in CONVERTING]
DATA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[4] / "shared/data"))


@pytest.fixture(autouse=True)
def _one_thread_and_no_need_to_converge() -> Iterator[None]:
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.filterwarnings("ignore", category=UserWarning)
        yield


def assert_same(pipeline: Pipeline, rows: pd.DataFrame, row: ModelRow | None = None) -> None:
    converted = probabilities(to_onnx(pipeline, row), onnx_inputs(pipeline, rows))
    expected = pipeline.predict_proba(rows)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(converted, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("row", CONVERTING, ids=IDS)
def test_probabilities_are_the_same_on_rows_never_seen(row: ModelRow, classes: int) -> None:
    features, codes = mixed(600, classes)
    pipeline = build_pipeline(row, SCHEMA, 0).fit(features, codes)
    assert_same(pipeline, unfamiliar(400, classes), row)
    assert_same(pipeline, mixed(400, classes, seed=2)[0], row)


@pytest.mark.parametrize("row", [row for row in MODELS if row.exports], ids=lambda row: row.key)
def test_a_row_that_does_not_convert_says_so(row: ModelRow) -> None:
    features, codes = mixed(60, 2)
    pipeline = build_pipeline(row, SCHEMA, 0).fit(features, codes)
    with pytest.raises(WorkbenchError, match=row.exports):
        to_onnx(pipeline, row)
    with pytest.raises(WorkbenchError, match="DummyClassifier does not convert"):
        to_onnx(pipeline)


@pytest.mark.parametrize("name", SCHEMA.names)
@pytest.mark.parametrize("key", ["logistic_regression", "hist_gradient_boosting", "naive_bayes"])
def test_a_table_of_one_column_converts(key: str, name: str) -> None:
    features, codes = mixed(300, 3)
    pipeline = build_pipeline(model_row(key), SCHEMA.select((name,)), 0).fit(features, codes)
    assert_same(pipeline, unfamiliar(100, 3))


@pytest.mark.parametrize("row", CONVERTING, ids=IDS)
def test_columns_that_are_empty_or_constant_convert(row: ModelRow) -> None:
    frame = pd.DataFrame(
        {
            "x": np.arange(40.0),
            "nothing": np.nan,
            "same": 4.0,
            "no flag": pd.Series([None] * 40, dtype="boolean"),
            "no level": pd.Series([None] * 40, dtype="str"),
            "no words": pd.Series([None] * 40, dtype="str"),
        }
    )
    kinds = ("number", "number", "number", "boolean", "category", "text")
    schema = Schema(tuple(Column(name, kind) for name, kind in zip(frame.columns, kinds, strict=True)))  # type: ignore[arg-type]
    pipeline = build_pipeline(row, schema, 0).fit(frame, np.arange(40) // 20)
    filled = frame.assign(**{"nothing": 3.0, "same": 5.0, "no flag": True, "no level": "a", "no words": "a b"})
    assert_same(pipeline, frame)
    assert_same(pipeline, filled)


@pytest.mark.parametrize("row", CONVERTING, ids=IDS)
def test_a_single_row_and_labels_convert(row: ModelRow) -> None:
    import onnxruntime

    features, codes = mixed(200, 3)
    pipeline = build_pipeline(row, SCHEMA, 0).fit(features, codes)
    session = onnxruntime.InferenceSession(to_onnx(pipeline, row))
    labels, shares = session.run(["label", "probabilities"], onnx_inputs(pipeline, features.iloc[:1]))
    assert shares.shape == (1, 3)
    assert labels.tolist() == pipeline.predict(features.iloc[:1]).tolist()


@pytest.mark.parametrize("key", ["logistic_regression", "decision_tree"])
def test_classes_keep_their_codes(key: str) -> None:
    frame, codes = pd.DataFrame({"x": np.arange(30.0)}), np.repeat([0, 4, 7], 10)
    pipeline = build_pipeline(model_row(key), Schema((Column("x", "number"),)), 0).fit(frame, codes)
    assert pipeline.classes_.tolist() == [0, 4, 7]
    assert_same(pipeline, frame)


def test_levels_that_look_like_other_columns_levels_are_told_apart() -> None:
    frame = pd.DataFrame({"a": ["1:x", "x", "", "0:"] * 20, "b": ["x", "1:x", "0:", ""] * 20}, dtype="str")
    schema = Schema((Column("a", "category", distinct=4), Column("b", "category", distinct=4)))
    pipeline = build_pipeline(model_row("logistic_regression"), schema, 0).fit(frame, np.arange(80) % 4 // 2)
    assert_same(pipeline, pd.DataFrame({"a": ["0:x", ":x", "x", "1:x"], "b": ["0:1:x", "x", ":", "x"]}, dtype="str"))


def test_the_model_is_checked_has_named_inputs_and_a_fixed_opset() -> None:
    features, codes = mixed(100, 2)
    model = onnx.load_from_string(to_onnx(build_pipeline(model_row("random_forest"), SCHEMA, 0).fit(features, codes)))
    onnx.checker.check_model(model)
    assert [given.name for given in model.graph.input] == ["numbers", "texts"]
    assert [made.name for made in model.graph.output] == ["label", "probabilities"]
    used = {opset.domain: opset.version for opset in model.opset_import}
    assert used.keys() == OPSET.keys(), "standard operators only"
    assert all(used[domain] <= OPSET[domain] for domain in OPSET)


def test_a_table_of_numbers_has_no_text_input() -> None:
    frame = pd.DataFrame({"x": np.arange(20.0)})
    pipeline = build_pipeline(model_row("decision_tree"), Schema((Column("x", "number"),)), 0)
    pipeline.fit(frame, np.arange(20) // 10)
    assert list(onnx_inputs(pipeline, frame)) == ["numbers"]


REAL = [
    pytest.param("adult_train.csv", "class", 3000, marks=pytest.mark.slow),
    pytest.param("telco_churn.csv", "Churn", 3000, marks=pytest.mark.slow),
    pytest.param("employee_salaries.csv", "gender", 3000, marks=pytest.mark.slow),
    ("winequality-white.csv", "quality", 1000),
    ("penguins.csv", "species", 400),
]


@pytest.mark.parametrize(("file", "target", "rows"), REAL)
def test_probabilities_are_the_same_on_real_tables(file: str, target: str, rows: int) -> None:
    if not (DATA / "tabular" / file).exists():
        pytest.skip(f"{DATA} is absent: set WORKBENCH_EXTRA_DATA")
    dataset = read_table(DATA / "tabular" / file, file)
    frame = dataset.frame.iloc[np.random.default_rng(0).permutation(dataset.rows)[:rows]]
    codes = np.unique(frame[target].astype("str").fillna("?").to_numpy(dtype=object), return_inverse=True)[1]
    usable = (c.name for c in dataset.schema if c.name != target and c.kind != "identifier")
    schema, half = dataset.schema.select(tuple(usable)), rows // 2
    for row in CONVERTING:
        assert_same(build_pipeline(row, schema, 0).fit(frame[:half], codes[:half]), frame[half:], row)

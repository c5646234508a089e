from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from backends.datasets import read_table
from backends.datasets.schema import KINDS, Column, Kind, Schema
from backends.errors import WorkbenchError
from backends.training.inputs import input_columns
from backends.training.models import MODELS, ModelRow, model_row
from backends.training.pipeline import DENSE, RARE, Width, build_pipeline, target_encoded
from tests.backends.training.mixed import SCHEMA, mixed, unfamiliar

IDS = [row.key for row in MODELS]
DATA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[4] / "shared/data"))


@pytest.fixture(autouse=True)
def _one_thread_and_no_need_to_converge() -> Iterator[None]:
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.filterwarnings("ignore", category=UserWarning)
        yield


@cache
def fitted(key: str, classes: int = 3) -> Pipeline:
    features, codes = mixed(300, classes)
    return build_pipeline(model_row(key), SCHEMA, 0).fit(features, codes)


def assert_probabilities(found: np.ndarray, rows: int, classes: int) -> None:
    assert found.shape == (rows, classes)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-6)


def numbers(**columns: object) -> tuple[Schema, pd.DataFrame]:
    return Schema(tuple(Column(name, "number") for name in columns)), pd.DataFrame(columns)


@pytest.mark.parametrize("row", MODELS, ids=IDS)
def test_every_model_learns_from_columns_of_every_kind(row: ModelRow) -> None:
    features, _ = mixed(300, 3)
    new, truth = mixed(300, 3, seed=5)
    pipeline = fitted(row.key)
    assert list(pipeline.named_steps) == ["inputs", "prepare", "precision", "model"]
    assert_probabilities(pipeline.predict_proba(new), 300, 3)
    assert set(pipeline.predict(features)) <= {0, 1, 2}
    assert row.key == "dummy" or (pipeline.predict(new) == truth).mean() > 0.42, "chance is a third"


@pytest.mark.parametrize("row", MODELS, ids=IDS)
def test_unseen_levels_and_infinite_numbers_do_not_break_prediction(row: ModelRow) -> None:
    assert_probabilities(fitted(row.key).predict_proba(unfamiliar(80, 3)), 80, 3)


@pytest.mark.parametrize("row", MODELS, ids=IDS)
def test_a_row_with_nothing_in_it_is_predicted(row: ModelRow) -> None:
    assert_probabilities(fitted(row.key).predict_proba(pd.DataFrame([dict.fromkeys(SCHEMA.names)])), 1, 3)


@pytest.mark.parametrize("row", MODELS, ids=IDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_column_without_any_value_does_not_break_a_fit(row: ModelRow, kind: Kind) -> None:
    schema = Schema((Column("x", "number"), Column("empty", kind)))
    dtype = {"datetime": "datetime64[us]", "boolean": "boolean", "number": float, "integer": "Int64"}.get(kind, "str")
    frame = pd.DataFrame({"x": np.arange(24.0), "empty": pd.Series([None] * 24).astype(dtype)})  # type: ignore[call-overload]
    pipeline = build_pipeline(row, schema, 0).fit(frame, np.arange(24) // 12)
    assert_probabilities(pipeline.predict_proba(frame), 24, 2)


@pytest.mark.parametrize("row", MODELS, ids=IDS)
def test_nine_rows_and_a_class_with_a_single_row_can_be_fitted(row: ModelRow) -> None:
    features, _ = mixed(9, 2)
    schema = SCHEMA.select(("x (€)", "flag", "c:d", "town", "said"))
    codes = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2])
    assert_probabilities(build_pipeline(row, schema, 0).fit(features, codes).predict_proba(features), 9, 3)


value = st.none() | st.floats() | st.integers(-(10**12), 10**12)
record = st.fixed_dictionaries(
    {
        "x (€)": value,
        "count": value,
        "nothing": value,
        "flag": st.none() | st.booleans(),
        "c:d": st.none() | st.text(max_size=3) | st.integers(0, 3),
        "town": st.none() | st.text(max_size=8),
        "when": st.none() | st.datetimes(),
        "said": st.none() | st.text(max_size=30),
    }
)


@pytest.mark.parametrize("key", IDS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(record, min_size=1, max_size=4))
def test_any_record_is_predicted_and_alone_as_among_others(key: str, records: list[dict]) -> None:
    pipeline = fitted(key)
    together = pipeline.predict_proba(records)
    assert_probabilities(together, len(records), 3)
    alone = pipeline.predict_proba(records[:1])
    np.testing.assert_allclose(alone[0], together[0], atol=1e-6)


@pytest.mark.parametrize("key", ["logistic_regression", "hist_gradient_boosting", "nearest_neighbours"])
def test_random_levels_cannot_predict_random_labels(key: str) -> None:
    """A target encoder fitted outside its fold, or on the row it encodes, would score far above chance here."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"code": pd.Series([f"c{i}" for i in random.integers(0, 400, 1500)], dtype="str")})
    labels = random.integers(0, 2, 1500)
    schema = Schema((Column("code", "category", distinct=400),))
    scores = cross_val_score(
        build_pipeline(model_row(key), schema, 0),
        frame,
        labels,
        scoring="roc_auc",
        cv=StratifiedKFold(5, shuffle=True, random_state=0),
    )
    assert scores.mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model() -> None:
    features, codes = mixed(80, 2)
    for row in MODELS:
        first, second = (build_pipeline(row, SCHEMA, 4).fit(features, codes).predict_proba(features) for _ in range(2))
        np.testing.assert_array_equal(first, second, err_msg=row.key)


def test_a_pipeline_can_be_cloned_and_pickled_for_workers() -> None:
    pipeline = build_pipeline(model_row("rbf_svm"), SCHEMA, 1)
    again = pickle.loads(pickle.dumps(clone(pipeline)))
    assert again.get_params()["model__cv"] == pipeline.get_params()["model__cv"]


def test_parameters_reach_the_model() -> None:
    pipeline = build_pipeline(model_row("linear_svm"), SCHEMA, 0, {"estimator__C": 3.0})
    assert pipeline.named_steps["model"].estimator.C == 3.0


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(WorkbenchError, match=r"Logistic regression has no parameter 'depth'. .*class_weight"):
        build_pipeline(model_row("logistic_regression"), SCHEMA, 0, {"depth": 3})


def test_a_schema_without_columns_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="no column"):
        build_pipeline(model_row("dummy"), Schema(()), 0)


def test_numbers_are_imputed_by_the_median_indicated_and_standardised() -> None:
    schema, frame = numbers(x=[1.0, 2.0, 9.0, np.nan])
    made = build_pipeline(model_row("logistic_regression"), schema, 0)[:-1].fit_transform(frame, [0, 1, 0, 1])
    filled = np.array([1.0, 2.0, 9.0, 2.0])
    np.testing.assert_allclose(made[:, 0], (filled - filled.mean()) / filled.std(), rtol=1e-6)
    np.testing.assert_allclose(made[:, 1] > 0, [False, False, False, True])
    assert made.dtype == np.float32


def test_trees_get_missing_numbers_as_they_are() -> None:
    schema, frame = numbers(x=[1.0, 2.0, 9.0, np.nan])
    made = build_pipeline(model_row("random_forest"), schema, 0)[:-1].fit_transform(frame, [0, 1, 0, 1])
    np.testing.assert_array_equal(made, np.array([[1], [2], [9], [np.nan]], dtype=np.float32))


def test_rare_levels_share_a_column_and_unseen_ones_have_none() -> None:
    levels = ["a"] * 9 + ["b"] * RARE + ["c"] * 2 + ["d"]
    frame = pd.DataFrame({"x": pd.Series(levels, dtype="str")})
    schema = Schema((Column("x", "category", distinct=4),))
    steps = build_pipeline(model_row("random_forest"), schema, 0)[:-1].fit(frame, np.arange(len(levels)) % 2)
    made = steps.transform([{"x": "a"}, {"x": "b"}, {"x": "c"}, {"x": "d"}, {"x": "e"}])
    np.testing.assert_array_equal(made, [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0]])


def test_the_columns_with_most_levels_are_target_encoded_until_the_rest_fits() -> None:
    schema = Schema(tuple(Column(f"c{n}", "category", distinct=n) for n in (30, 5, 12, 8)))
    columns = input_columns(schema)
    sources = {c.name: c.source for c in columns}
    encoded = [sources[name] for name in target_encoded(columns, schema, Width(levels=20, one_hot=16, words=10))]
    assert sorted(encoded) == ["c12", "c30"]


def test_a_wide_table_has_few_blocks_and_a_bounded_matrix() -> None:
    random = np.random.default_rng(0)
    levels = random.integers(0, 9, (60, 600)).astype(str)
    frame = pd.concat(
        [
            pd.DataFrame(random.random((60, 2000))).add_prefix("n"),
            pd.DataFrame(levels, dtype="str").add_prefix("c"),
        ],
        axis=1,
    )
    schema = Schema(
        tuple(Column(name, "number" if name[0] == "n" else "category", distinct=9) for name in frame.columns)
    )
    for key, most in (("hist_gradient_boosting", 2000 + DENSE.one_hot + 600), ("logistic_regression", 4000 + 6000)):
        steps = build_pipeline(model_row(key), schema, 0)[:-1]
        made = steps.fit_transform(frame, np.arange(60) % 2)
        assert len(steps.named_steps["prepare"].transformers_) <= 4
        assert made.shape[1] <= most


def test_words_make_a_sparse_matrix_only_for_models_that_take_one() -> None:
    random = np.random.default_rng(0)
    said = [" ".join(f"word{i}" for i in random.integers(0, 400, 8)) for _ in range(200)]
    frame, schema = pd.DataFrame({"said": pd.Series(said, dtype="str")}), Schema((Column("said", "text"),))
    made = {
        key: build_pipeline(model_row(key), schema, 0)[:-1].fit_transform(frame, np.arange(200) % 2)
        for key in ("logistic_regression", "hist_gradient_boosting")
    }
    assert sparse.issparse(made["logistic_regression"])
    assert made["logistic_regression"].shape[1] == len({w for text in said for w in text.split()})
    assert isinstance(made["hist_gradient_boosting"], np.ndarray)
    assert made["hist_gradient_boosting"].shape[1] == DENSE.words


@pytest.mark.slow
def test_hist_gradient_boosting_reaches_its_score_on_adult() -> None:
    if not (DATA / "tabular/adult_train.csv").exists():
        pytest.skip(f"{DATA} is absent: set WORKBENCH_EXTRA_DATA")
    dataset = read_table(DATA / "tabular/adult_train.csv", "adult_train.csv")
    frame = dataset.frame
    codes = frame["class"].astype(str).str.contains(">50K").to_numpy().astype(int)
    train, test = train_test_split(np.arange(len(frame)), test_size=0.2, stratify=codes, random_state=0)
    schema = dataset.schema.select(tuple(name for name in dataset.schema.names if name != "class"))
    pipeline = build_pipeline(model_row("hist_gradient_boosting"), schema, 0).fit(frame.iloc[train], codes[train])
    assert roc_auc_score(codes[test], pipeline.predict_proba(frame.iloc[test])[:, 1]) >= 0.925

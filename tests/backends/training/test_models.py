from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import WorkbenchError
from backends.training.models import MODELS, Choice, ModelRow, Range, model_row

IDS = [row.key for row in MODELS]


def test_the_table_holds_the_twelve_kinds_of_classifier_once_each() -> None:
    assert sorted(IDS) == [
        "decision_tree",
        "dummy",
        "extra_trees",
        "gradient_boosting",
        "hist_gradient_boosting",
        "linear_svm",
        "logistic_regression",
        "multi_layer_perceptron",
        "naive_bayes",
        "nearest_neighbours",
        "random_forest",
        "rbf_svm",
    ]
    assert len({row.title for row in MODELS}) == len(MODELS)


def test_an_unknown_key_is_named_with_the_known_ones() -> None:
    with pytest.raises(WorkbenchError, match=r"'xgboost'.*random_forest"):
        model_row("xgboost")


def test_only_the_baseline_has_a_reason_not_to_convert() -> None:
    assert [row.key for row in MODELS if row.exports] == ["dummy"]
    assert "ignores its inputs" in model_row("dummy").exports


@pytest.mark.parametrize("row", MODELS, ids=IDS)
def test_a_row_survives_pickling_for_worker_processes(row: ModelRow) -> None:
    assert pickle.loads(pickle.dumps(row)) == row


@pytest.mark.parametrize("row", MODELS, ids=IDS)
def test_a_model_is_single_threaded_and_takes_its_seed(row: ModelRow) -> None:
    parameters = row.make(7).get_params()
    assert parameters.get("n_jobs") in (1, None)
    seeds = {value for name, value in parameters.items() if name.endswith("random_state")}
    assert seeds <= ({None} if row.key == "dummy" else {7})  # the baseline draws nothing


@pytest.mark.parametrize("row", MODELS, ids=IDS)
def test_the_search_space_names_parameters_whose_defaults_lie_well_inside(row: ModelRow) -> None:
    parameters = row.make(0).get_params()
    for name, space in row.space.items():
        assert name in parameters
        default = parameters[name]
        if isinstance(space, Choice):
            assert default in space.values
        elif isinstance(default, int | float):
            assert space.low < default < space.high
            assert not space.at_edge(default), (name, default)


@pytest.mark.parametrize("row", MODELS, ids=IDS)
def test_every_value_that_can_be_drawn_can_be_set_and_fitted(row: ModelRow) -> None:
    random = np.random.default_rng(3)
    X, y = random.random((60, 3)), np.arange(60) % 3
    drawn = {name: space.draw(random) for name, space in row.space.items()}
    model = row.make(0).set_params(**drawn)
    probabilities = model.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)


@given(st.sampled_from(["linear", "log", "int"]), st.floats(1e-3, 10), st.floats(1, 100), st.integers(0, 99))
def test_a_range_draws_within_its_ends_and_repeats_itself(scale: str, low: float, length: float, seed: int) -> None:
    low = float(np.ceil(low)) if scale == "int" else low
    space = Range(low, low + (round(length) if scale == "int" else length), scale)  # type: ignore[arg-type]
    value = space.draw(np.random.default_rng(seed))
    assert space.low * (1 - 1e-9) <= value <= space.high * (1 + 1e-9)
    assert value == space.draw(np.random.default_rng(seed))
    assert isinstance(value, int) == (scale == "int")


def test_the_log_scale_draws_each_decade_as_often() -> None:
    random = np.random.default_rng(0)
    drawn = np.array([Range(0.001, 1000.0, "log").draw(random) for _ in range(3000)])
    assert np.mean(drawn < 1) == pytest.approx(0.5, abs=0.03)
    assert np.mean(drawn < 0.01) == pytest.approx(1 / 6, abs=0.03)


@pytest.mark.parametrize(
    ("space", "value", "edge"),
    [
        (Range(0.01, 100.0, "log"), 0.01, True),
        (Range(0.01, 100.0, "log"), 90.0, True),
        (Range(0.01, 100.0, "log"), 1.0, False),
        (Range(0.01, 100.0, "log"), 0.0, False),
        (Range(1, 50, "int"), 50, True),
        (Range(1, 50, "int"), 25, False),
        (Range(0.0, 1.0), 0.995, True),
        (Range(0.0, 1.0), "sqrt", False),
        (Choice((1, 2)), 1, False),
    ],
)
def test_the_edge_of_a_range_is_its_outer_two_per_cent(space: Range | Choice, value: object, edge: bool) -> None:
    assert space.at_edge(value) is edge

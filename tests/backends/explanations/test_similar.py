"""The most similar rows are those that a person would point at."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backends.errors import WorkbenchError
from backends.explanations.similar import gower, similar_rows
from tests.backends.explanations.small_models import formula_model
from tests.backends.training.tables import dataset

FRAME = pd.DataFrame(
    {
        "age": [20.0, 30.0, 40.0, 60.0, np.nan],
        "job": pd.Series(["clerk", "clerk", "smith", None, "smith"], dtype="str"),
        "since": pd.Series(["2020-01-01", "2020-01-11", "2020-01-21", "2020-02-10", None]).astype("datetime64[us]"),
    }
)
CODES = np.array([0, 1, 1, 0, 1])
MODEL = formula_model(dataset(FRAME), lambda frame: frame["age"].to_numpy() * 0)


def test_a_row_is_at_distance_0_from_itself_and_comes_first() -> None:
    for at in range(len(FRAME)):
        found = similar_rows(MODEL, FRAME.iloc[[at]], (FRAME, CODES), k=2)
        assert found.index[0] == at
        assert found["distance"].iloc[0] == 0.0


def test_the_distance_is_the_mean_over_the_columns_each_by_its_middle_90_percent() -> None:
    ages, dates = FRAME["age"].dropna(), FRAME["since"].dropna()
    age_scale = ages.quantile(0.95) - ages.quantile(0.05)
    days = (dates - pd.Timestamp("2020-01-01")).dt.days
    date_scale = days.quantile(0.95) - days.quantile(0.05)
    found = gower(FRAME.iloc[[0]], FRAME, tuple(MODEL.schema))
    assert found[1] == pytest.approx((10 / age_scale + 0 + 10 / date_scale) / 3)
    assert found[3] == 1.0  # 40 years and 40 days are more than the scales, and a job is missing
    assert found[4] == 1.0  # missing age, another job, missing date


def test_missing_is_like_missing_and_unlike_everything_else() -> None:
    found = gower(FRAME.iloc[[4]], FRAME, tuple(MODEL.schema))
    assert found[2] == pytest.approx(2 / 3)
    assert found[4] == 0.0


def test_weights_choose_what_counts() -> None:
    found = similar_rows(MODEL, FRAME.iloc[[0]], (FRAME, CODES), k=2, weights={"job": 3.0})
    assert found.index.tolist() == [0, 1]
    assert found["distance"].tolist() == [0.0, 0.0]
    assert found["true class"].tolist() == ["no", "yes"]
    assert list(found.columns) == ["true class", "distance", "age", "job", "since"]


def test_columns_of_the_table_keep_their_names() -> None:
    frame = FRAME.rename(columns={"age": "distance"})
    model = formula_model(dataset(frame), lambda rows: np.zeros(len(rows)))
    found = similar_rows(model, frame.iloc[[0]], (frame, CODES), k=1)
    assert list(found.columns) == ["true class", "distance *", "distance", "job", "since"]
    assert found["distance"].tolist() == [20.0]


def test_one_row_far_off_does_not_make_all_others_alike() -> None:
    frame = pd.DataFrame({"pay": [*np.arange(100.0), 1e12]})
    model = formula_model(dataset(frame), lambda rows: np.zeros(len(rows)))
    found = gower(frame.iloc[[0]], frame, tuple(model.schema))
    assert found[50] == pytest.approx(50 / 90)
    assert found[100] == 1.0


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(WorkbenchError, match="2 rows cannot be compared with 5"):
        similar_rows(MODEL, FRAME.iloc[:2], (FRAME, CODES))
    with pytest.raises(WorkbenchError, match="1 rows cannot be compared with 0"):
        similar_rows(MODEL, FRAME.iloc[[0]], (FRAME.iloc[:0], CODES[:0]))
    with pytest.raises(WorkbenchError, match="No column has a weight above 0"):
        similar_rows(MODEL, FRAME.iloc[[0]], (FRAME, CODES), weights={"job": 0.0})


def test_more_neighbours_than_rows_are_all_rows() -> None:
    assert len(similar_rows(MODEL, FRAME.iloc[[0]], (FRAME, CODES), k=50)) == 5


def test_among_thirty_thousand_rows_a_row_is_nearest_to_itself() -> None:
    random = np.random.default_rng(0)
    numbers = {f"n{i}": random.normal(size=30_000) for i in range(9)}
    levels = {f"c{i}": pd.Series(random.choice(list("abcdef"), 30_000), dtype="str") for i in range(6)}
    frame = pd.DataFrame({**numbers, **levels})
    model = formula_model(dataset(frame), lambda rows: np.zeros(len(rows)))
    found = similar_rows(model, frame.iloc[[123]], (frame, np.zeros(30_000, dtype=int)))
    assert found.index[0] == 123

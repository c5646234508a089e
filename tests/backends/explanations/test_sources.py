"""Every input of an estimator is traced to its column of the table."""

from __future__ import annotations

import numpy as np
import pytest

from backends.explanations.sources import dense, prepared, sources
from backends.training.inputs import input_columns
from tests.backends.explanations.trained import on_mixed
from tests.backends.training.mixed import SCHEMA

KEYS = ["logistic_regression", "random_forest", "gradient_boosting", "nearest_neighbours", "naive_bayes"]


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("key", KEYS)
def test_inputs_change_only_with_the_column_they_come_from(key: str, classes: int) -> None:
    """Each column is changed to other rows' values: exactly the inputs traced to it may change, and some do."""
    model = on_mixed(key, classes)
    found = sources(model)
    assert found is not None
    frame = model.holdout
    before = dense(prepared(model, frame))
    assert before.shape[1] == len(found.part_of) == len(found.column_of)
    for position, name in enumerate(SCHEMA.names):
        changed = frame.assign(**{name: frame[name].array[::-1]})
        after = dense(prepared(model, changed))
        moved = np.flatnonzero(~((before == after) | (np.isnan(before) & np.isnan(after))).all(axis=0))
        assert set(found.column_of[moved]) <= {position}
        assert len(moved) or name == "nothing"


def test_parts_carry_the_words_of_the_table() -> None:
    found = sources(on_mixed("logistic_regression"))
    assert found is not None
    parts: dict[str, list[str]] = {name: [] for name in found.columns}
    for column, part in zip(found.column_of, found.part_of, strict=True):
        parts[found.columns[column]].append(part)
    assert parts["x (€)"] == ["", "missing"]
    assert parts["c:d"][:2] == ["missing", "a"]
    assert parts["c:d"][-1] == "g" or parts["c:d"][-1].endswith("rare levels")
    assert parts["town"] == [""]
    assert {"year", "weekday", "hour", "year, missing"} <= set(parts["when"])
    assert {"bad", "good", "missing"} <= set(parts["said"])
    assert parts["nothing"][0] == ""


def test_a_target_encoded_category_of_several_classes_has_a_share_for_each() -> None:
    found = sources(on_mixed("random_forest", 3))
    assert found is not None
    town = [found.part_of[i] for i in found.inputs_of[found.columns.index("town")]]
    assert town == ["share of a", "share of b", "share of c"]


def test_one_hot_levels_are_at_the_inputs_they_name() -> None:
    model = on_mixed("random_forest")
    found, matrix = sources(model), dense(prepared(model, on_mixed("random_forest").holdout))
    assert found is not None
    a = found.inputs_of[found.columns.index("c:d")]
    at = next(i for i in a if found.part_of[i] == "a")
    assert np.array_equal(matrix[:, at] == 1, (model.holdout["c:d"] == "a").to_numpy(dtype=bool))


def test_every_input_column_has_a_source() -> None:
    found = sources(on_mixed("gradient_boosting"))
    assert found is not None
    assert {found.columns[i] for i in found.column_of} == {column.source for column in input_columns(SCHEMA)}


def test_a_pipeline_of_another_make_is_not_traced() -> None:
    from dataclasses import replace

    from sklearn.pipeline import make_pipeline

    model = on_mixed("random_forest")
    assert sources(replace(model, pipeline=make_pipeline(*(step for _, step in model.pipeline.steps)))) is None

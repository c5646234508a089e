from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backends.datasets.schema import Column, Schema
from backends.onnx_export import probes as module
from backends.onnx_export.graph_inputs import signature_of
from backends.onnx_export.probes import Material, Probes, probes
from backends.onnx_export.tree_splits import splits
from backends.training.models import model_row
from backends.training.results import TrainedModel
from tests.backends.onnx_export.proving import of_table, stump, trained


def material(model: TrainedModel) -> Material:
    margins = np.arange(len(model.holdout), dtype=float)[::-1]  # the last row is nearest to another decision
    return Material(signature_of(model), model.held_out, margins, model.pipeline)


def families(model: TrainedModel) -> dict[str, Probes]:
    return {made.name: made for made in probes(material(model))}


def same(one: object, other: object) -> bool:
    gone = pd.isna(one), pd.isna(other)  # type: ignore[call-overload]
    return all(gone) if any(gone) else bool(one == other)


def test_a_probe_is_a_held_out_row_with_one_value_changed() -> None:
    model = trained("random_forest")
    for made in families(model).values():
        if made.name == "empty":
            continue
        assert len(made.frame) == len(made.rows) == len(made.changes) > 0
        base = model.held_out.iloc[made.rows]
        for at in range(0, len(made.frame), max(1, len(made.frame) // 50)):
            own, before = made.frame.iloc[at], base.iloc[at]
            changed = [name for name in own.index if not same(own[name], before[name])]
            assert set(changed) <= {made.changes[at].split(" = ")[0]}


def test_each_family_holds_what_it_says() -> None:
    made = families(trained("logistic_regression"))
    gone = made["missing"]
    assert {change.removesuffix(" = no value") for change in gone.changes} == set(gone.frame.columns)
    assert made["unseen"].frame["c:d"].eq("never seen before").sum() == 20
    assert made["lengths"].frame["said"].str.len().max() == 200_000
    numbers = made["extremes"].frame["x (€)"]
    assert {np.inf, -np.inf, 1e308, np.finfo(float).max, 5e-324, 3.4028234663852886e38} <= set(numbers)
    assert (np.signbit(numbers) & (numbers == 0)).any()
    assert {2**24 + 1, 2**53 + 1, -(2**53) - 3} <= set(made["large"].frame["x (€)"]), "as whole numbers, not as 2**53"
    assert made["large"].frame["count"].dtype == "Int64"
    dates = made["dates"].frame["when"]
    assert (dates.min(), dates.max()) == (pd.Timestamp("0001-01-01"), pd.Timestamp("9999-12-31 23:59:59.999999"))
    assert pd.Timestamp("2024-02-29 12:00") in set(dates)
    flags = made["booleans"].frame["flag"]
    assert (flags.dtype, flags.sum(), (~flags).sum()) == ("boolean", 20, 20)
    nothing, *alone = made["empty"].frame.notna().sum(axis=1).tolist()
    assert nothing == 0
    assert max(alone) == 1


def test_half_of_the_rows_are_those_nearest_to_another_decision() -> None:
    model = trained("logistic_regression")
    found = material(model).some(10, np.random.default_rng(0))
    assert found[:5] == [149, 148, 147, 146, 145]
    assert len(set(found)) == 10


def test_probes_are_the_same_each_time() -> None:
    once, again = families(trained("random_forest")), families(trained("random_forest"))
    for name, made in once.items():
        assert made.rows.tolist() == again[name].rows.tolist()
        assert made.changes == again[name].changes


def test_what_is_cut_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FAMILIES", tuple(replace(family, most=10) for family in module.FAMILIES))
    monkeypatch.setattr(module, "MOST_SPLIT_ROWS", 12)
    made = families(trained("random_forest"))
    assert made["extremes"].note == "10 of 60 values, drawn with the seed 0."
    assert len(made["extremes"].frame) == 10
    assert made["missing"].note == ""
    assert len(made["thresholds"].frame) == 12
    assert made["thresholds"].note.startswith("4 of ")


def test_a_wide_table_gets_fewer_probe_rows() -> None:
    wide = material(stump())
    columns = tuple(Column(f"c{i}", "number") for i in range(5_000))
    assert wide.most(2_000) == 2_000
    assert replace(wide, signature=replace(wide.signature, columns=Schema(columns))).most(2_000) == 400


def test_a_threshold_is_probed_on_both_sides_in_single_precision() -> None:
    made = families(stump(low=0.1))["thresholds"]
    threshold = float(splits_of(stump(low=0.1)).thresholds[0])
    single = np.float32(threshold)
    sides = [float(np.nextafter(single, np.float32(side))) for side in (-np.inf, np.inf)]
    assert made.frame["x"].tolist() == [threshold, *sides]
    assert sides[0] < threshold < sides[1]


def splits_of(model: TrainedModel) -> module.Splits:
    found = splits(model.pipeline, model.held_out)
    assert found is not None
    return found


@pytest.mark.parametrize("key", ["decision_tree", "random_forest", "gradient_boosting"])
def test_every_threshold_on_a_number_is_found_and_met(key: str) -> None:
    model = trained(key)
    found = splits_of(model)
    estimator = model.pipeline[-1]
    trees = [estimator] if key == "decision_tree" else np.ravel(estimator.estimators_)
    numeric = {at for at, name in enumerate(model.pipeline["prepare"].get_feature_names_out()) if is_number(name)}
    expected = {
        (int(feature), float(threshold))
        for tree in trees
        for feature, threshold in zip(tree.tree_.feature, tree.tree_.threshold, strict=True)
        if feature in numeric and np.isfinite(threshold)
    }
    assert {threshold for _, threshold in expected} == set(found.thresholds.tolist())
    assert len(found) == len(expected)
    # A row that meets a threshold passes through a node that asks for it, by scikit-learn's own path.
    given = model.pipeline[:-1].transform(model.held_out)
    given = given.toarray() if hasattr(given, "toarray") else given
    paths = [(tree.tree_, tree.decision_path(given)) for tree in trees]
    for threshold, row in zip(found.thresholds.tolist(), found.rows.tolist(), strict=True):
        if row >= 0:
            assert any(threshold in tree.threshold[path[row].indices] for tree, path in paths)
    assert (found.rows >= 0).mean() > 0.5


def is_number(name: str) -> bool:
    """The number columns as they are: x, count, nothing and the days of the date, f0, f1, f6 and f7 of the pipeline."""
    block, column = name.split("__")
    return block == "numbers" and column in {"f0", "f1", "f7", "f8"}


def test_a_standardised_threshold_is_found_in_the_columns_own_unit() -> None:
    scaled = replace(model_row("decision_tree"), takes_missing=False, scales=True)
    x = np.arange(300.0) * 1000
    frame = pd.DataFrame({"x": np.where(np.arange(300) % 7 == 0, np.nan, x)})
    model = of_table(scaled, Schema((Column("x", "number"),)), frame, (np.arange(300) % 150 > 75).astype(int))
    found = splits_of(model)
    for way, threshold in zip((found.ways[at] for at in found.way), found.thresholds, strict=True):
        value = way.back(threshold)
        assert 0 < value < 300_000
        reached = model.pipeline[:-1].transform(pd.DataFrame({"x": [value]}))[0, 0]
        assert reached == pytest.approx(threshold, rel=1e-6)


def test_a_threshold_on_the_days_of_a_date_is_a_moment() -> None:
    made = families(trained("hist_gradient_boosting"))["thresholds"]
    dated = [at for at, change in enumerate(made.changes) if change.startswith("when")]
    assert dated
    moments = made.frame["when"].iloc[dated]
    assert moments.dtype == "datetime64[us]"
    assert moments.between("2020-01-01", "2023-01-01").all()


def test_a_model_without_trees_has_no_thresholds() -> None:
    model = trained("logistic_regression")
    assert splits(model.pipeline, model.held_out) is None


def test_without_held_out_rows_there_are_no_probes() -> None:
    model = trained("logistic_regression")
    assert list(probes(material(replace(model, holdout=model.holdout[:0])))) == []

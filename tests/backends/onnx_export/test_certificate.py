from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
import pytest

from backends.datasets import read_table
from backends.datasets.classes import class_codes
from backends.datasets.grouping import Grouping
from backends.datasets.recipe import Recipe, Step
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.onnx_export.boundary import beside_decisions
from backends.onnx_export.certificate import Certificate, certify, schema_digest
from backends.onnx_export.graph_inputs import build_graph
from backends.onnx_export.probes import Material
from backends.onnx_export.signature import Signature
from backends.training.models import model_row
from backends.training.policy import TIE, Policy, least
from backends.training.results import TrainedModel
from tests.backends.onnx_export.proving import of_table, stump, trained, with_attribute, with_constants

DATA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[4] / "shared/data"))
EVERY_KIND = {
    "missing", "unseen", "lengths", "words", "extremes", "large", "dates", "booleans", "empty", "decision",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_need_to_measure_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.onnx_export.latency.SECONDS", 0.01)
    monkeypatch.setattr("backends.onnx_export.latency.BATCHES", (1, 100))


def certified(model: TrainedModel) -> Certificate:
    return certify(model, *build_graph(model))


@pytest.mark.parametrize(
    ("key", "classes"),
    [
        ("logistic_regression", 2),
        ("random_forest", 2),
        ("hist_gradient_boosting", 3),
        ("gradient_boosting", 3),
        ("nearest_neighbours", 2),
    ],
)
def test_an_export_is_proven_on_held_out_and_probe_rows(key: str, classes: int) -> None:
    made = certified(trained(key, classes))
    assert made.passed
    assert made.reasons == made.flipped == ()
    assert made.held_out.rows == 150
    assert {probe.name for probe in made.probes} - {"thresholds"} == EVERY_KIND
    assert made.rows == 150 + sum(probe.rows for probe in made.probes)
    assert made.max_difference is not None
    assert made.max_difference < 1e-5


def test_it_names_what_it_speaks_of() -> None:
    model = trained("logistic_regression")
    graph, signature = build_graph(model)
    made = certify(model, graph, signature)
    assert made.sha256["graph"] == hashlib.sha256(graph).hexdigest()
    assert made.sha256["data"] == model.digest
    assert made.sha256["schema"] == schema_digest(Signature.from_dict(json.loads(json.dumps(signature.to_dict()))))
    assert made.sha256["schema"] != schema_digest(replace(signature, policy=Policy(0.4)))
    assert made.file_size == len(graph)
    assert made.opset["ai.onnx"] == 20
    assert made.versions["onnxruntime"] == onnxruntime.__version__
    assert [row.batch for row in made.latency] == [1, 100]
    assert all(
        row.original_p95_ms >= row.original_p50_ms > 0 < row.graph_p50_ms <= row.graph_p95_ms for row in made.latency
    )


def test_it_goes_through_json_and_back() -> None:
    model = stump()
    graph, signature = build_graph(model)
    made = certify(model, with_attribute(graph, "nodes_values", lambda values: [v + 40 for v in values]), signature)
    assert made.flipped
    text = json.dumps(made.to_dict(), allow_nan=False)
    assert Certificate.from_dict(json.loads(text)) == made
    with pytest.raises(WorkbenchError, match="layout 9"):
        Certificate.from_dict({**made.to_dict(), "layout": 9})


def test_a_changed_weight_fails_and_the_rows_at_fault_are_named() -> None:
    model = trained("logistic_regression")
    graph, signature = build_graph(model)
    made = certify(model, with_attribute(graph, "coefficients", lambda weights: [-w for w in weights]), signature)
    assert not made.passed
    assert made.held_out.flips > 0
    first = made.flipped[0]
    row = model.holdout.iloc[[first.row - 300]]  # 300 rows were fitted, so that these are the dataset's positions
    assert (first.source, first.probe) == ("held-out", "")
    assert first.original == model.classes[model.decide(row)[0]] != first.graph
    assert first.original_probabilities == pytest.approx(model.probabilities(row)[0])
    assert first.margin == pytest.approx(abs(first.original_probabilities[1] - least(0.5)))
    assert made.reasons[0].startswith(f"{made.held_out.flips} of 150 held-out rows get another label: row {first.row} ")


def test_a_threshold_moved_by_less_than_any_held_out_row_tells_is_found_by_the_probes() -> None:
    model = stump()
    graph, signature = build_graph(model)
    moved = np.nextafter(np.float32(149.5), np.float32(np.inf))
    made = certify(
        model,
        with_attribute(graph, "nodes_values", lambda v: [float(moved) if t == 149.5 else t for t in v]),
        signature,
    )
    assert made.held_out.flips == 0
    assert not made.passed
    found = {probe.name: probe for probe in made.probes if probe.clear_flips}
    assert set(found) == {"thresholds", "decision"}
    flipped = [flip for flip in made.flipped if flip.source == "thresholds"]
    assert {flip.values["x"] for flip in flipped} == {float(moved)}
    assert {(flip.original, flip.graph, flip.probe) for flip in flipped} == {("yes", "no", f"x = {float(moved)}")}
    assert found["thresholds"].worst_margin == pytest.approx(0.5, abs=TIE)
    assert made.reasons[0] == (
        f"Next to tree thresholds: 1 of 3 rows get another label with a margin over 1e-06: row {flipped[0].row} "
        f"with x = {float(moved)} goes from 'yes' to 'no', margin 0.5."
    )


def apart() -> TrainedModel:
    """A model of two clouds of numbers far from each other: no held-out row is near its decision."""
    x = np.tile([0.0, 1.0, 2.0, 98.0, 99.0, 100.0], 50)
    schema = Schema((Column("x", "number"),))
    return of_table(model_row("logistic_regression"), schema, pd.DataFrame({"x": x}), (x > 50).astype(int))


@pytest.mark.parametrize("threshold", [0.3, 0.45, 0.4999, 0.5001, 0.7])
def test_a_threshold_between_which_and_the_own_one_no_held_out_row_lies_is_found(threshold: float) -> None:
    model = apart()
    graph, signature = build_graph(model)
    other = least(threshold)
    made = certify(
        model, with_constants(graph, lambda v: v - v + other if v.size == 1 and v == least(0.5) else v), signature
    )
    assert made.held_out.flips == 0
    assert not made.passed
    [reason] = made.reasons
    assert reason.startswith("Next to the decision: ")
    assert all(abs(flip.original_probabilities[1] - 0.5) <= abs(threshold - 0.5) + TIE for flip in made.flipped)


def test_a_signature_that_declares_another_decision_does_not_pass() -> None:
    """The graph is the model's own with the threshold 0.5; the model was given another one since."""
    model = apart()
    graph, signature = build_graph(model)
    made = certify(replace(model, policy=Policy(0.4)), graph, signature)
    assert not made.passed
    assert made.reasons[0] == (
        "The signature declares other decision thresholds than the model has: threshold 0.5, not threshold 0.4."
    )


def test_a_signature_of_other_classes_or_steps_does_not_pass() -> None:
    model = apart()
    graph, signature = build_graph(model)
    step = Recipe((Step("treat_as_missing", ("x",), values=(7.0,)),))
    for changes, words in (
        ({"recipe": step}, "other steps of preparation"),
        ({"features": ()}, "other features than the model has: (), not ('x',)"),
        ({"target": Column("another", "category")}, "other target"),
    ):
        made = certify(model, graph, replace(signature, **changes))
        assert not made.passed
        assert words in made.reasons[0]


def test_rows_next_to_the_decision_straddle_it_without_ties() -> None:
    model = apart()
    _, signature = build_graph(model)
    material = Material(signature, model.holdout, np.arange(150.0), model.pipeline)
    [rows] = beside_decisions(material, model)
    positive = model.probabilities(rows.frame)[:, 1]
    margin = np.abs(positive - least(0.5))
    assert margin.min() > TIE
    for side in (positive < least(0.5), positive >= least(0.5)):
        assert margin[side].min() < 1e-4 < 0.4 < margin[side].max()


def test_without_a_number_nothing_can_be_moved_to_the_decision() -> None:
    levels = np.tile(["a", "b", "c"], 100)
    schema = Schema((Column("level", "category", distinct=3),))
    frame = pd.DataFrame({"level": pd.Series(levels, dtype="str")})
    model = of_table(model_row("logistic_regression"), schema, frame, (levels == "a").astype(int))
    signature = build_graph(model)[1]
    assert list(beside_decisions(Material(signature, model.holdout, np.arange(100.0), model.pipeline), model)) == []


def test_weights_in_half_precision_fail() -> None:
    model = stump(low=10_000.0)  # the threshold 10149.5 lies between 10144 and 10152, the next ones in half precision
    graph, signature = build_graph(model)
    rounded = with_attribute(graph, "nodes_values", lambda values: np.float16(values).astype(float).tolist())
    made = certify(model, rounded, signature)
    assert not made.passed
    wrong = {flip.values["x"] for flip in made.flipped if flip.source == "held-out"}
    assert wrong == {10_151.0}  # of the odd numbers, the one between 10149.5 and 10152
    assert made.held_out.flips == len([flip for flip in made.flipped if flip.source == "held-out"])


def test_swapped_labels_fail_on_every_row() -> None:
    model = trained("random_forest")
    graph, signature = build_graph(model)
    names = {b"no": b"yes", b"yes": b"no", "no": "yes", "yes": "no"}

    def swapped(values: np.ndarray) -> np.ndarray:
        labels = values.dtype == object and set(values.ravel().tolist()) in ({"no", "yes"}, {b"no", b"yes"})
        return np.array([names[v] for v in values.ravel()], dtype=object).reshape(values.shape) if labels else values

    made = certify(model, with_constants(graph, swapped), signature)
    assert made.held_out.flips == 150
    assert made.held_out.max_difference is not None
    assert made.held_out.max_difference < 1e-5
    assert not made.passed
    assert len(made.flipped) == 200 < made.flips


def test_a_flip_of_a_probe_that_is_a_tie_passes() -> None:
    x = np.tile(np.arange(100.0), 3)
    schema = Schema((Column("x", "number"),))
    plain = of_table(model_row("logistic_regression"), schema, pd.DataFrame({"x": x}), (x > 49.5).astype(int))
    nothing = plain.probabilities(pd.DataFrame({"x": [np.nan]}))[0, 1]
    # The probability of a row without x is 3e-7 above the smallest that is a yes, and 3e-7 below after tampering.
    model = replace(plain, policy=Policy(nothing - 3e-7 + TIE))
    graph, signature = build_graph(model)
    smallest = least(model.policy.threshold)
    made = certify(model, with_constants(graph, lambda v: v + 6e-7 if v.size == 1 and v == smallest else v), signature)
    assert made.held_out.flips == 0
    assert made.flips > 0
    assert {(flip.original, flip.graph) for flip in made.flipped} == {("yes", "no")}
    assert made.flipped[0].margin == pytest.approx(3e-7, rel=1e-3)
    assert made.passed


def test_a_graph_without_an_answer_is_refused_row_by_row() -> None:
    model = trained("logistic_regression")
    graph, signature = build_graph(model)
    made = certify(
        model, with_attribute(graph, "coefficients", lambda weights: [float("nan")] * len(weights)), signature
    )
    assert made.held_out.flips == made.held_out.rows
    assert made.held_out.max_difference is None
    assert made.flipped[0].graph == ""
    assert made.flipped[0].refusal == "The probabilities are not numbers."
    assert "is refused by the graph alone (The probabilities are not numbers)" in made.reasons[0]
    json.dumps(made.to_dict(), allow_nan=False)


def test_without_held_out_rows_nothing_is_proven() -> None:
    model = trained("logistic_regression")
    none = replace(model, holdout=model.holdout[:0], holdout_codes=model.holdout_codes[:0], holdout_rows=np.arange(0))
    made = certified(none)
    assert not made.passed
    assert made.reasons == ("There are no held-out rows to compare.",)


def test_what_is_no_graph_is_an_error_for_people() -> None:
    model = trained("logistic_regression")
    with pytest.raises(WorkbenchError, match="cannot be loaded"):
        certify(model, b"no graph", build_graph(model)[1])


def test_progress_is_told_from_nothing_to_all() -> None:
    model = stump()
    told: list[tuple[str, float]] = []
    certify(model, *build_graph(model), on_progress=lambda words, share: told.append((words, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert "Held-out rows: 150 rows" in [words for words, _ in told]


def test_thresholds_of_groups_are_probed_at_their_edges() -> None:
    """One of the groupings is by a column that is no feature, so that it is an input of the graph for the decision."""
    aside = pd.DataFrame({"age": np.arange(150.0) % 90})
    by = (Grouping("count", (20.0, 35.0)), Grouping("age", (40.0,)))
    policy = Policy(0.5, by, ((("below 20", "below 40"), 0.3), (("from 35", "from 40"), 0.7)))
    model = trained("logistic_regression")
    model = replace(model, policy=policy, aside=aside, aside_schema=Schema((Column("age", "number"),)))
    made = certified(model)
    assert made.passed
    [edges] = [probe for probe in made.probes if probe.name == "edges"]
    assert edges.rows == 20 * 9  # each of the three edges and the numbers next to it, in twenty rows


def test_values_that_the_preparation_changes_go_through_the_declared_steps() -> None:
    model = replace(
        trained("logistic_regression"),
        recipe=Recipe(
            (
                Step("merge_levels", ("c:d",), renames=(("A", "a"),)),
                Step("treat_as_missing", ("count",), values=(49.0,)),
            )
        ),
    )
    graph, signature = build_graph(model)
    made = certify(model, graph, signature)
    assert made.passed
    [prepared] = [probe for probe in made.probes if probe.name == "recipe"]
    assert prepared.rows == 40
    assert prepared.max_difference is not None
    forgotten = certify(model, graph, replace(signature, recipe=Recipe()))
    [prepared] = [probe for probe in forgotten.probes if probe.name == "recipe"]
    assert prepared.max_difference is not None
    assert prepared.max_difference > 0.01


@pytest.mark.parametrize(
    ("file", "target", "key"),
    [
        ("adult_train.csv", "class", "random_forest"),
        ("employee_salaries.csv", "gender", "hist_gradient_boosting"),
        ("telco_churn.csv", "Churn", "logistic_regression"),
    ],
)
def test_exports_of_real_tables_are_proven(file: str, target: str, key: str) -> None:
    if not (DATA / "tabular" / file).exists():
        pytest.skip(f"{DATA} is absent: set WORKBENCH_EXTRA_DATA")
    dataset = read_table(DATA / "tabular" / file, file)
    frame = dataset.frame.dropna(subset=[target]).iloc[np.random.default_rng(0).permutation(1500)]
    codes, _ = class_codes(frame[target], dataset.schema[target].format)
    names = tuple(c.name for c in dataset.schema if c.name != target and c.kind != "identifier")
    made = certified(of_table(model_row(key), dataset.schema.select(names), frame[list(names)], codes))
    assert made.passed, made.reasons
    assert made.held_out.rows == 500

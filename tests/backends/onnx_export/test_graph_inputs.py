"""One graph whose inputs are the table's columns says what the model says, whatever the columns are called."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest

from backends.datasets import read_table
from backends.datasets.classes import class_codes
from backends.datasets.grouping import Grouping
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.onnx_export.convert import OPSET
from backends.onnx_export.graph_inputs import build_graph
from backends.onnx_export.signature import Signature
from backends.training.models import MODELS, ModelRow
from backends.training.policy import Policy
from tests.backends.explanations.trained import fitted, on_mixed
from tests.backends.onnx_export.exported import Pair, renamed, with_policy
from tests.backends.training.mixed import SCHEMA, mixed, unfamiliar

DATA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[4] / "shared/data")) / "tabular"
CONVERTING = [row for row in MODELS if not row.exports]
HOSTILE = ("label", "probabilities", "", "f0", "numbers", "a \"b\" 'c'", "😀 \n", "_graph/model/numbers", "column 3")


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("row", CONVERTING, ids=lambda row: row.key)
def test_every_model_says_the_same_of_rows_it_never_saw(row: ModelRow, classes: int) -> None:
    pair = Pair.of(on_mixed(row.key, classes))
    pair.assert_same(pair.model.holdout)
    pair.assert_same(unfamiliar(200, classes))


@pytest.mark.parametrize("row", [row for row in MODELS if row.exports], ids=lambda row: row.key)
def test_a_model_that_does_not_convert_says_why(row: ModelRow) -> None:
    with pytest.raises(WorkbenchError, match=row.exports):
        build_graph(on_mixed(row.key))


@pytest.mark.parametrize(("file", "target"), [("adult_train.csv", "class"), ("winequality-white.csv", "quality")])
@pytest.mark.parametrize("key", ["logistic_regression", "random_forest"])
def test_real_tables_and_their_rows_as_text_are_decided_alike(key: str, file: str, target: str) -> None:
    if not (DATA / file).exists():
        pytest.skip(f"{DATA} is absent: set WORKBENCH_EXTRA_DATA")
    dataset = read_table(DATA / file, file)
    rows = np.random.default_rng(0).permutation(dataset.rows)[:1500]
    codes, classes = class_codes(dataset.frame[target].iloc[rows], dataset.schema[target].format)
    schema = dataset.schema.without((target,))
    frame = dataset.frame.iloc[rows].reset_index(drop=True)[list(schema.names)]
    pair = Pair.of(fitted(key, frame, codes, schema, tuple(classes)))
    pair.assert_same(pair.model.holdout)
    texts = [
        dict(zip(schema.names, row, strict=True)) for row in pair.model.holdout.astype("str").fillna("").to_numpy()
    ]
    found = pair.feeds.of_records(texts, "accept")
    assert not found.problems
    assert pair.runtime.run(found.feeds).labels == pair.ask(pair.model.holdout).labels


def test_inputs_are_the_columns_in_table_order_and_outputs_the_label_and_probabilities() -> None:
    pair = Pair.of(on_mixed("logistic_regression", 3))
    graph = onnx.load_from_string(pair.graph).graph
    assert [given.name for given in graph.input] == list(SCHEMA.names)
    tensors = ["double", "double", "double", "string", "string", "int64", "string", "double"]
    assert [given.tensor for given in pair.signature.inputs] == tensors
    assert [given.words for given in pair.signature.inputs] == [name == "said" for name in SCHEMA.names]
    session = onnxruntime.InferenceSession(pair.graph)
    made = [(one.name, one.type, one.shape) for one in session.get_outputs()]
    assert made == [("label", "tensor(string)", ["rows"]), ("probabilities", "tensor(double)", ["rows", 3])]


def test_the_graph_uses_standard_operators_of_a_fixed_version_alone() -> None:
    model = onnx.load_from_string(build_graph(on_mixed("random_forest"))[0])
    assert {opset.domain: opset.version for opset in model.opset_import} == OPSET
    assert {node.domain for node in model.graph.node} <= OPSET.keys()
    used = {name for node in model.graph.node for name in node.input} | {"label", "probabilities"}
    assert all(used.intersection(node.output) for node in model.graph.node), "no node works for nothing"


def test_the_same_model_gives_the_same_bytes() -> None:
    assert build_graph(on_mixed("decision_tree")) == build_graph(on_mixed("decision_tree"))


def test_columns_may_have_any_name() -> None:
    names = dict(zip(SCHEMA.names, HOSTILE, strict=False))
    pair = Pair.of(renamed(on_mixed("logistic_regression"), names))
    pair.assert_same(pair.model.holdout)
    assert [given.source for given in pair.signature.inputs] == list(HOSTILE[: len(SCHEMA)])
    empty = pair.signature.inputs[2]
    assert (empty.name, empty.column) == ("column 3", "")
    assert (pair.signature.label, pair.signature.probabilities) == ("label_", "probabilities_")
    assert Signature.from_dict(pair.signature.to_dict()) == pair.signature


def test_the_place_that_stands_for_an_empty_name_is_no_other_columns_name() -> None:
    frame = pd.DataFrame({"column 2": np.arange(30.0), "": np.arange(30.0) % 7})
    schema = Schema(tuple(Column(name, "number") for name in frame.columns))
    pair = Pair.of(fitted("decision_tree", frame, np.arange(30) % 7 // 4, schema))
    assert [given.name for given in pair.signature.inputs] == ["column 2", "column 2_"]
    pair.assert_same(pair.model.holdout)


@pytest.mark.parametrize("name", SCHEMA.names)
@pytest.mark.parametrize("key", ["logistic_regression", "hist_gradient_boosting"])
def test_a_table_of_one_column_of_any_kind(key: str, name: str) -> None:
    frame, codes = mixed(200, 2)
    pair = Pair.of(fitted(key, frame[[name]], codes, SCHEMA.select((name,))))
    pair.assert_same(unfamiliar(60, 2)[[name]])


def test_several_dates_between_other_columns_keep_their_places() -> None:
    frame, codes = mixed(300, 2)
    frame = frame.assign(then=frame["when"].to_numpy()[::-1])[["when", "count", "then", "flag", "x (€)"]]
    columns = {column.name: column for column in SCHEMA} | {"then": Column("then", "datetime")}
    schema = Schema(tuple(columns[name] for name in frame.columns))
    pair = Pair.of(fitted("random_forest", frame, codes, schema, n_estimators=30))
    pair.assert_same(pair.model.holdout, 1e-6)


def test_a_class_that_training_never_saw_has_probability_nought() -> None:
    frame = pd.DataFrame({"x": np.arange(40.0)})
    codes = np.array([0, 2] * 20)
    pair = Pair.of(
        fitted("logistic_regression", frame, codes, Schema((Column("x", "number"),)), ("low", "middle", "high"))
    )
    assert (pair.ask(frame).probabilities[:, 1] == 0).all()
    pair.assert_same(frame)


def test_numbers_beyond_single_precision_are_missing() -> None:
    frame = pd.DataFrame({"x": [*np.arange(40.0), np.nan]})
    pair = Pair.of(
        fitted("logistic_regression", frame, np.arange(41) // 21, Schema((Column("x", "number", missing=0.1),)))
    )
    wild = pd.DataFrame({"x": [np.nan, np.inf, -np.inf, 1e300, -3.5e38]})
    found = pair.ask(wild).probabilities
    assert (found == found[0]).all()
    pair.assert_same(pd.DataFrame({"x": [3.4e38, -3.4e38, 0.0, -0.0, 5e-324]}))


def test_a_column_that_only_decides_is_an_input_too() -> None:
    model = on_mixed("logistic_regression")
    aside = pd.DataFrame({"branch": ["north", "south", None] * 40})
    policy = Policy(0.6, (Grouping("branch"),), ((("north",), 0.2), (("missing",), 0.9)))
    model = replace(
        with_policy(model, policy), aside=aside.astype("str"), aside_schema=Schema((Column("branch", "category"),))
    )
    pair = Pair.of(model)
    assert pair.signature.columns.names == (*SCHEMA.names, "branch")
    assert pair.signature.features == SCHEMA.names
    pair.assert_same(model.held_out)
    south = model.held_out.assign(branch="south")
    pair.assert_same(south)
    assert pair.ask(south).labels != pair.ask(model.held_out).labels


def test_a_policy_that_asks_for_a_column_the_table_lacks_is_refused() -> None:
    policy = Policy(0.5, (Grouping("gone"),), ((("x",), 0.2),))
    with pytest.raises(WorkbenchError, match="'gone'"):
        build_graph(with_policy(on_mixed("logistic_regression"), policy))


def test_a_text_that_decides_is_given_twice_as_words_and_as_it_stands() -> None:
    model = on_mixed("logistic_regression")
    said = model.holdout["said"].dropna().iloc[0]
    policy = Policy(0.99, (Grouping("said"),), (((said,), 0.0), (("missing",), 0.0)))
    pair = Pair.of(with_policy(model, policy))
    last = pair.signature.inputs[-1]
    assert (last.name, last.source, last.words) == ("said (as written)", "said", False)
    pair.assert_same(model.holdout)
    chosen = (model.holdout["said"] == said) | model.holdout["said"].isna()
    assert pair.ask(model.holdout).codes[chosen].all()

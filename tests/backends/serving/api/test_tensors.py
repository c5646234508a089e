"""Tensors of the Open Inference Protocol, against the protocol's own client."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tritonclient.http import InferInput
from tritonclient.utils import deserialize_bytes_tensor, np_to_triton_dtype

from backends.errors import WorkbenchError
from backends.serving.api.tensors import Tensor, columns_of

NAN = float("nan")


def from_client(arrays: dict[str, np.ndarray], binary: bool) -> tuple[list[dict[str, Any]], bytes]:
    """Inputs as the client writes them: their JSON, and the bytes behind it."""
    inputs = []
    for name, array in arrays.items():
        one = InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
        one.set_data_from_numpy(array, binary_data=binary)
        inputs.append(one)
    entries = json.loads(json.dumps([one._get_tensor() for one in inputs]))
    return entries, b"".join(one._get_binary_data() or b"" for one in inputs)


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_columns_come_as_the_client_sent_them(binary: bool, shape: tuple[int, ...]) -> None:
    arrays = {
        "age": np.array([31, 44, -7], dtype=np.int64).reshape(shape),
        "income": np.array([1.5, 2.25, 1e300]).reshape(shape),
        "member": np.array([True, False, True]).reshape(shape),
        "city": np.array(["Köln".encode(), b"", b"Rome"], dtype=object).reshape(shape),
    }
    assert columns_of(*from_client(arrays, binary)) == {
        "age": [31, 44, -7],
        "income": [1.5, 2.25, 1e300],
        "member": [True, False, True],
        "city": ["Köln", None, "Rome"],
    }


def test_nan_is_missing() -> None:
    assert columns_of(*from_client({"age": np.array([1.0, NAN])}, binary=True)) == {"age": [1.0, None]}


@given(st.lists(st.text(), min_size=1, max_size=8))
def test_texts_go_through_the_binary_form_unharmed(texts: list[str]) -> None:
    encodable = [text for text in texts if text == text.encode("utf-8", "ignore").decode()] or ["a"]
    array = np.array([text.encode() for text in encodable], dtype=object)
    assert columns_of(*from_client({"x": array}, binary=True)) == {"x": [text or None for text in encodable]}


@given(st.binary(max_size=40), st.integers(0, 50), st.sampled_from(["BYTES", "FP64", "BOOL", "INT32"]))
def test_any_bytes_are_read_or_refused(data: bytes, rows: int, kind: str) -> None:
    one = {"name": "x", "datatype": kind, "shape": [rows], "parameters": {"binary_data_size": len(data)}}
    try:
        found = columns_of([one], data)
    except WorkbenchError:
        return
    assert len(found["x"]) == rows


GOOD = {"name": "age", "datatype": "FP64", "shape": [2], "data": [1, 2]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shape": [2, 2]}, "shape"),
        ({"shape": "2"}, "shape"),
        ({"shape": [True]}, "shape"),
        ({"shape": [3]}, "2 values, not 3"),
        ({"datatype": "COMPLEX"}, "type 'COMPLEX'"),
        ({"data": {"a": 1}}, "no list"),
        ({"data": [1, [2, 3]]}, "holds"),
        ({"data": None}, "no list"),
        ({"name": 7}, "no object with a name"),
        ({"parameters": {"binary_data_size": 16}}, "not all there"),
        ({"parameters": {"binary_data_size": -1}}, "-1 bytes"),
    ],
)
def test_a_malformed_tensor_is_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        columns_of([{**GOOD, **change}], b"")


def test_inputs_that_do_not_go_together_are_refused() -> None:
    for inputs, binary, said in (
        ([], b"", "no list of inputs"),
        ([GOOD, GOOD], b"", "twice"),
        ([GOOD, {**GOOD, "name": "b", "shape": [1], "data": [1]}], b"", "1 to 2 rows"),
        ([GOOD], b"1234", "belong to no input"),
    ):
        with pytest.raises(WorkbenchError, match=said):
            columns_of(inputs, binary)


def test_answers_are_read_by_the_client() -> None:
    label = Tensor("label", "BYTES", (2,), ["<=50K", "größer"])
    entry, data = label.as_binary()
    assert entry["parameters"]["binary_data_size"] == len(data)
    assert [one.decode() for one in deserialize_bytes_tensor(data)] == ["<=50K", "größer"]
    shares = Tensor("probabilities", "FP64", (2, 2), np.array([[0.25, 0.75], [1.0, 0.0]]))
    assert np.frombuffer(shares.as_binary()[1]).tolist() == [0.25, 0.75, 1.0, 0.0]
    assert list(shares.as_json()["data"]) == [0.25, 0.75, 1.0, 0.0]

"""The parts of dates that the graph computes are those of `date_parts`, to the last digit."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from backends.datasets.schema import Column
from backends.onnx_export.dates import DateParts
from backends.onnx_export.nodes import Nodes
from backends.onnx_export.signature import MISSING_DATE
from backends.training.values import DATE_PARTS, date_parts


@pytest.fixture(scope="module")
def session() -> onnxruntime.InferenceSession:
    nodes = Nodes("own/")
    parts = DateParts(nodes, "moments").parts()
    outputs = [nodes.add("Identity", value, out=part) for part, value in parts.items()]
    graph = helper.make_graph(
        nodes.nodes,
        "dates",
        [helper.make_tensor_value_info("moments", TensorProto.INT64, [None, 1])],
        [helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 1]) for name in outputs],
        nodes.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return onnxruntime.InferenceSession(model.SerializeToString())


def assert_exact(session: onnxruntime.InferenceSession, dates: np.ndarray) -> None:
    expected = date_parts(pd.Series(dates), Column("when", "datetime"))
    found = dict(
        zip(DATE_PARTS, session.run(list(DATE_PARTS), {"moments": dates.astype(np.int64)[:, None]}), strict=True)
    )
    for part, values in expected.items():
        np.testing.assert_array_equal(found[part][:, 0], values, err_msg=part)


def test_every_day_of_the_calendar_from_year_1_to_9999(session: onnxruntime.InferenceSession) -> None:
    days = np.arange("0001-01-01", "10000-01-01", 1, dtype="datetime64[D]").astype("datetime64[us]")
    assert_exact(session, days[::7])
    ends = np.arange("0001-01", "10000-01", dtype="datetime64[M]").astype("datetime64[us]")
    assert_exact(session, np.concatenate([ends, ends - np.timedelta64(1, "us")])[1:])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(2**63) + 86_400_000_001, 2**63 - 1), min_size=1, max_size=50))
def test_any_moment_that_pandas_can_hold(session: onnxruntime.InferenceSession, moments: list[int]) -> None:
    assert_exact(session, np.array(moments, dtype="datetime64[us]"))


def test_no_date_has_no_part(session: onnxruntime.InferenceSession) -> None:
    found = session.run(None, {"moments": np.array([[MISSING_DATE], [0]])})
    assert all(np.isnan(values[0, 0]) and not np.isnan(values[1, 0]) for values in found)

"""No library that answers for the workbench reports to its makers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# ONNX Runtime gives each machine a number in the user's home when its reports are on, and keeps them there until sent.
SESSION = """
import onnxruntime
from onnx import TensorProto, helper

ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", ends[:1], ends[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
"""
BUNDLE = f"import runpy; runpy.run_path({str(ROOT / 'backends' / 'bundle' / 'predict.py')!r})\n"


@pytest.mark.parametrize("first", ["import backends\n", BUNDLE], ids=["workbench", "predict.py of a bundle"])
def test_onnx_runtime_does_not_report(first: str, tmp_path: Path) -> None:
    places = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    rest = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    command = [sys.executable, "-B", "-c", first + SESSION]
    subprocess.run(command, cwd=ROOT, env=rest | places, check=True)
    assert sorted(tmp_path.rglob("*")) == []

"""Asking an exported graph, by ONNX Runtime alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backends.errors import WorkbenchError
from backends.onnx_export.signature import Signature


@dataclass(frozen=True)
class Outputs:
    """What a graph says of some rows: a label each, its code (rows,) and probabilities (rows, classes), float64."""

    labels: list[str]
    codes: np.ndarray
    probabilities: np.ndarray


class Runtime:
    """A loaded graph. Any number of threads may ask it at once, each on `threads` cores."""

    def __init__(self, model: bytes | Path, signature: Signature, threads: int = 1) -> None:
        """Load a graph from its bytes or its file. Raises WorkbenchError for what ONNX Runtime cannot load."""
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as errors

        self.signature = signature
        self._codes = {label: code for code, label in enumerate(signature.classes)}
        self._outputs = [signature.label, signature.probabilities]
        self._inputs = frozenset(one.name for one in signature.inputs)
        wrong = (errors.Fail, errors.InvalidArgument, errors.InvalidGraph, errors.InvalidProtobuf, errors.NoSuchFile)
        try:
            self._session = onnxruntime.InferenceSession(
                model if isinstance(model, bytes) else str(model), _options(threads), providers=["CPUExecutionProvider"]
            )
        except (*wrong, errors.NotImplemented) as error:
            raise WorkbenchError(f"The ONNX graph cannot be loaded: {error}", hint="Export the model again.") from error
        # What a large request took goes back after it: a process holds many graphs, most of them idle.
        self._run = onnxruntime.RunOptions()
        self._run.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        given = {one.name for one in self._session.get_inputs()}
        if given != self._inputs:
            odd = sorted(given ^ self._inputs)[0]
            raise WorkbenchError(
                f"The graph and its signature differ in the input {odd!r}.", hint="Export the model again."
            )

    def run(self, feeds: Mapping[str, np.ndarray]) -> Outputs:
        """Labels and probabilities of the rows of `feeds`, one array (rows, 1) per input of the signature."""
        if not len(next(iter(feeds.values()))):  # some operators refuse to work on nothing
            return Outputs([], np.empty(0, dtype=np.intp), np.empty((0, len(self.signature.classes))))
        labels, probabilities = self._session.run(self._outputs, feeds, self._run)
        found = labels.tolist()
        return Outputs(found, np.array([self._codes[label] for label in found], dtype=np.intp), probabilities)


def _options(threads: int) -> object:
    """Threads that wait sleep: the process has other work."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors: they are raised as well
    return options

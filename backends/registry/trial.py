"""A distrusted bundle, asked once before it is published: does its graph load, and answer as its schema says?"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from backends.errors import WorkbenchError
from backends.settings import MEGABYTE

if TYPE_CHECKING:
    from backends.bundle import Bundle
    from backends.onnx_export.signature import Signature

ROWS = 100  # examples and background rows that are asked, at most
SECONDS = 30.0  # after which the graph is stopped
MEMORY = 2048 * MEGABYTE  # bytes that all graphs on trial may take beside their own constants
SUM = 1e-3  # that a row's probabilities may be away from 1: graphs add up in single precision
_HINT = "Export the model again."
_TENSORS = {"double": "tensor(double)", "int64": "tensor(int64)", "string": "tensor(string)"}


def tried(bundle: Bundle) -> None:
    """Raises WorkbenchError for a graph that does not load, or answers its own rows otherwise than it should.

    The rows are the bundle's examples and background, or that of the columns' examples where it has none. Their
    labels are among the classes, one per row, and those that the declared decision makes of the probabilities. The
    graph is loaded without being optimised, so that loading computes nothing, and runs within `SECONDS` and `MEMORY`.
    """
    signature = bundle.signature
    feeds = _fed(bundle)
    session = _session(bundle.model)
    _check_ends(session, signature)
    labels, probabilities = _answers(session, signature, feeds)
    rows = len(next(iter(feeds.values())))
    _check_answers(labels, probabilities, signature, rows)


def _fed(bundle: Bundle) -> dict[str, np.ndarray]:
    """The rows as inputs of the graph. That a value was not seen in training is no fault of theirs."""
    from backends.onnx_export.feeds import Feeds

    columns = bundle.signature.columns
    rows = [*bundle.examples, *bundle.background][:ROWS] or [{one.name: one.example for one in columns}]
    try:
        fed = Feeds(bundle.signature).of_records(rows, unusual="accept")
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
        raise _wrong(f"examples or background rows cannot be read: {type(error).__name__} {error!s:.80}") from error
    if fed.problems:
        raise _wrong(f"examples or background rows do not fit its schema: {fed.problems[0].message:.200}".rstrip("."))
    return fed.feeds


def _session(graph: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    if _bounded():
        options.add_session_config_entry("session.use_env_allocators", "1")
        options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except _refusals() as error:
        raise _wrong(f"'model.onnx' cannot be loaded: {error!s:.200}") from error


@cache
def _bounded() -> bool:
    """Have ONNX Runtime keep an allocator of at most `MEMORY` bytes; once per process, as it has one for all."""
    import onnxruntime as ort

    about = ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT)
    ort.create_and_register_allocator(about, ort.OrtArenaCfg({"max_mem": MEMORY, "arena_extend_strategy": 1}))
    return True


def _check_ends(session: Any, signature: Signature) -> None:
    """The inputs are those of the signature, with their types; its outputs are there."""
    found = {one.name: one.type for one in session.get_inputs()}
    declared = {one.name: _TENSORS[one.tensor] for one in signature.inputs}
    if odd := sorted(name for name in {*found, *declared} if found.get(name) != declared.get(name)):
        name = odd[0]
        raise _wrong(f"graph has {found.get(name)} as input {name!r:.60}, and its schema {declared.get(name)}")
    outputs = {one.name: one.type for one in session.get_outputs()}
    for name, kind in ((signature.label, "tensor(string)"), (signature.probabilities, "tensor(double)")):
        if outputs.get(name) != kind:
            raise _wrong(f"graph has {outputs.get(name)} as output {name!r:.60}, not {kind}")


def _answers(session: Any, signature: Signature, feeds: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    import onnxruntime

    run = onnxruntime.RunOptions()
    run.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    alarm = threading.Timer(SECONDS, setattr, (run, "terminate", True))
    alarm.daemon = True
    alarm.start()
    try:
        labels, probabilities = session.run([signature.label, signature.probabilities], feeds, run)
    except _refusals() as error:
        late = f"took longer than {SECONDS:g} seconds" if run.terminate else f"fails: {error!s:.200}"
        raise _wrong(f"graph {late}") from error
    finally:
        alarm.cancel()
    return labels, probabilities


def _check_answers(labels: np.ndarray, probabilities: np.ndarray, signature: Signature, rows: int) -> None:
    classes = signature.classes
    shapes = (labels.shape, probabilities.shape)
    if shapes != ((rows,), (rows, len(classes))):
        raise _wrong(f"graph answers {rows:,} rows in the shapes {shapes} for {len(classes):,} classes")
    within = np.isfinite(probabilities).all() and (probabilities > -SUM).all()
    if not within or (np.abs(probabilities.sum(axis=1) - 1) > SUM).any():
        raise _wrong("graph gives numbers that are no probabilities")
    strange = sorted({*labels.tolist()} - {*classes})
    if strange:
        raise _wrong(f"graph answers {strange[0]!r:.60}, which is none of its classes")
    if signature.binary and signature.policy.thresholds:
        return  # whose threshold a row has is told by the graph alone
    if (decided := [classes[code] for code in _decided(probabilities, signature)]) != labels.tolist():
        at = next(at for at, (one, two) in enumerate(zip(decided, labels.tolist(), strict=True)) if one != two)
        given = ", ".join(f"{value:.3g}" for value in probabilities[at, :5])
        raise _wrong(f"graph answers {labels[at]!r:.60} where its schema decides {decided[at]!r:.60} from {given}")


def _decided(probabilities: np.ndarray, signature: Signature) -> list[int]:
    """The codes that the decision which the schema declares makes of probabilities."""
    from backends.training.formulas import predicted_codes
    from backends.training.policy import least

    if signature.binary:
        return (probabilities[:, 1] >= least(signature.policy.threshold)).astype(int).tolist()
    return predicted_codes(probabilities).tolist()


def _refusals() -> tuple[type[Exception], ...]:
    """What ONNX Runtime raises for a graph that it cannot load or run, and for one that was stopped."""
    from onnxruntime.capi import onnxruntime_pybind11_state as errors

    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented", "RuntimeException",
             "NoSuchFile", "NoModel", "ModelLoaded", "EPFail")  # fmt: skip
    return (*(getattr(errors, name) for name in names if hasattr(errors, name)), MemoryError, UnicodeDecodeError)


def _wrong(words: str) -> WorkbenchError:
    return WorkbenchError(f"The bundle's {words}.", hint=_HINT)

"""Convert a model to ONNX and measure how well it agrees: ``python -m backends.retrieval.embedding.export``.

It runs in a process of its own, so that torch never enters the workbench's. The folder it is given holds the
converted model, the tokenizer and a record afterwards. What does not convert leaves a record that says why.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from backends.errors import WorkbenchError
from backends.retrieval.embedding import torch_models
from backends.retrieval.embedding.int8 import to_int8
from backends.retrieval.embedding.onnx_embedder import OnnxEmbedder
from backends.retrieval.embedding.probes import PASSAGES, QUESTIONS
from backends.retrieval.embedding.record import MODEL, TOKENIZER, Agreement, Record, digests_of
from backends.retrieval.embedding.reranker import OnnxReranker
from backends.retrieval.embedding.tokens import LONGEST

EXACT = 0.9999  # least agreement of a conversion in float32: below, it computes something else
CLOSE = 0.998  # mean cosine of int8: at 0.9992 nDCG@10 on Cranfield moved by 0.5 %, at 0.9977 by 0.9 %
_OPSET = 18
_LARGEST = 1_900_000_000  # bytes: a file of ONNX ends at 2 GB
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_LIBRARIES = ("onnx", "onnxruntime", "sentence-transformers", "tokenizers", "torch", "transformers")


class NotExpressibleError(Exception):
    """The model computes what a graph of token numbers cannot."""


def convert(kind: str, source: Path, target: Path, record: Record) -> Record:
    """Write the converted "embedder" or "reranker" of `source` into `target`, and its record.

    Raises WorkbenchError when the model cannot be loaded. One that cannot be converted gives a record that says so.
    """
    model = torch_models.load(kind, source)
    record = replace(record, versions={name: version(name) for name in _LIBRARIES})
    record = _described(kind, model, target, record)
    try:
        _trace(kind, model, target)
        record = _verified(kind, model, target, record)
    except NotExpressibleError as error:
        reason = f"{record.name} runs through torch, which is slower: {error}."
        record = replace(record, arithmetic="torch", reason=reason)
    for path in target.glob("*.onnx*"):
        if path.name != MODEL or record.arithmetic == "torch":
            path.unlink()
    record = replace(record, digests=digests_of(target))
    record.write(target)
    return record


def _described(kind: str, model: Any, target: Path, record: Record) -> Record:
    """Save the tokenizer and note what the model wants: prompts, lengths, padding."""
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise WorkbenchError(
            f"The model {record.name!r} has no tokenizer.json, so where its tokens are is not known.",
            hint="Save it anew with a fast tokenizer of the transformers library.",
        )
    tokenizer.save(str(target / TOKENIZER))
    prompts = {name: text or "" for name, text in (model.prompts or {}).items()}
    usual = prompts.get(model.default_prompt_name or "", "")
    passage = next((prompts[name] for name in ("document", "passage", "corpus") if name in prompts), usual)
    return replace(
        record,
        width=model.get_embedding_dimension() if kind == "embedder" else 1,
        longest=min(model.max_seq_length or LONGEST, LONGEST),
        padding=model.tokenizer.pad_token_id or 0,
        query_prompt=prompts.get("query", usual),
        passage_prompt=passage,
    )


def _trace(kind: str, model: Any, target: Path) -> None:
    import torch

    if sum(weight.numel() for weight in model.parameters()) * 4 > _LARGEST:
        raise NotExpressibleError("its weights do not fit into one file of ONNX")
    prompted = kind == "embedder" and any(model.prompts.values())
    if prompted and any(getattr(module, "include_prompt", True) is False for module in model):
        raise NotExpressibleError("it leaves its prompt out of the mean")
    texts: list[Any] = list(PASSAGES[:2]) if kind == "embedder" else [(QUESTIONS[0], text) for text in PASSAGES[:2]]
    given = model.preprocess(texts)
    names = [name for name in _INPUTS if name in given]
    axes = {name: {0: "batch", 1: "tokens"} for name in names} | {"rows": {0: "batch"}}
    try:
        with torch.no_grad():
            torch.onnx.export(
                _graph(kind, model, names),
                tuple(given[name] for name in names),
                str(target / "traced.onnx"),
                input_names=names,
                output_names=["rows"],
                dynamic_axes=axes,
                opset_version=_OPSET,
                dynamo=False,
            )
        _simplify(target / "traced.onnx", target / MODEL)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # whatever a model's own code and the converters raise
        raise NotExpressibleError(f"it cannot be traced ({type(error).__name__})") from error


def _graph(kind: str, model: Any, names: list[str]) -> Any:
    """The whole model, with pooling and what follows it, as a function of its inputs in order."""
    import torch

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> Any:
            found = self.model(dict(zip(names, inputs, strict=True)))
            if kind == "embedder":
                return found["sentence_embedding"]
            return self.model.activation_fn(found["scores"]).reshape(-1, 1)

    return Graph().eval()


def _verified(kind: str, model: Any, target: Path, record: Record) -> Record:
    """Compare with the original, in float32 and for embeddings in int8, and keep the smallest that agrees."""
    compare = _compare_vectors if kind == "embedder" else _compare_scores
    exact = compare(model, target, record)
    if not exact.least >= EXACT:
        raise NotExpressibleError(f"its conversion agrees to {exact.least:.4f} only")
    record = replace(record, arithmetic="float32", agreement={"float32": exact})
    if kind == "reranker":
        return record
    (target / MODEL).replace(target / "float32.onnx")
    count = to_int8(target / "float32.onnx", target / MODEL)
    close = compare(model, target, record)
    record = replace(record, agreement={**record.agreement, "int8": close})
    if count and close.mean >= CLOSE:
        return replace(record, arithmetic="int8")
    (target / "float32.onnx").replace(target / MODEL)
    return record


def _simplify(source: Path, target: Path) -> None:
    """Fold what is constant; further rewriting is left to the session, as it depends on the processor."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(target)
    options.log_severity_level = 3
    ort.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def _compare_vectors(model: Any, target: Path, record: Record) -> Agreement:
    converted = OnnxEmbedder(target, record)
    ours = np.vstack([converted.encode(PASSAGES), *(converted.encode_query(text) for text in QUESTIONS)])
    theirs = np.vstack([torch_models.passages(model, list(PASSAGES)), torch_models.questions(model, list(QUESTIONS))])
    return _agreement((ours * theirs).sum(axis=1))


def _compare_scores(model: Any, target: Path, record: Record) -> Agreement:
    converted = OnnxReranker(target, record)
    ours = np.concatenate([converted.score(question, PASSAGES) for question in QUESTIONS])
    pairs = [(question, text) for question in QUESTIONS for text in PASSAGES]
    return _agreement(1 - np.abs(ours - torch_models.scores(model, pairs)))


def _agreement(likeness: np.ndarray) -> Agreement:
    return Agreement(mean=float(likeness.mean()), least=float(likeness.min()))


def main(arguments: list[str], convert: Callable[..., Record] = convert) -> int:
    """``kind source target name key``: convert, and say in one line what went wrong."""
    kind, source, target, name, key = arguments
    try:
        convert(kind, Path(source), Path(target), Record(name=name, key=key, arithmetic="float32"))
    except WorkbenchError as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The embedding model against the plain sentence-transformers call: ``python -m benchmarks.embedding [DOCUMENTS]``.

Both embed Cranfield's documents and queries on `THREADS` threads in one process, taking turns on parts of the
documents. The first query is timed in a new process, from its start to the vector.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from backends.retrieval.embedding import open_embedder
from backends.retrieval.embedding.source import find_embedder
from backends.retrieval.evaluation.trec import evaluate_run, read_qrels
from backends.settings import Settings
from benchmarks._rows import Bar, Row, report

EXTRA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[2] / "shared" / "data"))
CRANFIELD = EXTRA / "retrieval" / "cranfield"
THREADS = 2
PART = 100  # documents in a row on one side
QUERIES = 60  # that are timed one by one
STARTS = 5
FIRST = """
import time; start = time.perf_counter()
from backends.retrieval.embedding import open_embedder
open_embedder().encode_query("what is a slipstream")
print(time.perf_counter() - start)
"""


@dataclass
class Side:
    """One way to embed, and what was measured of it."""

    name: str
    passages: Callable[[list[str]], np.ndarray]
    question: Callable[[str], np.ndarray]
    vectors: list[np.ndarray] = field(default_factory=list)
    seconds: float = 0.0
    processor_seconds: float = 0.0
    query_ms: list[float] = field(default_factory=list)


def main(limit: int | None) -> None:
    """Measure and report."""
    if not CRANFIELD.exists():
        sys.exit(f"This needs {CRANFIELD}; set WORKBENCH_EXTRA_DATA.")
    documents, questions = read("corpus.jsonl")[:limit], read("queries.jsonl")
    sides = [torch_side(), our_side()]
    for side in sides:
        side.passages([documents[0]["text"]] * 8)
    for start in range(0, len(documents), PART):
        for side in sides if start // PART % 2 else sides[::-1]:
            embed(side, [document["text"] for document in documents[start : start + PART]])
    for question in questions[:QUERIES]:
        for side in sides:
            begin = time.perf_counter()
            side.question(question["text"])
            side.query_ms.append((time.perf_counter() - begin) * 1_000)
    scores = [ndcg(side, documents, questions) for side in sides]
    print_table(sides, scores, len(documents), first_query())


def read(name: str) -> list[dict[str, Any]]:
    """The lines of a JSON file."""
    return [json.loads(line) for line in (CRANFIELD / name).read_text(encoding="utf-8").splitlines()]


def torch_side() -> Side:
    """The plain call: `SentenceTransformer.encode` with its defaults."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(THREADS)
    model = SentenceTransformer(str(find_embedder(Settings()).folder), device="cpu")
    encode = _quiet(model)
    return Side(f"sentence-transformers {version('sentence-transformers')}", encode, encode)


def _quiet(model: Any) -> Callable[[Any], np.ndarray]:
    return lambda texts: model.encode(texts, show_progress_bar=False)


def our_side() -> Side:
    """The embedder of the workbench."""
    embedder = open_embedder(Settings(cores=THREADS))
    return Side(f"workbench ({embedder.identity.rpartition('-')[2]})", embedder.encode, embedder.encode_query)


def version(name: str) -> str:
    """The installed version of a library."""
    import importlib.metadata

    return importlib.metadata.version(name)


def embed(side: Side, texts: list[str]) -> None:
    """Embed one part and add to the times."""
    begin, processor = time.perf_counter(), time.process_time()
    side.vectors.append(side.passages(texts))
    side.seconds += time.perf_counter() - begin
    side.processor_seconds += time.process_time() - processor


def ndcg(side: Side, documents: list[dict[str, Any]], questions: list[dict[str, Any]]) -> float:
    """nDCG@10 of ranking by cosine alone, over the questions with a judgement."""
    judgements = read_qrels((CRANFIELD / "qrels.tsv").read_text(encoding="utf-8"))
    vectors = np.vstack(side.vectors)
    names = [document["id"] for document in documents]
    run = {
        question["id"]: dict(zip(names, (vectors @ side.question(question["text"])).tolist(), strict=True))
        for question in questions
    }
    return evaluate_run(run, judgements, k=10)["ndcg@10"]


def first_query() -> list[float]:
    """Seconds in new processes, from the first import to the vector of a question, with the conversion kept."""
    found = []
    for _ in range(STARTS):
        command = [sys.executable, "-c", FIRST]
        done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
        found.append(float(done.stdout))
    return found


def print_table(sides: list[Side], scores: list[float], documents: int, starts: list[float]) -> None:
    """What each side took, and the ratios beside their bars."""
    plain, ours = sides
    print(f"Cranfield, {documents} documents, {THREADS} threads; queries one by one\n")
    print("| side | passages/s | processor s | query ms (median) | nDCG@10 |\n| --- | ---: | ---: | ---: | ---: |")
    for side, score in zip(sides, scores, strict=True):
        rate, query = documents / side.seconds, statistics.median(side.query_ms)
        print(f"| {side.name} | {rate:,.1f} | {side.processor_seconds:,.1f} | {query:.1f} | {score:.4f} |")
    likeness = np.sum(np.vstack(plain.vectors) * np.vstack(ours.vectors), axis=1)
    print(f"\nCosine to torch's vectors, mean (least): {likeness.mean():.4f} ({likeness.min():.4f})")
    print(f"First query of a new process, slowest: {max(starts):.2f} s")
    query, their_query = (statistics.median(side.query_ms) for side in (ours, plain))
    rates = documents / ours.seconds, documents / plain.seconds
    report(
        "embedding",
        [
            Row("embedding Cranfield", rates[0], "passages/s", plain.name, rates[1], (Bar(">=", 1.5),)),
            Row("one question, median", query, "ms", plain.name, their_query, (Bar("<=", 0.5),)),
            Row("nDCG@10 by meaning alone", scores[1], "", plain.name, scores[0], (Bar(">=", 0.99), Bar("<=", 1.01))),
            Row("first question of a new process", statistics.median(starts), "s", bars=(Bar("<=", 1, "here"),)),
        ],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else None)

"""How well and how fast documents are found: ``python -m benchmarks.retrieval [PASSAGES]``.

Quality is nDCG@10 on Cranfield with the product's defaults: every document is added as it comes, each query is asked
through `Collection.search`, and the hits are turned into documents by their best passage. Several of the k passages
that are asked for may be of one document, so k is said beside each figure: the Ask page's own, which leaves fewer than
ten documents to be ranked, and one that fills all ten places. What was chosen by looking at scores was chosen on the
queries with odd numbers; those with even numbers are the test.

Speed is of 100,000 passages that are recombined from Cranfield's sentences, with vectors that are real ones perturbed.
The floor of the same run is FAISS (flat) for vectors and FTS5's own ``bm25()`` for words, without anything around them.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from backends.retrieval.chunking.chunk import Chunk
from backends.retrieval.chunking.sentence import sentences
from backends.retrieval.collection import Collection
from backends.retrieval.documents.document import Document
from backends.retrieval.embedding import Embedder, open_embedder
from backends.retrieval.evaluation.trec import evaluate_run, read_qrels
from backends.retrieval.index.passages import Facts
from backends.retrieval.index.schema import FILE
from backends.retrieval.search.analysis import query_terms
from backends.retrieval.search.hit import SearchOptions
from backends.settings import Settings
from benchmarks._rows import Bar, Row, report

EXTRA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[2] / "shared" / "data"))
CRANFIELD = EXTRA / "retrieval" / "cranfield"
PASSAGES, WORDS, PER_DOCUMENT = 100_000, 150, 50
METRIC = "ndcg@10"
ASKED_FOR = (SearchOptions().k, 50)  # passages: as on the page, and enough to make ten documents of
DELETIONS = 5
PEERS = ("BM25 alone", "dense alone", "reciprocal rank fusion")
LEAST = Bar(">=", 0.415, "here")
WAYS: dict[str, dict[str, Any]] = {
    "BM25 alone": {"mode": "lexical"},
    "dense alone": {"mode": "dense"},
    "reciprocal rank fusion": {"feedback": 0},
    "the default": {},
}


class Made:
    """Vectors that were made beforehand, beside questions that are really encoded."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.questions: dict[str, np.ndarray] = {}
        self.name, self.identity = "made", "made"
        self.dimension, self.max_tokens = embedder.dimension, embedder.max_tokens
        self.notes: tuple[str, ...] = ()
        self.spans, self.encode = embedder.spans, embedder.encode

    def encode_query(self, text: str) -> np.ndarray:
        known = self.questions.get(text)
        return self._embedder.encode_query(text) if known is None else known


def main(passages: int) -> None:
    """Measure and print Markdown tables."""
    if not CRANFIELD.exists():
        sys.exit(f"This needs {CRANFIELD}; set WORKBENCH_EXTRA_DATA.")
    documents = [one for one in read("corpus.jsonl") if one["text"]]  # two of them are empty
    questions = [one["text"] for one in read("queries.jsonl")]
    embedder = open_embedder()
    with tempfile.TemporaryDirectory() as home:
        with Collection.open(Settings(home=home), "cranfield", embedder=embedder) as collection:
            vectors, rows = quality(collection, embedder, documents, questions)
        made = Made(embedder)
        with Collection.open(Settings(home=home), "many", embedder=made) as collection:
            fill(collection, documents, vectors, passages)
            rows += speed(collection, made, questions, passages)
    report("retrieval", rows)


def read(name: str) -> list[dict[str, Any]]:
    """The lines of a JSON file."""
    return [json.loads(line) for line in (CRANFIELD / name).read_text(encoding="utf-8").splitlines()]


def quality(
    collection: Collection, embedder: Embedder, documents: list[dict[str, Any]], questions: list[str]
) -> tuple[np.ndarray, list[Row]]:
    """Print nDCG@10 of each way and k; gives the vectors of the passages, and the rows of the default."""
    read = (Document(f"{one['id']}.txt", "txt", one["text"], one["title"]) for one in documents)
    refused = [one.reason for one in collection.add_documents(read) if one.document is None]
    if refused:
        sys.exit(f"{len(refused)} documents were refused: {refused[0]}")
    status = collection.status()
    print(f"Cranfield: {status.documents:,} documents, {status.passages:,} passages, {len(questions)} queries\n")
    print("| nDCG@10 | k | odd (chosen on) | even (test) | all |\n| --- | ---: | ---: | ---: | ---: |")
    tested: dict[tuple[str, int], float] = {}
    for (name, options), k in product(WAYS.items(), ASKED_FOR):
        scores = ndcg(collection, questions, {"k": k, **options})
        odd, even = ([value for id, value in scores.items() if int(id) % 2 == rest] for rest in (1, 0))
        print(f"| {name} | {k} | {np.mean(odd):.4f} | {np.mean(even):.4f} | {np.mean(list(scores.values())):.4f} |")
        tested[name, k] = float(np.mean(even))
    rows = [
        Row(
            f"nDCG@10 on Cranfield's test half, {k} passages", tested["the default", k], "", peer, tested[peer, k], bars
        )
        for peer, k, bars in product(PEERS, ASKED_FOR, [(LEAST,)])
    ]
    return collection.store.vectors_since(0, embedder.identity).vectors, rows


def ndcg(collection: Collection, questions: list[str], options: dict[str, Any]) -> dict[str, float]:
    """nDCG@10 of each query by its number, the documents being ranked by their best passage."""
    judged = read_qrels((CRANFIELD / "qrels.tsv").read_text())
    scores: dict[str, float] = {}
    for number, question in enumerate(questions, start=1):
        ranked = dict.fromkeys(hit.document.name.removesuffix(".txt") for hit in collection.search(question, **options))
        run = {name: 1.0 / rank for rank, name in enumerate(ranked, start=1)}
        id = str(number)
        scores[id] = evaluate_run({id: run}, {id: judged[id]}, 10)[METRIC]
    return scores


def fill(collection: Collection, documents: list[dict[str, Any]], vectors: np.ndarray, passages: int) -> None:
    """Write so many passages, made of real sentences in a new order and of real vectors with some noise."""
    generator = np.random.default_rng(0)
    stock = [one["text"][a:b].strip() + " " for one in documents for a, b in sentences(one["text"])]
    began = time.perf_counter()
    for number in range(passages // PER_DOCUMENT):
        texts = [passage(stock, generator) for _ in range(PER_DOCUMENT)]
        ends = np.cumsum([len(text) for text in texts]).tolist()
        chunks = [Chunk(end - len(text), end, WORDS) for text, end in zip(texts, ends, strict=True)]
        noisy = vectors[generator.integers(len(vectors), size=PER_DOCUMENT)]
        noisy = noisy + generator.normal(0, 0.03, noisy.shape)
        noisy = (noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float32)
        collection.store.put(Document(f"{number}.txt", "txt", "".join(texts)), chunks, noisy, Facts(identity="made"))
    print(f"\n{passages:,} passages of about {WORDS} words, written in {time.perf_counter() - began:.0f} s\n")


def passage(stock: list[str], generator: np.random.Generator) -> str:
    """Sentences up to about so many words."""
    text = ""
    while text.count(" ") < WORDS:
        text += stock[int(generator.integers(len(stock)))]
    return text


def speed(collection: Collection, made: Made, questions: list[str], passages: int) -> list[Row]:
    """Print times of queries, and give the rows: queries and deletions, and memory, beside the floor."""
    before = memory()
    began = time.perf_counter()
    collection.search(questions[0])
    first = time.perf_counter() - began
    collection._engine.wait()  # type: ignore[attr-defined] # the approximate index is built in the background
    encoded = [made.encode_query(question) for question in questions]
    whole = times(collection.search, questions)
    made.questions = dict(zip(questions, encoded, strict=True))
    rows = [
        ("search with the encoder", whole),
        ("search without the encoder", times(collection.search, questions)),
        ("of it by words only", times(lambda question: collection.search(question, mode="lexical"), questions)),
        ("of it by meaning only", times(lambda question: collection.search(question, mode="dense"), questions)),
    ]
    used = memory()
    rows += list(floor(collection, encoded, questions))
    print("| | p50 ms | p95 ms |\n| --- | ---: | ---: |")
    for name, taken in rows:
        print(f"| {name} | {np.percentile(taken, 50):.1f} | {np.percentile(taken, 95):.1f} |")
    deleted = [timed(collection.delete, document.id) for document in collection.documents()[:DELETIONS]]
    print(f"\nFirst query after opening: {first:.2f} s. Memory for {passages:,} passages: {used - before:,.0f} MB.")
    p95 = {name: float(np.percentile(taken, 95)) for name, taken in rows}
    words, what = "FTS5 bm25() alone", f"a search in {passages:,} passages, p95"
    return [
        Row(f"{what}, with the encoder", p95[rows[0][0]], "ms", words, p95[words], (Bar("<", 120, "here"),)),
        Row(f"{what}, without it", p95[rows[1][0]], "ms", words, p95[words], (Bar("<", 60, "here"),)),
        Row("of it by meaning only", p95[rows[3][0]], "ms", "FAISS flat alone", p95["FAISS flat alone"]),
        Row("deleting a document there", max(deleted), "s", bars=(Bar("<", 1, "here"),)),
        Row("memory of the process", used, "MB", bars=(Bar("<", 1_500, "here"),)),
    ]


def floor(collection: Collection, vectors: list[np.ndarray], questions: list[str]) -> Iterator[tuple[str, list[float]]]:
    """The bare libraries on the same vectors and words."""
    import faiss

    flat = faiss.IndexFlatIP(len(vectors[0]))
    flat.add(collection.store.vectors_since(0, "made").vectors)
    queries = dict(zip(questions, vectors, strict=True))
    yield "FAISS flat alone", times(lambda question: flat.search(queries[question][None], 100), questions)
    with sqlite3.connect(collection.folder / FILE) as connection:
        sql = "SELECT rowid, bm25(fts) FROM fts WHERE fts MATCH ? ORDER BY bm25(fts) LIMIT 100"

        def fts(question: str) -> None:
            connection.execute(sql, (" OR ".join(f'"{term}"' for term in query_terms(question)),)).fetchall()

        yield "FTS5 bm25() alone", times(fts, questions[:50])


def times(run: Callable[[str], Any], questions: list[str]) -> list[float]:
    """Milliseconds of each question."""
    return [timed(run, question) * 1_000 for question in questions]


def timed(run: Callable[[str], Any], given: str) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    run(given)
    return time.perf_counter() - began


def memory() -> float:
    """Resident memory of this process in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PASSAGES)

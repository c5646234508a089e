"""What the same work costs on this machine alone and on an engine beside it.

Each function takes the folder it may write to, reads the engine's address from the environment as the workbench does,
and returns seconds for one piece of its work.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from backends.settings import Settings

MODELS = ("dummy", "logistic_regression", "decision_tree", "random_forest", "hist_gradient_boosting")
ROWS = 5_000
PUBLISHED = 5
PASSAGES, DIMENSION = 5_000, 384
SEARCHES = 50
QUESTIONS = 20


def training(folder: Path) -> float:
    """Five models on three folds of 5,000 rows and 3 columns: 20 fits."""
    from backends.training import TrainingSpec, compare
    from tests.backends.training.tables import customers

    table, spec = customers(ROWS), TrainingSpec("churn", models=MODELS, folds=3, processes=2)
    compare(table, spec)  # workers import what they need once, on either side
    return _seconds(lambda: compare(table, spec), 3)


def publishing(folder: Path) -> float:
    """One version published, and brought into production."""
    from backends.registry import Registry
    from tests.backends.registry.bundles import packed

    registry, name = Registry.open(Settings(home=str(folder))), f"cost-{os.getpid()}"

    def publish() -> None:
        number = registry.publish(packed(0.8), name, "ana", "try").number
        registry.move(name, number, "staging", "ana", "try")
        registry.move(name, number, "production", "ana", "try")

    publish()
    return _seconds(publish, PUBLISHED)


def searching(folder: Path) -> float:
    """One search for the nearest 10 of 5,000 vectors of 384 numbers."""
    from backends.retrieval.chunking import ChunkSize, split
    from backends.retrieval.documents.document import Block, Document
    from backends.retrieval.index.engine import open_engine
    from backends.retrieval.index.passages import Facts
    from backends.retrieval.index.store import Store
    from tests.backends.retrieval.fakes import HashEmbedder

    embedder = HashEmbedder(DIMENSION)
    words = [f"word{number} other{number % 97}" for number in range(PASSAGES)]
    starts = np.cumsum([0, *(len(one) + 1 for one in words)]).tolist()
    blocks = tuple(Block("row", at, at + len(one)) for at, one in zip(starts, words, strict=False))
    document = Document("words", "csv", "\n".join(words) + "\n", blocks=blocks)
    store = Store.open(folder / "store")
    chunks = split(document, ChunkSize(50, 0), embedder.spans)
    store.put(document, chunks, embedder.encode(words), Facts(identity=embedder.identity))
    settings = Settings(home=str(folder), milvus_uri=os.environ.get("WORKBENCH_MILVUS_URI", ""))
    engine = open_engine(settings, store.path.parent)
    engine.refresh(store, embedder.identity)
    queries = iter(embedder.encode(words[: SEARCHES + 1]))
    engine.search(next(queries), 10)
    spent = _seconds(lambda: engine.search(next(queries), 10), SEARCHES)
    engine.close()
    store.close()
    return spent


def answering(folder: Path) -> float:
    """One answer from three passages, by a server that answers at once where one is set."""
    from backends.retrieval import Collection
    from backends.retrieval.answering import EXTRACTS
    from tests.backends.retrieval.fakes import HashEmbedder

    settings = Settings(home=str(folder), llm_base_url=os.environ.get("WORKBENCH_LLM_BASE_URL", ""))
    text = b"# Ice\n\nIce melts at 273 kelvin.\n\n# Water\n\nWater boils at 373 kelvin.\n\n# Salt\n\nSalt is cheap.\n"
    with Collection.open(settings, "Notes", embedder=HashEmbedder(256)) as collection:
        collection.add("notes.md", text)
        question = "At how many kelvin ice melts and water boils?"
        assert (collection.ask(question).writer == EXTRACTS) is not bool(settings.llm_base_url)
        return _seconds(lambda: collection.ask(question), QUESTIONS)


def _seconds(work: Callable[[], object], times: int) -> float:
    """The median of so many runs."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return float(np.median(spent))


WORK = {work.__name__: work for work in (training, publishing, searching, answering)}

if __name__ == "__main__":
    import sys

    print(WORK[sys.argv[1]](Path(sys.argv[2])))

"""A small collection on disk, one passage per document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from backends.retrieval.chunking.chunk import Chunk
from backends.retrieval.documents.document import Document
from backends.retrieval.index.memory_engine import MemoryEngine
from backends.retrieval.index.passages import Facts, embedded_texts
from backends.retrieval.index.store import Store
from backends.retrieval.search.hit import Filter, Found, SearchOptions
from backends.retrieval.search.search import search
from tests.backends.retrieval.fakes import HashEmbedder

TEXTS = {
    "wing.txt": "The lift of a wing grows with the angle of attack.",
    "heat.txt": "Heat flows from the hot plate into the cold air.",
    "airbus.txt": "The A-320 carries 180 people at Mach 0.78.",
    "code.txt": "The solver is written in C++ and reads a table of pressures.",
    "tokyo.txt": "東京都は日本の首都です。",
}


@dataclass
class Filled:
    store: Store
    engine: MemoryEngine
    embedder: HashEmbedder

    def put(self, name: str, text: str, tags: Sequence[str] = (), day: date | None = None) -> str:
        """Add a document as one passage; gives its id."""
        document = Document(name, name.rpartition(".")[2], text)
        chunks = [Chunk(0, len(text), len(text.split()))]
        vectors = self.embedder.encode(embedded_texts(document, chunks))
        facts = Facts(identity=self.embedder.identity, tags=tuple(tags), date=day)
        return self.store.put(document, chunks, vectors, facts).id

    def ask(self, question: str, embedder: bool = True, filter: Filter | None = None, **options: object) -> Found:
        """The hits of a question."""
        chosen = SearchOptions(filter=filter or Filter(), **options)  # type: ignore[arg-type]
        return search(self.store, self.engine, self.embedder if embedder else None, question, chosen)

    def names(self, question: str, **options: object) -> list[str]:
        """The documents of the hits, the best first."""
        return [hit.document.name for hit in self.ask(question, **options)]  # type: ignore[arg-type]


def filled(folder: Path, texts: dict[str, str] = TEXTS) -> Filled:
    """The texts as a collection."""
    made = Filled(Store.open(folder), MemoryEngine(folder), HashEmbedder(dimension=512))
    for name, text in texts.items():
        made.put(name, text)
    return made

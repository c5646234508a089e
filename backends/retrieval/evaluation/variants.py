"""Other ways of searching the same documents, with an index of their own where they need one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from backends.errors import WorkbenchError
from backends.retrieval.chunking.chunk import ChunkSize
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.index.records import StoredDocument
from backends.retrieval.search.hit import MODES, Found

if TYPE_CHECKING:
    from backends.retrieval.collection import Collection

MOST_CHARACTERS = 20_000_000  # of a collection that is indexed anew to try something: some minutes on a laptop
MOST_HITS = 1_000
_TOGETHER = 16  # documents between two looks at whether to stop
Report = Callable[[str, float], None]  # what is being done, and the share of it that is done


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked for it
    """Whoever asked does not want it any more."""


@dataclass(frozen=True)
class Configuration:
    """One way of searching a collection. None stands for what the collection itself has.

    `hits` are asked for. Ranks beyond what readers see are needed for MAP; to compare how many passages are given
    (5 against 20), set it to that in both and judge both at the larger.
    """

    title: str = ""
    mode: str | None = None
    hits: int = 100
    size: ChunkSize | None = None
    model: str | None = None  # as in WORKBENCH_EMBEDDER; empty is the installed one
    dense_weight: float | None = None
    lexical_weight: float | None = None
    feedback: int | None = None  # best passages whose meaning is added to the question's
    near_duplicates: bool = False
    rerank: bool = True

    def search(self, collection: Collection) -> Callable[[str], Found]:
        """The search of this configuration, in a collection that was cut and embedded for it."""
        given = {name: getattr(self, name) for name in ("dense_weight", "lexical_weight", "feedback")}
        options = {name: value for name, value in given.items() if value is not None}

        def searched(question: str) -> Found:
            return collection.search(
                question, k=self.hits, mode=self.mode, near_duplicates=self.near_duplicates, rerank=self.rerank,
                candidates=max(100, self.hits), **options,
            )  # fmt: skip

        return searched

    @property
    def words(self) -> str:
        """Its title, or what is special about it."""
        size = f"passages of {self.size.tokens} tokens, {self.size.overlap} shared" if self.size else ""
        model = "" if self.model is None else f"model {self.model or 'installed'}"
        return self.title or ", ".join(filter(None, (self.mode, size, model))) or "as it is"


def checked(configuration: Configuration) -> Configuration:
    """The configuration itself. Raises WorkbenchError for a way of searching that there is not."""
    if configuration.mode is not None and configuration.mode not in MODES:
        raise WorkbenchError(
            f"There is no way of searching {configuration.mode!r}.", hint=f"Choose one of {', '.join(MODES)}."
        )
    if not 1 <= configuration.hits <= MOST_HITS:
        raise WorkbenchError(f"{configuration.hits:,} hits cannot be asked for.", hint=f"Choose 1 to {MOST_HITS:,}.")
    return configuration


class Variants:
    """Hands out the collection for each configuration: itself, or a copy that is indexed anew in `folder`.

    A copy has the present texts of all documents with their pages and headings, and everything switched on; it keeps
    its vectors in files, wherever the collection has them. Configurations of the same passages and model share one.
    Closing it closes the copies; their files go with the folder. `embedder` takes the place of the installed model.
    """

    def __init__(self, collection: Collection, folder: Path, embedder: Embedder | None = None) -> None:
        self._collection = collection
        self._folder = folder
        self._embedder = embedder
        self._made: dict[tuple[ChunkSize, str], Collection] = {}

    def __enter__(self) -> Variants:
        return self

    def __exit__(self, *error: object) -> None:
        for copy in self._made.values():
            copy.close()

    def needs_index(self, configuration: Configuration) -> bool:
        """Whether the collection would have to be indexed anew for it."""
        size, model = self._key(configuration)
        return size != self._collection.options.size or model != self._collection.settings.embedder

    @property
    def notes(self) -> tuple[str, ...]:
        """What a copy does not have of the collection, as sentences."""
        off = self._collection.status().disabled
        which = "1 passage that is" if off == 1 else f"{off:,} passages that are"
        searched = "was searched" if off == 1 else "were searched"
        return (f"{which} switched off in the collection {searched} too.",) if off else ()

    def of(self, configuration: Configuration, report: Report, cancelled: Callable[[], bool]) -> Collection:
        """The collection to search. Raises Stopped when it is cancelled, WorkbenchError for one that is too large."""
        if not self.needs_index(configuration):
            return self._collection
        key = self._key(configuration)
        if key not in self._made:
            documents = self._collection.documents()
            _check_size(documents)
            self._made[key] = self._copy(key, len(self._made))
            self._fill(self._made[key], documents, report, cancelled)
        return self._made[key]

    def embedder(self, collection: Collection) -> Embedder:
        """The model that a collection handed out by `of` is embedded with; converted first where that is not done."""
        if self._embedder is not None:
            return self._embedder
        from backends.retrieval.embedding import open_embedder

        return open_embedder(collection.settings)

    def _key(self, configuration: Configuration) -> tuple[ChunkSize, str]:
        settings = self._collection.settings
        return (
            configuration.size or self._collection.options.size,
            settings.embedder if configuration.model is None else configuration.model,
        )

    def _copy(self, key: tuple[ChunkSize, str], number: int) -> Collection:
        size, model = key
        home = self._folder / f"variant-{number}"
        settings = replace(self._collection.settings, home=str(home), embedder=model, milvus_uri="")
        copy = type(self._collection).open(settings, "variant", embedder=self._embedder)
        copy.configure(replace(self._collection.options, size=size))
        return copy

    def _fill(
        self,
        copy: Collection,
        documents: Sequence[StoredDocument],
        report: Report,
        cancelled: Callable[[], bool],
    ) -> None:
        done, characters = 0, max(1, sum(document.characters for document in documents))
        for start in range(0, len(documents), _TOGETHER):
            group = documents[start : start + _TOGETHER]
            if cancelled():
                raise Stopped
            report(f"Indexing {len(documents):,} documents anew", done / characters)
            outcomes = copy.add_documents(self._collection.source(document.id) for document in group)
            if refused := [one.reason for one in outcomes if one.document is None]:
                raise WorkbenchError(f"A document cannot be indexed anew: {refused[0]}")
            done += sum(document.characters for document in group)


def _check_size(documents: Sequence[StoredDocument]) -> None:
    characters = sum(document.characters for document in documents)
    if characters > MOST_CHARACTERS:
        raise WorkbenchError(
            f"The collection has {characters:,} characters; up to {MOST_CHARACTERS:,} are indexed anew to compare.",
            hint="Compare what needs no other index, or try it on a smaller collection.",
        )

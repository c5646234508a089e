"""A named set of documents that can be searched and asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date as Date  # noqa: N812 - `date` is what parameters are called
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backends.errors import WorkbenchError
from backends.retrieval import adding, editing, folders, rebuilding
from backends.retrieval.desk import Desk, Read
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.index.engine import open_engine
from backends.retrieval.index.layout import layout
from backends.retrieval.index.records import CollectionOptions, Status, StoredChunk, StoredDocument, StoredVersion
from backends.retrieval.index.store import Store
from backends.retrieval.model import Model
from backends.retrieval.naming import name_in
from backends.retrieval.option_checks import checked_options
from backends.retrieval.outcomes import Added, Cancelled, File, Outcome, Progress, Rebuilt, never, silent
from backends.settings import Settings

if TYPE_CHECKING:
    from backends.retrieval.answering.answer import Answer, Turn
    from backends.retrieval.answering.events import Event
    from backends.retrieval.documents.document import Document
    from backends.retrieval.search.hit import Filter, Found

FOLLOWS = ("nothing", "chunk anew", "embed anew")  # of new options; a rebuild does it


class Collection:
    """One collection: safe from any thread, and beside other processes that have it open.

    Its methods raise WorkbenchError for what the user can mend: a file that cannot be read, a document that is gone, a
    collection that is damaged.
    """

    def __init__(self, folder: Path, settings: Settings, embedder: Embedder | None = None) -> None:
        """The collection in a folder; use `open` for one by its name."""
        self.folder = folder
        self.name = name_in(folder)
        self._settings = settings
        self._model = Model(settings, embedder)
        self._store = Store.open(folder, create=False)
        try:
            self._engine = open_engine(settings, folder)
        except BaseException:
            self._store.close()
            raise

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        name: str = "documents",
        *,
        create: bool = True,
        embedder: Embedder | None = None,
    ) -> Collection:
        """The collection of that name in ``settings.home``, made where there is none and `create` allows it.

        `embedder` takes the place of the model that the settings name.
        """
        settings = settings or Settings.from_environment()
        folder = folders.find(settings.home_folder, name)
        if folder is None and not create:
            raise WorkbenchError(f"There is no collection {name!r}.", hint="Create it, or choose another name.")
        return cls(folder or folders.make(settings.home_folder, name), settings, embedder)

    def __enter__(self) -> Collection:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def settings(self) -> Settings:
        """The limits and addresses that it works with."""
        return self._settings

    @property
    def store(self) -> Store:
        """Its file."""
        return self._store

    @property
    def options(self) -> CollectionOptions:
        """What can be changed about it."""
        return self._store.options()

    def close(self) -> None:
        """Close its file and let go of its vectors."""
        self._engine.close()
        self._store.close()

    # Documents.

    def add(
        self,
        name: str,
        data: bytes | Path,
        *,
        password: str | None = None,
        tags: Sequence[str] | None = None,
        date: Date | None = None,
    ) -> Added:
        """Add a file; one of the same name is replaced by it, and its text stays as an older version.

        Raises WorkbenchError, with nothing changed, where it cannot be read.
        """
        kept = None if tags is None else tuple(tags)
        return adding.add_one(self._desk(), File(name, data, password, kept, date))

    def add_many(
        self,
        files: Iterable[File],
        on_progress: Progress | None = None,
        cancelled: Cancelled | None = None,
        read: Read | None = None,
    ) -> list[Outcome]:
        """Add files; an outcome for each, in order, and one bad file never stops the rest.

        Every document is committed by itself: what is done when `cancelled` says so, or when the process is killed,
        stays. `read` takes the place of `documents.read`: for files of strangers it is `documents.read_apart`.
        """
        listed = list(files)
        if not listed:
            return []
        return adding.add_files(self._desk(read), listed, on_progress or silent, cancelled or never)

    def add_documents(self, documents: Iterable[Document]) -> list[Outcome]:
        """Add documents that were read elsewhere; an outcome for each, in order, as with `add_many`.

        They are embedded together and committed one by one; no more of them are in memory than are embedded at once.
        """
        return adding.add_read(self._desk(), documents)

    def delete(self, document_id: str) -> None:
        """Take out a document with its passages and its old versions."""
        self._store.delete(document_id)

    def documents(self, filter: Filter | None = None) -> tuple[StoredDocument, ...]:
        """The documents, or those that a filter lets through, in order of their names."""
        return self._store.documents(filter)

    def document(self, document_id: str) -> StoredDocument:
        """One document."""
        return self._store.document(document_id)

    def text(self, document_id: str, version: int | None = None) -> str:
        """The stored text of a document, of its present version or an older one."""
        return self._store.text(document_id, version)

    def source(self, document_id: str, version: int | None = None) -> Document:
        """The stored text with its pages and blocks."""
        return self._store.source(document_id, version)

    def versions(self, document_id: str) -> tuple[StoredVersion, ...]:
        """The versions of a document's text that are kept, oldest first."""
        return self._store.versions(document_id)

    def chunks(self, document_id: str) -> tuple[StoredChunk, ...]:
        """The passages of a document, in order."""
        embedder = self._model.now
        return self._store.chunks_of(document_id, embedder.identity if embedder else "")

    def tag(self, document_id: str, tags: Sequence[str]) -> StoredDocument:
        """Give a document these tags and no others."""
        self._store.set_tags(document_id, tags)
        return self._store.document(document_id)

    def set_date(self, document_id: str, date: Date | None) -> StoredDocument:
        """Give a document the date it is filtered by."""
        self._store.set_date(document_id, date)
        return self._store.document(document_id)

    # Passages.

    def enable(self, chunk_id: int, on: bool = True) -> None:
        """Let a passage be found, or not."""
        self._store.enable(chunk_id, on)

    def edit(self, chunk_id: int, text: str) -> StoredDocument:
        """Give a passage another text: a new version of its document, cut anew. What did not change keeps its vector.

        Passages get new ids. Raises WorkbenchError where the document was changed since the passage was loaded, or
        would be left without text.
        """
        return editing.edit(self._desk(), chunk_id, text)

    def restore(self, document_id: str, version: int) -> StoredDocument:
        """Make an older version of a document the present one, as a new version."""
        return editing.restore(self._desk(), document_id, version)

    # Options, and how far it is.

    def configure(self, options: CollectionOptions) -> str:
        """Keep other options. Returns what has to follow (`FOLLOWS`); until `rebuild` did it, search is as before."""
        if options.language != self.options.language:
            options = replace(options, language_from="chosen")
        self._store.set_options(checked_options(options))
        return self.pending()

    def pending(self) -> str:
        """What `rebuild` would do: one of `FOLLOWS`."""
        status = self.status()
        if status.outdated:
            return "chunk anew"
        return "embed anew" if status.embedded < status.passages else "nothing"

    def rebuild(self, on_progress: Progress | None = None, cancelled: Cancelled | None = None) -> Rebuilt:
        """Cut and embed anew what does not agree with the options and the model; stopped, it goes on the next time."""
        return rebuilding.rebuild(self._desk(), on_progress or silent, cancelled or never)

    def status(self) -> Status:
        """How far it is: passages that are embedded, files that are being read."""
        embedder = self._model.now
        if embedder is None:
            told = self._store.status("", self._model.name, ready=False)
        else:
            cut = layout(self.options, embedder.max_tokens)
            told = self._store.status(embedder.identity, embedder.name, ready=True, layout=cut)
        return replace(told, notes=self._model.notes)

    def integrity(self) -> tuple[str, ...]:
        """What does not agree in its file, as sentences; () where all is well. Reads everything."""
        return self._store.integrity()

    # Questions.

    def search(self, question: str, k: int | None = None, mode: str | None = None, **options: Any) -> Found:
        """The passages that answer a question best; `options` are those of `SearchOptions`."""
        from backends.retrieval.search.hit import SearchOptions
        from backends.retrieval.search.search import search

        kept = self.options
        usual = {name: getattr(kept, name) for name in ("dense_weight", "lexical_weight", "feedback_weight")}
        wanted = SearchOptions(k=kept.k if k is None else k, mode=mode or kept.mode, **{**usual, **options})
        embedder = self._model.now if wanted.mode != "lexical" else None
        reranker = self._model.reranker if wanted.rerank else None
        found = search(self._store, self._engine, embedder, question, wanted, reranker)
        notes = (f"The embedding model cannot be used: {self._model.trouble}",) if self._model.trouble else ()
        return replace(found, status=self.status(), notes=(*found.notes, *notes))

    def ask(self, question: str, history: Sequence[Turn] = (), **options: Any) -> Answer:
        """The answer to a question; `options` as for `search`, and `threshold`."""
        from backends.retrieval.answering.events import Answered

        *_, last = self.ask_streamed(question, history, **options)
        if not isinstance(last, Answered):
            raise TypeError(f"the last event is {type(last).__name__}")
        return last.answer

    def ask_streamed(self, question: str, history: Sequence[Turn] = (), **options: Any) -> Iterator[Event]:
        """What happens while a question is answered, event by event; the last one is `Answered`."""
        from backends.retrieval.answering.answer_with import Asking, answer
        from backends.retrieval.answering.followup import whole_question

        kept = self.options
        threshold = options.pop("threshold", None)
        found = self.search(whole_question(question, history, kept.language), **options)
        asking = Asking(question, tuple(history), kept.threshold if threshold is None else threshold, kept.language)
        yield from answer(found, self._settings, self._model.now, asking)

    def _desk(self, read: Read | None = None) -> Desk:
        return Desk(self._store, self._model.wait(), self._settings, read)

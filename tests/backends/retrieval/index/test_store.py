from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.retrieval.chunking.chunk import ChunkSize
from backends.retrieval.documents.document import Block, Document, Page
from backends.retrieval.index import writing
from backends.retrieval.index.passages import Changed, Facts
from backends.retrieval.index.records import CollectionOptions
from backends.retrieval.index.store import Store
from backends.retrieval.search.hit import Filter
from tests.backends.retrieval.index.texts import EMBEDDER, lines, nearest, put, texts_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def words(store: Store, *terms: str) -> list[str]:
    return [store.chunks([chunk])[0].text.strip() for chunk, _ in store.lexical(terms, 10)]


def test_what_is_put_is_read_again_as_it_was(store: Store) -> None:
    document = Document(
        "a.pdf",
        "pdf",
        "One.\nZwei 𝔘.\n",
        "Title",
        pages=(Page(1, 0, 5), Page(2, 5, 13)),
        blocks=(Block("heading", 0, 4, 1),),
        notes=("Page 3 has no text.",),
    )
    _, chunks = lines("a.pdf", "One.", "Zwei 𝔘.")
    stored = store.put(document, chunks, None, Facts("d1", tags=("b", "a"), date=date(2026, 5, 1)))
    assert store.source(stored.id) == document
    assert store.text(stored.id) == document.text
    assert [(one.start, one.end, one.text) for one in store.chunks_of(stored.id)] == [
        (0, 5, "One.\n"),
        (5, 13, "Zwei 𝔘.\n"),
    ]
    assert (stored.tags, stored.date, stored.pages, stored.characters) == (("a", "b"), date(2026, 5, 1), 2, 13)
    assert store.documents() == (stored,) == (store.document(stored.id),)
    assert store.integrity() == ()


def test_a_document_of_the_same_name_is_the_next_version_and_keeps_id_tags_and_date(store: Store) -> None:
    first = put(store, "a.txt", "old words", digest="1", tags=("x",), date=date(2026, 1, 1))
    second = put(store, "a.txt", "new words", "more", digest="2")
    assert (second.id, second.version, second.digest) == (first.id, 2, "2")
    assert (second.tags, second.date) == (("x",), date(2026, 1, 1))
    assert store.text(first.id, 1) == "old words\n"
    assert [(one.version, one.origin) for one in store.versions(first.id)] == [(1, "file"), (2, "file")]
    assert words(store, "old") == []
    assert words(store, "new") == ["new words"]
    assert store.integrity() == ()


def test_chunk_and_document_ids_are_never_used_again(store: Store) -> None:
    first = put(store, "a.txt", "one", "two")
    ids = {chunk.id for chunk in store.chunks_of(first.id)}
    store.delete(first.id)
    again = put(store, "a.txt", "one", "two")
    assert again.id != first.id
    assert ids.isdisjoint(chunk.id for chunk in store.chunks_of(again.id))


def test_a_deleted_document_leaves_nothing(store: Store, tmp_path: Path) -> None:
    gone, kept = put(store, "a.txt", "honey bees"), put(store, "b.txt", "honey jars")
    store.delete(gone.id)
    assert store.documents() == (kept,)
    assert words(store, "honey") == ["honey jars"] == nearest(store, "honey", tmp_path)
    with pytest.raises(WorkbenchError, match="no document"):
        store.text(gone.id)
    with pytest.raises(WorkbenchError, match="no document"):
        store.delete(gone.id)
    assert store.integrity() == ()


def test_old_versions_are_bounded_and_the_first_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "KEPT_VERSIONS", 2)
    for number in range(5):
        stored = put(store, "a.txt", f"text {number}")
    assert [one.version for one in store.versions(stored.id)] == [1, 4, 5]
    with pytest.raises(WorkbenchError, match="Version 2"):
        store.text(stored.id, 2)


def test_what_is_switched_off_is_found_in_neither_way_until_it_is_switched_on(store: Store, tmp_path: Path) -> None:
    stored = put(store, "a.txt", "honey bees", "honey jars")
    bees = store.chunks_of(stored.id)[0]
    store.enable(bees.id, False)
    assert words(store, "honey") == ["honey jars"] == nearest(store, "honey", tmp_path)
    assert store.allowed(Filter(documents=(stored.id,))) is not None
    assert bees.id not in store.allowed(Filter(documents=(stored.id,)))  # type: ignore[operator]
    assert store.integrity() == ()
    store.enable(bees.id, False)
    store.enable(bees.id, True)
    assert sorted(words(store, "honey")) == ["honey bees", "honey jars"] == sorted(nearest(store, "honey", tmp_path))
    assert store.integrity() == ()
    with pytest.raises(WorkbenchError, match="no passage 99"):
        store.enable(99, True)


def test_a_passage_that_says_the_same_stays_off_when_its_file_is_replaced(store: Store) -> None:
    stored = put(store, "a.txt", "honey bees", "honey jars")
    store.enable(store.chunks_of(stored.id)[0].id, False)
    put(store, "a.txt", "a new line", "honey bees")
    assert [(one.text.strip(), one.enabled) for one in store.chunks_of(stored.id)] == [
        ("a new line", True),
        ("honey bees", False),
    ]
    assert store.integrity() == ()


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Filter(), ["a.txt", "B.txt", "c.txt"]),
        (Filter(tags=("red",)), ["a.txt", "B.txt"]),
        (Filter(tags=("red", "new")), ["B.txt"]),
        (Filter(since=date(2026, 2, 1)), ["B.txt"]),
        (Filter(since=date(2026, 1, 1), until=date(2026, 1, 1)), ["a.txt"]),
        (Filter(tags=("' OR 1=1 --",)), []),
        (Filter(documents=("x' OR 1=1",)), []),
    ],
)
def test_a_filter_lets_through_what_it_says(store: Store, wanted: Filter, names: list[str]) -> None:
    put(store, "a.txt", "one", tags=("red",), date=date(2026, 1, 1))
    put(store, "B.txt", "two", "three", tags=("red", "new"), date=date(2026, 2, 1))
    put(store, "c.txt", "four")
    assert [one.name for one in store.documents(wanted)] == names
    allowed = store.allowed(wanted)
    expected = [chunk.id for one in store.documents(wanted) for chunk in store.chunks_of(one.id)]
    assert allowed is None if wanted == Filter() else allowed.tolist() == sorted(expected)  # type: ignore[union-attr]


def test_a_filter_by_many_documents_has_no_limit(store: Store) -> None:
    stored = put(store, "a.txt", "one")
    many = tuple(f"unknown {number}" for number in range(5_000))
    assert store.documents(Filter(documents=(*many, stored.id))) == (stored,)


def test_what_is_remembered_of_a_filter_is_forgotten_with_each_change(store: Store) -> None:
    stored = put(store, "a.txt", "one", tags=("red",))
    before = store.allowed(Filter(tags=("red",)))
    store.set_tags(stored.id, ())
    store.set_date(stored.id, date(2026, 3, 4))
    assert before is not None
    assert len(before) == 1
    assert len(store.allowed(Filter(tags=("red",)))) == 0  # type: ignore[arg-type]
    assert len(store.allowed(Filter(since=date(2026, 3, 4)))) == 1  # type: ignore[arg-type]


def test_a_change_of_a_version_that_is_not_the_present_one_is_refused_whole(store: Store) -> None:
    stored = put(store, "a.txt", "one")
    put(store, "a.txt", "two")
    document, chunks = lines("a.txt", "three")
    with pytest.raises(Changed, match=r"a\.txt"):
        store.put(document, chunks, None, Facts(expected=stored.version))
    assert texts_of(store, stored) == ["two"]
    assert store.document(stored.id).version == 2


def test_a_failure_in_the_midst_of_a_change_leaves_all_as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = put(store, "a.txt", "honey bees")
    generation = store.generation()

    def fail(*_: object) -> None:
        raise RuntimeError("in the midst")

    monkeypatch.setattr(writing, "_write_blobs", fail)
    with pytest.raises(RuntimeError, match="in the midst"):
        put(store, "a.txt", "something else")
    assert (texts_of(store, stored), store.generation()) == (["honey bees"], generation)
    assert store.integrity() == ()


def test_text_that_cannot_be_stored_is_named(store: Store) -> None:
    document, chunks = lines("a.txt", "half \ud83d")
    with pytest.raises(WorkbenchError, match="position 5"):
        store.put(document, chunks)


def test_the_number_of_vectors_has_to_be_that_of_the_passages(store: Store) -> None:
    document, chunks = lines("a.txt", "one", "two")
    with pytest.raises(ValueError, match="2 passages"):
        store.put(document, chunks, np.zeros((1, 4), np.float32))


def test_options_and_cursors_are_kept(store: Store, tmp_path: Path) -> None:
    assert store.options() == CollectionOptions()
    options = replace(CollectionOptions(), size=ChunkSize(100, 10), language="german", threshold=0.5)
    store.set_options(options)
    store.set_cursor("milvus", 7)
    other = Store.open(tmp_path)
    assert (other.options(), other.cursor("milvus"), other.cursor("unknown")) == (options, 7, 0)
    other.close()


def test_the_feed_tells_an_engine_what_is_new_and_what_is_gone(store: Store) -> None:
    a, b = put(store, "a.txt", "one", "two"), put(store, "b.txt", "three")
    everything = store.vectors_since(0, EMBEDDER.identity)
    ids = [chunk.id for document in (a, b) for chunk in store.chunks_of(document.id)]
    assert (everything.complete, everything.ids.tolist(), everything.vectors.shape) == (True, ids, (3, 32))
    store.delete(a.id)
    c = put(store, "c.txt", "four")
    changes = store.vectors_since(everything.generation, EMBEDDER.identity)
    assert (changes.complete, changes.gone.tolist()) == (False, ids[:2])
    assert changes.ids.tolist() == [chunk.id for chunk in store.chunks_of(c.id)]
    nothing = store.vectors_since(changes.generation, EMBEDDER.identity)
    assert (len(nothing.ids), len(nothing.gone), nothing.complete) == (0, 0, False)
    assert len(store.vectors_since(0, "another model").ids) == 0


def test_an_engine_that_is_too_far_behind_reads_everything(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "KEPT_GONE", 4)
    first = put(store, "a.txt", "one")
    generation = store.generation()
    for number in range(8):
        put(store, "a.txt", f"text {number}")
    changes = store.vectors_since(generation, EMBEDDER.identity)
    assert changes.complete
    assert changes.ids.tolist() == [store.chunks_of(first.id)[0].id]
    assert not store.vectors_since(store.generation() - 1, EMBEDDER.identity).complete


def test_vectors_are_known_again_by_the_text_they_stand_for(store: Store) -> None:
    stored = put(store, "a.txt", "honey bees")
    document, chunks = lines("other.txt", "honey bees")
    from backends.retrieval.index.embedded import text_hash
    from backends.retrieval.index.passages import embedded_texts

    (key,) = [text_hash(text) for text in embedded_texts(document, chunks)]
    known = store.known_vectors([key, b"unknown"], EMBEDDER.identity)
    (chunk,) = store.chunks_of(stored.id)
    assert list(known) == [key]
    np.testing.assert_array_equal(known[key], store.vectors([chunk.id], EMBEDDER.identity)[chunk.id])
    assert store.known_vectors([key], "another model") == {}


def test_passages_without_a_vector_are_counted_and_get_one(store: Store) -> None:
    document, chunks = lines("a.txt", "one", "two")
    stored = store.put(document, chunks)
    assert [row[3] for row in store.unembedded("m")] == ["one\n", "two\n"]
    status = store.status("m", "a model")
    assert (status.passages, status.embedded, status.model, status.complete) == (2, 0, "a model", False)
    ids = [chunk.id for chunk in store.chunks_of(stored.id)]
    store.set_vectors("m", [*ids, 999], np.eye(3, dtype=np.float32))
    assert (store.status("m").embedded, store.status("m").complete, store.unembedded("m")) == (2, True, [])
    assert [chunk.embedded for chunk in store.chunks(ids, "m")] == [True, True]
    assert [chunk.embedded for chunk in store.chunks(ids, "another model")] == [False, False]
    assert store.integrity() == ()


def test_passages_come_in_the_order_they_were_asked_for(store: Store) -> None:
    stored = put(store, "a.txt", *(f"line {number}" for number in range(1_200)))
    ids = [chunk.id for chunk in store.chunks_of(stored.id)][::-1]
    assert [chunk.id for chunk in store.chunks([*ids, 10**9])] == ids

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.retrieval import Collection, CollectionOptions
from backends.retrieval.chunking.chunk import ChunkSize
from backends.retrieval.index.passages import Changed
from backends.retrieval.search.hit import Filter
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder, settings_in

BEES = b"# Bees\n\nBees make honey.\n\n# Ants\n\nAnts march in lines.\n\n# Moles\n\nMoles dig under lawns.\n"


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder(dimension=256)


@pytest.fixture
def collection(tmp_path: Path, embedder: HashEmbedder) -> Iterator[Collection]:
    with Collection.open(settings_in(tmp_path), "Notes", embedder=embedder) as opened:
        yield opened


def found(collection: Collection, question: str, **options: object) -> list[str]:
    return [hit.chunk.text.split("\n\n")[1].strip() for hit in collection.search(question, **options)]  # type: ignore[arg-type]


def test_a_document_is_found_by_its_words_and_by_its_meaning(collection: Collection) -> None:
    added = collection.add("a.md", BEES, tags=["zoo"], date=date(2026, 5, 1))
    assert (added.result, added.document.passages, added.document.tags) == ("added", 3, ("zoo",))
    for mode in ("dense", "lexical", "hybrid"):
        assert found(collection, "bees make honey", k=1, mode=mode) == ["Bees make honey."]
    assert found(collection, "honey", k=1, filter=Filter(tags=("farm",))) == []
    assert collection.status().complete
    assert collection.integrity() == ()


def test_every_passage_is_a_slice_and_every_character_is_in_one(collection: Collection) -> None:
    stored = collection.add("a.md", BEES).document
    text, chunks = collection.text(stored.id), collection.chunks(stored.id)
    assert text == BEES.decode()
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert {at for chunk in chunks for at in range(chunk.start, chunk.end)} == set(range(len(text)))


def test_the_same_bytes_again_do_nothing(collection: Collection, embedder: HashEmbedder) -> None:
    first = collection.add("a.md", BEES)
    encoded, generation = embedder.encoded, collection.store.generation()
    again = collection.add("a.md", BEES)
    assert (again.unchanged, again.document) == (True, first.document)
    assert (embedder.encoded, collection.store.generation()) == (encoded, generation)
    assert "Already there" in again.notes[0]
    tagged = collection.add("a.md", BEES, tags=["new"])
    assert (tagged.unchanged, tagged.document.tags, tagged.document.version) == (True, ("new",), 1)


def test_the_same_bytes_under_another_name_are_added_and_the_twin_is_named(
    collection: Collection, embedder: HashEmbedder
) -> None:
    collection.add("a.md", BEES)
    encoded = embedder.encoded
    twin = collection.add("b.md", BEES)
    assert twin.result == "added"
    assert "'a.md'" in twin.notes[0]
    assert embedder.encoded == encoded  # the vectors are there already


def test_other_bytes_under_the_same_name_replace(collection: Collection) -> None:
    first = collection.add("a.md", BEES).document
    second = collection.add("folder/a.md", b"# Bees\n\nBees make wax.\n")
    assert (second.result, second.document.id, second.document.version) == ("replaced", first.id, 2)
    assert collection.text(first.id, version=1) == BEES.decode()
    assert found(collection, "honey", mode="lexical") == []


def test_an_edit_is_a_new_version_and_embeds_only_what_changed(collection: Collection, embedder: HashEmbedder) -> None:
    stored = collection.add("a.md", BEES).document
    bees, ants, _ = collection.chunks(stored.id)
    collection.enable(ants.id, False)
    encoded = embedder.encoded
    edited = collection.edit(bees.id, "# Bees\n\nBees make wax, propolis and honey.\n\n")
    assert embedder.encoded == encoded + 1
    assert (edited.id, edited.version, edited.digest) == (stored.id, 2, stored.digest)
    assert collection.text(stored.id) == BEES.decode().replace("make honey", "make wax, propolis and honey")
    assert [chunk.enabled for chunk in collection.chunks(stored.id)] == [True, False, True]
    assert found(collection, "propolis", k=1) == ["Bees make wax, propolis and honey."]
    assert [(one.version, one.origin) for one in collection.versions(stored.id)] == [(1, "file"), (2, "edit")]
    assert collection.integrity() == ()
    assert "edited since" in " ".join(collection.add("a.md", BEES).notes)


def test_a_restored_version_is_a_new_version(collection: Collection, embedder: HashEmbedder) -> None:
    stored = collection.add("a.md", BEES).document
    collection.edit(collection.chunks(stored.id)[0].id, "# Bees\n\nBees make wax.\n\n")
    restored = collection.restore(stored.id, 1)
    assert (restored.version, collection.text(stored.id)) == (3, BEES.decode())
    assert collection.versions(stored.id)[-1].origin == "restored"
    assert "wax" in collection.text(stored.id, 2)
    with pytest.raises(WorkbenchError, match="Version 9"):
        collection.restore(stored.id, 9)


def test_an_edit_that_cannot_be_leaves_all_as_it_was(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = collection.add("a.txt", b"Only this.").document
    (chunk,) = collection.chunks(stored.id)
    assert collection.edit(chunk.id, "Only this.").version == 1
    with pytest.raises(WorkbenchError, match="holds no text"):
        collection.edit(chunk.id, " \n")
    collection.edit(chunk.id, "Only \x00that.")  # control characters are taken out, as from a file
    with pytest.raises(WorkbenchError, match="changed or deleted"):
        collection.edit(chunk.id, "Too late.")
    (chunk,) = collection.chunks(stored.id)
    before = collection.document(stored.id)
    monkeypatch.setattr(collection.store, "document", lambda _: replace(before, version=1))
    with pytest.raises(Changed):
        collection.edit(chunk.id, "From an old page.")
    monkeypatch.undo()
    assert collection.text(stored.id) == "Only that."


def test_an_answer_cites_the_stored_text(collection: Collection) -> None:
    stored = collection.add("a.md", BEES).document
    answer = collection.ask("Who makes honey?", threshold=0.0)
    text = collection.text(stored.id)
    citations = [citation for sentence in answer.sentences for citation in sentence.citations]
    assert citations
    assert all(text[one.start : one.end] == one.text for one in citations)
    assert (answer.question, answer.threshold) == ("Who makes honey?", 0.0)
    assert collection.ask("Who makes honey?", threshold=1.0).abstained


def test_new_options_say_what_follows_and_a_rebuild_does_it(collection: Collection, embedder: HashEmbedder) -> None:
    long = "".join(f"Sentence number {number} tells of bees. " for number in range(40)).encode()
    stored = collection.add("a.txt", long, tags=["t"]).document
    assert collection.configure(replace(collection.options, k=5)) == "nothing"
    assert collection.configure(replace(collection.options, size=ChunkSize(32, 8))) == "chunk anew"
    assert collection.status().outdated == 1
    assert len(collection.search("bees", mode="lexical")) > 0  # as before
    told = collection.rebuild()
    assert (told.cut, told.complete, collection.pending()) == (1, True, "nothing")
    after = collection.document(stored.id)
    assert (after.version, after.tags, after.passages > stored.passages) == (1, ("t",), True)
    assert all(chunk.tokens <= 32 for chunk in collection.chunks(stored.id))
    assert collection.integrity() == ()
    assert collection.rebuild().cut == 0


def test_what_is_switched_off_stays_off_when_passages_are_cut_anew(collection: Collection) -> None:
    lines = "".join(f"Line {number} is about the topic {number}.\n\n" for number in range(12)).encode()
    stored = collection.add("a.txt", lines).document
    collection.configure(replace(collection.options, size=ChunkSize(16, 0)))
    collection.rebuild()
    chunks = collection.chunks(stored.id)
    collection.enable(chunks[0].id, False)
    collection.enable(chunks[1].id, False)
    collection.configure(replace(collection.options, size=ChunkSize(24, 0)))
    collection.rebuild()
    again = collection.chunks(stored.id)
    assert not again[0].enabled
    assert again[-1].enabled
    assert collection.integrity() == ()


def test_another_language_analyses_anew(collection: Collection) -> None:
    collection.add("a.txt", "Die Häuser stehen leer.".encode())
    assert found_raw(collection, "Haus") == 0
    assert collection.configure(replace(collection.options, language="german")) == "chunk anew"
    collection.rebuild()
    assert found_raw(collection, "Haus") == 1


def found_raw(collection: Collection, question: str) -> int:
    return len(collection.search(question, mode="lexical"))


@pytest.mark.parametrize(
    ("options", "what", "way"),
    [
        (CollectionOptions(size=ChunkSize(8, 0)), "8 tokens", "Use 16 to 8,192 tokens."),
        (CollectionOptions(size=ChunkSize(41, 21)), "21 tokens", "At most half of the passage: 20."),
        (CollectionOptions(mode="magic"), "'magic'", "Use one of hybrid, dense, lexical."),
        (CollectionOptions(language="klingon"), "'klingon'", "Use one of arabic"),
        (CollectionOptions(k=0), "0 hits", "Use 1 to 100."),
        (CollectionOptions(dense_weight=0.0, lexical_weight=0.0), "(0.0, 0.0)", "One of them has to be above 0."),
        (CollectionOptions(dense_weight=float("nan")), "(nan, 1.0, 1.0)", "Use 0 or more."),
        (CollectionOptions(threshold=1.5), "1.5", "Use a number from 0 to 1."),
    ],
)
def test_options_that_make_no_sense_are_refused_with_the_rule_they_break(
    collection: Collection, options: CollectionOptions, what: str, way: str
) -> None:
    before = collection.options
    with pytest.raises(WorkbenchError) as error:
        collection.configure(options)
    assert what in error.value.message
    assert error.value.hint.startswith(way)
    assert collection.options == before


def test_what_the_models_have_to_say_is_in_the_status(
    tmp_path: Path, embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    from backends.retrieval import embedding

    embedder.notes = ("It runs unconverted.",)  # type: ignore[attr-defined]
    reranker = SimpleNamespace(
        name="a reranker", notes=("In float32.",), score=lambda question, texts: np.zeros(len(texts), np.float32)
    )
    monkeypatch.setattr(embedding, "open_reranker", lambda settings: reranker)
    settings = Settings(home=str(tmp_path), reranker="a reranker")
    with Collection.open(settings, "Notes", embedder=embedder) as collection:
        collection.add("a.md", BEES)
        told = "hashed words: It runs unconverted."
        assert collection.status().notes == (told,)
        assert collection.search("honey").status.notes == (told, "a reranker: In float32.")


def test_a_reranker_is_not_opened_where_it_is_not_wanted(
    tmp_path: Path, embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backends.retrieval import embedding

    def missing(settings: Settings) -> None:
        raise WorkbenchError(f"There is no model {settings.reranker!r}.")

    monkeypatch.setattr(embedding, "open_reranker", missing)
    with Collection.open(Settings(home=str(tmp_path), reranker="lost"), "Notes", embedder=embedder) as collection:
        collection.add("a.md", BEES)
        assert len(collection.search("honey", rerank=False))
        with pytest.raises(WorkbenchError, match="lost"):
            collection.search("honey")


def test_another_model_embeds_anew_piece_by_piece_and_says_how_far_it_is(
    tmp_path: Path, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backends.retrieval import rebuilding

    monkeypatch.setattr(rebuilding, "TOGETHER", 1)
    collection.add("a.md", BEES)
    other = Collection.open(collection.settings, "Notes", embedder=HashEmbedder(32, identity="other"))
    assert (other.status().embedded, other.pending()) == (0, "embed anew")
    assert found(other, "honey", k=1) == ["Bees make honey."]  # by its words
    steps = iter([False, False, True])
    told = other.rebuild(cancelled=lambda: next(steps))
    assert (told.complete, told.embedded, other.status().embedded) == (False, 2, 2)
    assert len(other.search("honey", mode="dense")) == 2
    assert "2 of 3" in " ".join(other.search("honey").notes)
    assert other.rebuild().embedded == 1
    assert other.status().complete
    assert len(other.search("honey", mode="dense")) == 3
    other.close()


def test_while_the_model_is_prepared_questions_are_answered_by_words(
    tmp_path: Path, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    from backends.retrieval import embedding

    collection.add("a.md", BEES)
    state = SimpleNamespace(state="preparing", name="a model", reason="")
    monkeypatch.setattr(embedding, "prepare", lambda settings: state)
    monkeypatch.setattr(embedding, "open_embedder", lambda settings: HashEmbedder(dimension=256))
    waiting = Collection(collection.folder, collection.settings)
    result = waiting.search("honey", k=1)
    assert [hit.document.name for hit in result] == ["a.md"]
    assert (result.status.embedder_ready, result.status.model) == (False, "a model")
    assert any("words" in note for note in result.notes)
    state.state, state.reason = "failed", "The weights are not those published."
    assert any("not those published" in note for note in waiting.search("honey").notes)
    assert "not those published" in waiting.status().notes[0]
    state.state = "ready"
    assert waiting.search("honey").status.complete
    waiting.close()


def test_a_collection_in_another_process_sees_each_change(collection: Collection, embedder: HashEmbedder) -> None:
    other = Collection(collection.folder, collection.settings, embedder)
    assert found(other, "honey") == []
    stored = collection.add("a.md", BEES).document
    assert found(other, "honey", k=1) == ["Bees make honey."]
    other.delete(stored.id)
    assert found(collection, "honey") == []
    other.close()


def test_threads_add_search_and_delete_side_by_side(collection: Collection) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(4):
                stored = collection.add(f"{number}.md", BEES + f"\n\nTurn {turn} of {number}.".encode()).document
                assert len(collection.search("honey")) > 0
            collection.delete(stored.id)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert collection.documents() == ()
    assert collection.integrity() == ()


def test_a_document_that_cannot_be_cut_anew_keeps_no_other_from_it(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    with Collection.open(settings, "notes", embedder=HashEmbedder()) as made:
        made.add("long.txt", b"A fold is one part of the rows. " * 40)
        made.add("short.txt", b"Steam is hot.")
    lower = replace(settings, max_document_characters=100)
    with Collection.open(lower, "notes", embedder=HashEmbedder()) as made:
        made.configure(replace(made.options, size=ChunkSize(32, 8)))
        rebuilt = made.rebuild()
        assert (rebuilt.cut, rebuilt.complete) == (1, False)
        assert "long.txt" in rebuilt.refused[0]
        assert made.search("What is a fold?").hits[0].document.name == "long.txt"

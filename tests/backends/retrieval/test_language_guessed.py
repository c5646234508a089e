"""The language of a collection is that of its first documents, unless somebody chose one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backends.retrieval import Collection, CollectionOptions, File
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder

GERMAN = "Die Häuser der Bürger sind schön, und die Straße nach Köln ist gesperrt.".encode()
FRENCH = "Les maisons de la ville sont belles, et la route qui va vers le port est fermée pour nous.".encode()
NUMBERS = b"1 2 3"


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with Collection.open(Settings(home=str(tmp_path)), embedder=HashEmbedder()) as opened:
        yield opened


def told(collection: Collection) -> tuple[str, str]:
    return collection.options.language, collection.options.language_from


def test_the_first_document_tells_the_language(collection: Collection) -> None:
    assert told(collection) == ("english", "")
    collection.add("a.txt", GERMAN)
    assert told(collection) == ("german", "guessed from a.txt")
    assert len(collection.search("Haus", mode="lexical")) == 1
    collection.add("b.txt", FRENCH)
    assert told(collection) == ("german", "guessed from a.txt")
    assert collection.pending() == "nothing"


def test_of_files_that_are_added_together_the_first_that_can_tell_does(collection: Collection) -> None:
    collection.add_many([File("n.txt", NUMBERS), File("a.txt", GERMAN), File("b.txt", FRENCH)])
    assert told(collection) == ("german", "guessed from a.txt")
    assert (collection.pending(), collection.integrity()) == ("nothing", ())


def test_a_collection_that_has_documents_keeps_its_language(collection: Collection) -> None:
    collection.add("n.txt", NUMBERS)
    collection.add("a.txt", GERMAN)
    assert told(collection) == ("english", "")


def test_what_somebody_chose_stays(collection: Collection) -> None:
    collection.configure(CollectionOptions(k=5))
    collection.add("a.txt", GERMAN)
    assert told(collection) == ("english", "")


def test_another_language_may_be_chosen_after_the_guess(collection: Collection) -> None:
    collection.add("a.txt", GERMAN)
    assert collection.configure(replace(collection.options, language="french")) == "chunk anew"
    assert told(collection) == ("french", "chosen")
    assert collection.rebuild().complete
    assert (collection.pending(), told(collection)) == ("nothing", ("french", "chosen"))


def test_of_two_that_write_first_one_keeps_its_guess(collection: Collection) -> None:
    german = CollectionOptions(language="german", language_from="guessed from a.txt")
    assert collection.store.set_first_options(german)
    assert not collection.store.set_first_options(replace(german, language="french"))
    assert told(collection) == ("german", "guessed from a.txt")

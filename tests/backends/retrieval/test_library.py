from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from backends.errors import WorkbenchError
from backends.retrieval import Collection, Library, close_library, library
from backends.retrieval.index.schema import FILE
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder
from tests.backends.retrieval.index.test_milvus_engine import StandIn


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Library]:
    made = Library(Settings(home=str(tmp_path)), HashEmbedder())
    yield made
    made.close()


def test_collections_are_listed_by_the_names_they_were_given(shelf: Library) -> None:
    assert shelf.names() == ()
    for name in ("zoo", "..%2f..%2fetc", "Ärzte 🩺", " Field notes "):
        assert shelf.create(name).name == name.strip()
    assert shelf.names() == ("..%2f..%2fetc", "Field notes", "zoo", "Ärzte 🩺")
    assert shelf.open("Field notes") is shelf.open("\tfield notes")
    assert all(path.name.isalnum() for path in shelf.folder.iterdir())
    assert len(list(shelf.folder.iterdir())) == 4


UNFIT = ["", "   ", "a\nb", "x" * 61, "half \ud83d", "a/b", "..\\b", "..", "\u200b", "a\x07b", "a\u2028b"]


@pytest.mark.parametrize("name", UNFIT)
def test_names_that_cannot_be_shown_or_be_part_of_an_address_are_refused(shelf: Library, name: str) -> None:
    with pytest.raises(WorkbenchError, match="1 to 60 characters, without slashes"):
        shelf.create(name)
    with pytest.raises(WorkbenchError, match="1 to 60 characters, without slashes"):
        Collection.open(shelf.settings, name, embedder=HashEmbedder())
    assert not shelf.folder.exists()


def test_a_name_of_sixty_characters_of_any_kind_is_one(shelf: Library) -> None:
    name = "🧑‍🔬 données №5 ?#%: " + "é" * 40
    assert len(name) == 60
    assert shelf.create(name).name == name
    assert Collection.open(shelf.settings, f" {name.upper()}", create=False, embedder=HashEmbedder()).name == name


def test_a_collection_is_opened_once_and_by_any_way_of_writing_its_name(shelf: Library) -> None:
    made = shelf.create("Notes")
    assert shelf.open("notes ") is made
    assert made.name == "Notes"
    with pytest.raises(WorkbenchError, match="There is a collection 'Notes'"):
        shelf.create("NOTES")
    with pytest.raises(WorkbenchError, match="no collection 'other'"):
        shelf.open("other")


def test_collections_do_not_know_of_each_other(shelf: Library) -> None:
    one, two = shelf.create("one"), shelf.create("two")
    one.add("a.txt", b"Honey.")
    assert len(one.search("honey")) == 1
    assert len(two.search("honey")) == 0
    assert [(one.name, one.status and one.status.documents) for one in shelf.summaries()] == [("one", 1), ("two", 0)]


def test_a_deleted_collection_is_gone_with_its_files(shelf: Library) -> None:
    made = shelf.create("Notes")
    made.add("a.txt", b"Honey.")
    shelf.delete("notes")
    assert shelf.names() == ()
    assert list(shelf.folder.iterdir()) == []
    with pytest.raises(WorkbenchError, match="closed or deleted"):
        made.documents()
    with pytest.raises(WorkbenchError, match="no collection"):
        shelf.delete("Notes")
    assert shelf.create("Notes").documents() == ()


def test_what_milvus_holds_of_a_collection_is_deleted_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    milvus = StandIn()
    milvus_engine = import_module("backends.retrieval.index.milvus_engine")
    monkeypatch.setattr(milvus_engine, "Milvus", lambda settings: milvus)
    shelf = Library(Settings(home=str(tmp_path), milvus_uri="http://localhost:1"), HashEmbedder())
    for name in ("kept", "Notes"):
        shelf.create(name).add("a.txt", b"Honey.")
        assert len(shelf.open(name).search("honey", mode="dense")) == 1
    shelf.close()
    again = Library(shelf.settings, HashEmbedder())  # it has not opened what it deletes
    again.delete("Notes")
    assert [len(rows) for rows in milvus.rows.values()] == [1]
    assert len(again.open("kept").search("honey", mode="dense")) == 1
    again.close()


def test_a_collection_whose_milvus_does_not_answer_stays(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.create("Notes")

    def silent(settings: Settings, folder: Path) -> None:
        raise WorkbenchError("Milvus at 'here' could not connect.")

    monkeypatch.setattr(import_module("backends.retrieval.library"), "forget_vectors", silent)
    with pytest.raises(WorkbenchError, match="could not connect"):
        shelf.delete("Notes")
    assert shelf.names() == ("Notes",)
    assert shelf.open("Notes").documents() == ()


def test_what_a_deletion_left_that_was_killed_is_cleared(shelf: Library) -> None:
    shelf.create("Notes")
    (folder,) = shelf.folder.iterdir()
    shelf.close()
    folder.rename(folder.with_name(".removed-0123"))
    assert Library(shelf.settings).names() == ()
    assert list(shelf.folder.iterdir()) == []


def test_a_collection_that_another_process_made_anew_is_opened_anew(shelf: Library) -> None:
    before = shelf.create("Notes")
    other = Library(shelf.settings, HashEmbedder())
    other.delete("Notes")
    with pytest.raises(WorkbenchError, match="no collection"):
        shelf.open("Notes")
    other.create("Notes").add("a.txt", b"Honey.")
    after = shelf.open("Notes")
    assert after is not before
    assert len(after.documents()) == 1
    other.close()


def test_a_damaged_collection_is_listed_with_its_trouble_and_can_be_deleted(shelf: Library) -> None:
    shelf.create("good")
    shelf.create("bad")
    shelf.close()
    with pytest.raises(WorkbenchError, match="closed"):
        shelf.open("bad")
    again = Library(shelf.settings, HashEmbedder())
    (again.folder_of("bad") / FILE).write_bytes(b"nonsense" * 1_000)
    for left in again.folder_of("bad").glob(f"{FILE}-*"):
        left.unlink()
    bad, good = again.summaries()
    assert (bad.name, bad.status, good.trouble) == ("bad", None, "")
    assert "damaged" in bad.trouble
    again.delete("bad")
    assert again.names() == ("good",)
    again.close()


def test_collections_are_bounded(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("backends.retrieval.library"), "MOST_COLLECTIONS", 2)
    shelf.create("one")
    shelf.create("two")
    with pytest.raises(WorkbenchError, match="2 collections"):
        shelf.create("three")


def test_a_process_has_one_library_until_it_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    close_library()
    try:
        first = library()
        assert library() is first
        assert first.folder.is_relative_to(tmp_path)
        close_library()
        close_library()
        assert library() is not first
    finally:
        close_library()

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.errors import WorkbenchError
from backends.retrieval import Collection, Library, folders
from backends.retrieval.index.schema import FILE
from backends.retrieval.naming import NAME_FILE, folder_of
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder

DIGITS = "0123456789abcdef01234567"


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Library]:
    made = Library(Settings(home=str(tmp_path)), HashEmbedder())
    made.create("good").add("a.txt", b"Cats sleep.")
    yield made
    made.close()


def lose(shelf: Library, name: str, content: str | None) -> Path:
    folder = shelf.create(name).folder
    shelf.close()
    if content is None:
        (folder / NAME_FILE).unlink()
    else:
        (folder / NAME_FILE).write_text(content)
    return folder


def again(shelf: Library) -> Library:
    shelf.close()
    return Library(shelf.settings, HashEmbedder())


@pytest.mark.parametrize("content", [None, "{", '{"name": 5}', '["good"]', '{"name": "a/b"}'])
def test_a_folder_without_name_and_file_is_passed_over(shelf: Library, content: str | None) -> None:
    (shelf.folder / DIGITS).mkdir()
    if content is not None:
        (shelf.folder / DIGITS / NAME_FILE).write_text(content)
    assert shelf.names() == ("good",)
    assert [one.trouble for one in shelf.summaries()] == [""]


def test_the_leftover_of_a_collection_gives_way_to_a_new_one(shelf: Library) -> None:
    left = folder_of(shelf.settings.home_folder, "Notes")
    left.mkdir()
    (left / "vectors.faiss").write_bytes(b"of nobody")
    for refused in (shelf.open, shelf.delete):
        with pytest.raises(WorkbenchError, match="no collection 'Notes'"):
            refused("Notes")
    with pytest.raises(WorkbenchError, match="no collection 'Notes'"):
        Collection.open(shelf.settings, "Notes", create=False, embedder=HashEmbedder())
    assert shelf.create("Notes").documents() == ()
    assert {path.name.split("-")[0] for path in left.iterdir()} == {FILE, NAME_FILE}
    assert shelf.names() == ("good", "Notes")


@pytest.mark.parametrize("content", [None, "{", '{"name": "\\u0007"}'])
def test_a_collection_that_lost_its_name_is_listed_by_its_folder_and_can_be_deleted(
    shelf: Library, content: str | None
) -> None:
    folder = lose(shelf, "Notes", content)
    shelf = again(shelf)
    good, lost = shelf.summaries()
    assert (good.trouble, lost.name, lost.status) == ("", f"unnamed {folder.name}", None)
    assert f" {folder.name}/{NAME_FILE}" in lost.trouble
    for refused in (lambda: shelf.open(lost.name), lambda: Collection.open(shelf.settings, "Notes")):
        with pytest.raises(WorkbenchError, match=NAME_FILE):
            refused()
    with pytest.raises(WorkbenchError, match="There is a collection 'unnamed"):
        shelf.create("Notes")
    shelf.delete(lost.name)
    assert shelf.names() == ("good",)
    assert not folder.exists()


def test_a_name_that_is_written_into_the_folder_by_hand_is_its_name(shelf: Library) -> None:
    folder = lose(shelf, "Notes", json.dumps({"name": "Field notes"}))
    shelf = again(shelf)
    assert shelf.names() == ("Field notes", "good")
    assert shelf.open("field NOTES").folder == folder
    assert Collection.open(shelf.settings, "Field notes", embedder=HashEmbedder()).folder == folder
    shelf.delete("Field notes")
    assert shelf.names() == ("good",)


def test_a_copied_folder_takes_no_name_from_the_first(shelf: Library) -> None:
    shelf = again(shelf)
    shutil.copytree(shelf.folder_of("good"), shelf.folder / "A copy")
    good, copy = shelf.summaries()
    assert (good.name, good.status and good.status.documents) == ("good", 1)
    assert (copy.name, "called 'good' too" in copy.trouble) == ("unnamed A_copy", True)
    assert f"into A copy/{NAME_FILE}, or" in copy.trouble, "without where the server keeps it"
    shelf.delete("unnamed A_copy")
    assert shelf.open("good").documents()[0].name == "a.txt"


def test_a_missing_file_is_named_and_nothing_is_made_in_its_place(shelf: Library) -> None:
    folder = shelf.create("Notes").folder
    shelf = again(shelf)
    for path in folder.glob(f"{FILE}*"):
        path.unlink()
    for opening in (lambda: shelf.open("Notes"), lambda: Collection.open(shelf.settings, "Notes")):
        with pytest.raises(WorkbenchError, match=rf"{FILE} is missing"):
            opening()
    assert "is missing" in shelf.summaries()[1].trouble
    assert not (folder / FILE).exists()
    with pytest.raises(WorkbenchError, match="There is a collection 'Notes'"):
        shelf.create("Notes")
    shelf.delete("Notes")
    assert shelf.create("Notes").documents() == ()


def test_an_emptied_file_is_named_and_left_alone(shelf: Library) -> None:
    folder = shelf.create("Notes").folder
    shelf = again(shelf)
    (folder / FILE).write_bytes(b"")
    with pytest.raises(WorkbenchError, match=rf"{FILE} is empty"):
        shelf.open("Notes")
    assert (folder / FILE).read_bytes() == b""
    shelf.delete("Notes")
    assert shelf.names() == ("good",)


def test_a_file_that_is_emptied_while_it_is_open_is_noticed(shelf: Library) -> None:
    os.truncate(shelf.open("good").folder / FILE, 0)
    with pytest.raises(WorkbenchError, match=rf"{FILE} is"):
        shelf.open("good").documents()
    assert shelf.summaries()[0].trouble


def test_a_collection_is_made_whole_or_not_at_all(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(folder: Path, name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(folders, "write_name", killed)
    with pytest.raises(KeyboardInterrupt):
        shelf.create("Notes")
    assert [path.name for path in shelf.folder.iterdir()] == [shelf.folder_of("good").name]


def test_drafts_of_others_stay_until_they_are_old(shelf: Library) -> None:
    young, old = shelf.folder / ".draft-1", shelf.folder / ".draft-2"
    young.mkdir()
    old.mkdir()
    os.utime(old, (0, 0))
    assert shelf.names() == ("good",)
    assert (young.exists(), old.exists()) == (True, False)


def test_who_makes_a_collection_second_gets_that_of_the_first(shelf: Library) -> None:
    home = shelf.settings.home_folder
    assert folders.make(home, "GOOD") == folders.find(home, "good")
    assert [one.name for one in shelf.open("good").documents()] == ["a.txt"]
    assert shelf.names() == ("good",)

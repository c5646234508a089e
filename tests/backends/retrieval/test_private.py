"""A visitor's own collections: seen by them alone, bounded, and gone with them."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.errors import WorkbenchError
from backends.retrieval import Library, PrivateLibraries, private
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder

ADA, EVE = "session-ada", "../../eve"


@pytest.fixture
def libraries(tmp_path: Path) -> Iterator[PrivateLibraries]:
    opened = PrivateLibraries(Settings(home=str(tmp_path)), HashEmbedder())
    yield opened
    opened.close()


def test_a_collection_is_seen_by_its_visitor_alone(libraries: PrivateLibraries, tmp_path: Path) -> None:
    libraries.of(ADA).create("Notes").add("a.txt", b"Tea is brewed at 70 degrees.")
    assert libraries.names(ADA) == ("Notes",)
    assert libraries.names(EVE) == ()
    with pytest.raises(WorkbenchError, match="no collection 'Notes'"):
        libraries.of(EVE).open("Notes")
    shared = Library(Settings(home=str(tmp_path)), HashEmbedder())
    assert shared.names() == ()
    shared.close()


def test_nobody_is_named_on_the_disk(libraries: PrivateLibraries, tmp_path: Path) -> None:
    libraries.of(ADA).create("Notes")
    libraries.of(EVE).create("Secrets")
    paths = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")]
    assert not [path for path in paths if "ada" in path or "eve" in path or "Secrets" in path]
    assert len(list((tmp_path / private.FOLDER).iterdir())) == 2


def test_asking_for_names_makes_no_folder(libraries: PrivateLibraries, tmp_path: Path) -> None:
    assert libraries.names(ADA) == ()
    libraries.seen(ADA)
    assert not (tmp_path / private.FOLDER).exists()


def test_what_is_dropped_is_gone_and_the_others_stay(libraries: PrivateLibraries) -> None:
    kept = libraries.of(ADA).create("Kept")
    libraries.of(EVE).create("Dropped")
    assert libraries.drop(EVE) == ("Dropped",)
    assert libraries.drop(EVE) == ()
    assert kept.status().documents == 0
    assert libraries.of(EVE).create("Dropped").status().documents == 0  # a new one


def test_what_nobody_visits_any_more_is_swept(libraries: PrivateLibraries) -> None:
    for visitor, seen in ((ADA, 1_000.0), (EVE, 4_000.0)):
        libraries.of(visitor).create("Notes")
        folder = next(path for path in libraries.folder.iterdir() if path.stat().st_mtime > 10_000)
        os.utime(folder, (seen, seen))
    libraries.close()  # as after a new start of the process
    libraries.sweep(3_600.0, here=(), now=4_601.0)
    assert libraries.names(ADA) == ()
    assert libraries.names(EVE) == ("Notes",)
    libraries.sweep(3_600.0, here=(EVE,), now=1e12)  # who is here stays, whatever the clock says
    assert libraries.names(EVE) == ("Notes",)
    libraries.sweep(3_600.0, here=(), now=0.0)  # and so does everything when it goes backwards
    assert libraries.names(EVE) == ("Notes",)


def test_a_visit_counts_from_now_on(libraries: PrivateLibraries) -> None:
    libraries.of(ADA).create("Notes")
    [folder] = libraries.folder.iterdir()
    os.utime(folder, (1_000.0, 1_000.0))
    libraries.seen(ADA)
    assert folder.stat().st_mtime > 1_000.0


def test_collections_of_ones_own_are_bounded(libraries: PrivateLibraries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "MOST_COLLECTIONS", 2)
    own = libraries.of(ADA)
    own.create("One")
    own.create("Two")
    with pytest.raises(WorkbenchError, match="2 collections"):
        own.create("Three")


def test_files_of_ones_own_are_bounded(libraries: PrivateLibraries) -> None:
    libraries.check_room(ADA, private.MOST_BYTES)
    libraries.of(ADA).create("Notes")
    with pytest.raises(WorkbenchError, match="a visitor may keep 500 MB"):
        libraries.check_room(ADA, private.MOST_BYTES)


def test_files_of_all_visitors_are_bounded_together(
    libraries: PrivateLibraries, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries.of("alan").create("Notes")
    monkeypatch.setattr(private, "MOST_BYTES_OF_ALL", 2_000_000)
    libraries.check_room(ADA, 1_500_000)
    with pytest.raises(WorkbenchError, match="All visitors' own collections take 0 MB; 1 MB may be kept"):
        libraries.check_room(ADA, 2_000_000)


def test_files_that_come_and_go_are_no_obstacle(libraries: PrivateLibraries) -> None:
    libraries.of(ADA).create("Notes")
    [folder] = libraries.folder.iterdir()
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            (folder / "one" / "two").mkdir(parents=True)
            (folder / "one" / "two" / "collection.sqlite-wal").write_bytes(b"x")
            shutil.rmtree(folder / "one")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(200):
            libraries.check_room(ADA, 1)
    finally:
        over.set()
        writer.join()
    shutil.rmtree(folder)
    libraries.seen(ADA)
    assert not folder.exists()


def test_while_one_visitor_is_deleted_nobody_else_waits(
    libraries: PrivateLibraries, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries.of(ADA).create("Dropped")
    [folder] = libraries.folder.iterdir()
    deleting, go_on, remove = threading.Event(), threading.Event(), shutil.rmtree

    def slowly(path: Path, **options: bool) -> None:
        if path == folder:
            deleting.set()
            go_on.wait(60)
        remove(path, **options)

    monkeypatch.setattr(private.shutil, "rmtree", slowly)
    dropping = threading.Thread(target=libraries.drop, args=(ADA,))
    dropping.start()
    assert deleting.wait(60)
    others = threading.Thread(target=lambda: libraries.of(EVE).create("Kept"))
    others.start()
    others.join(30)
    assert not others.is_alive(), "before the deletion goes on"
    again = threading.Thread(target=lambda: libraries.of(ADA).create("New"))
    again.start()  # nothing of what comes after is deleted with what was before
    go_on.set()
    for thread in (dropping, again):
        thread.join(60)
    assert libraries.names(ADA) == ("New",)
    assert libraries.names(EVE) == ("Kept",)

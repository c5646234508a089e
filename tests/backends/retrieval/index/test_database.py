from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from backends.errors import WorkbenchError
from backends.retrieval.index import database
from backends.retrieval.index.schema import FILE, SCHEMA
from backends.retrieval.index.store import Store
from tests.backends.retrieval.index.texts import put, texts_of


def test_the_file_is_for_this_user_alone(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "new")
    put(store, "a.txt", "one")
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "new").iterdir()} == {0}
    store.close()


@pytest.mark.parametrize("content", [b"this is no database", b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(WorkbenchError, match="damaged") as error:
        Store.open(tmp_path)
    assert f"{tmp_path.name}/{FILE}" in error.value.message
    assert str(tmp_path.parent) not in error.value.message
    assert error.value.hint
    assert (tmp_path / FILE).read_bytes() == content


def test_damage_that_is_met_later_is_named_too(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    for number in range(40):
        put(store, f"{number}.txt", "honey " * 300)
    store.close()
    path = tmp_path / FILE
    data = bytearray(path.read_bytes())
    data[8_192:-4_096] = b"\xa5" * (len(data) - 12_288)
    path.write_bytes(data)
    with pytest.raises(WorkbenchError, match=r"collection\.sqlite is damaged"):
        _read_all(tmp_path)


def test_after_damage_was_met_nothing_is_written_until_the_file_is_put_back(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    for number in range(40):
        put(store, f"{number}.txt", "honey " * 300)
    store.close()
    path = tmp_path / FILE
    sound = path.read_bytes()
    damaged = bytearray(sound)
    middle = len(sound) // 8_192 * 4_096
    damaged[middle : middle + 40_960] = b"\xa5" * 40_960
    path.write_bytes(damaged)
    store = Store.open(tmp_path)
    with pytest.raises(WorkbenchError, match="is damaged"):
        [store.text(document.id) for document in store.documents()]
    for _ in range(2):
        with pytest.raises(WorkbenchError, match="is damaged"):
            put(store, "new.txt", "more")
    path.write_bytes(sound)
    assert put(store, "new.txt", "more").passages == 1
    store.close()


def test_a_store_that_must_exist_is_not_made_of_an_empty_database(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("VACUUM")
    connection.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(WorkbenchError, match="is empty"):
        Store.open(tmp_path, create=False)
    assert (tmp_path / FILE).read_bytes() == before


def _read_all(folder: Path) -> None:
    store = Store.open(folder)
    try:
        for document in store.documents():
            store.text(document.id)
        store.integrity()
    finally:
        store.close()


def test_a_file_of_a_newer_workbench_is_refused_and_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    with pytest.raises(WorkbenchError, match=f"layout {SCHEMA + 1}"):
        Store.open(tmp_path)


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(WorkbenchError, match="no collection"):
        Store.open(tmp_path)


def test_a_store_that_must_exist_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no collection"):
        Store.open(tmp_path / "absent", create=False)
    assert not (tmp_path / "absent").exists()


def test_what_is_asked_of_a_closed_store_is_refused(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.close()
    store.close()
    for ask in (store.documents, lambda: put(store, "a.txt", "one")):
        with pytest.raises(WorkbenchError, match="closed"):
            ask()


def test_a_writer_that_another_process_keeps_waiting_gives_up_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    store = Store.open(tmp_path)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(WorkbenchError, match="another process"):
        put(store, "a.txt", "one")
    assert store.documents() == ()  # reading does not wait
    other.execute("ROLLBACK")
    assert put(store, "a.txt", "one").passages == 1
    other.close()
    store.close()


def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    put(store, "a.txt", "one")
    with store._database.reading() as connection:
        (before,) = connection.execute("SELECT COUNT(*) FROM chunks").fetchone()
        put(store, "b.txt", "two", "three")
        (after,) = connection.execute("SELECT COUNT(*) FROM chunks").fetchone()
    assert (before, after, store.status().passages) == (1, 1, 3)
    store.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with pytest.raises(WorkbenchError, match="may not be written"), store._database.reading() as connection:
        connection.execute("DELETE FROM meta")
    store.close()


def test_threads_and_other_openings_write_and_read_side_by_side(tmp_path: Path) -> None:
    stores = [Store.open(tmp_path), Store.open(tmp_path)]
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            store = stores[number % 2]
            for turn in range(6):
                stored = put(store, f"{number}.txt", f"text {number} {turn}", "more")
                assert texts_of(store, stored) == [f"text {number} {turn}", "more"]
                store.documents()
            store.delete(stored.id)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert stores[0].documents() == stores[1].documents() == ()
    assert stores[0].integrity() == ()
    for store in stores:
        store.close()


def test_a_file_of_the_first_layout_is_brought_up_to_this_one(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    stored = put(store, "a.txt", "one")
    store.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("ALTER TABLE waiting DROP COLUMN ticket")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    for _ in range(2):
        store = Store.open(tmp_path)
        store.wait_for(["b.txt"])
        assert store.status().waiting[0] == "b.txt"
        assert texts_of(store, stored) == ["one"]
        assert store.integrity() == ()
        store.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
    connection.close()

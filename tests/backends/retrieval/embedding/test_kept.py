"""Converted models are made once, whole, and anew when they are damaged. The conversion itself is a stand-in."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backends.errors import WorkbenchError
from backends.retrieval.embedding import kept as module
from backends.retrieval.embedding.kept import kept, kept_folder, obtain
from backends.retrieval.embedding.record import MODEL, RECORD, Agreement, Record, digests_of, read_record
from backends.retrieval.embedding.source import Source
from backends.settings import Settings

SOURCE = Source("small", Path("/nowhere"), "0123456789abcdef")


class Conversions:
    """Writes what a conversion would, and counts."""

    def __init__(self) -> None:
        self.count = 0
        self.fails = False
        self._guard = threading.Lock()

    def __call__(self, kind: str, source: Source, target: Path) -> None:
        with self._guard:
            self.count += 1
        (target / MODEL).write_bytes(b"half")
        time.sleep(0.05)
        if self.fails:
            raise WorkbenchError("It did not convert.")
        (target / MODEL).write_bytes(b"a graph")
        agreement = {"int8": Agreement(0.999, 0.998)}
        record = Record("small", source.key, "int8", agreement=agreement, digests=digests_of(target))
        record.write(target)


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> Conversions:
    made = Conversions()
    monkeypatch.setattr(module, "_run", made)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache=str(tmp_path))


def test_it_is_made_once_and_read_afterwards(conversions: Conversions, settings: Settings) -> None:
    first, second = obtain("embedder", SOURCE, settings), obtain("embedder", SOURCE, settings)
    assert first == second
    assert first.identity == "0123456789abcdef-int8"
    assert first.agreement["int8"].least == 0.998
    assert conversions.count == 1


def test_who_asks_at_once_waits_for_the_first(conversions: Conversions, settings: Settings) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: obtain("embedder", SOURCE, settings), range(8)))
    assert conversions.count == 1
    assert len(set(map(id, found))) >= 1
    assert all(record == found[0] for record in found)


@pytest.mark.parametrize(("name", "content"), [(MODEL, b"a grapH"), (RECORD, b"{"), (RECORD, b"[]")])
def test_a_damaged_one_is_made_anew(conversions: Conversions, settings: Settings, name: str, content: bytes) -> None:
    obtain("embedder", SOURCE, settings)
    folder = kept_folder("embedder", SOURCE, settings)
    (folder / name).write_bytes(content)
    assert kept("embedder", SOURCE, settings) is None
    obtain("embedder", SOURCE, settings)
    assert conversions.count == 2
    assert (folder / MODEL).read_bytes() == b"a graph"


def test_one_that_fails_leaves_nothing_and_is_tried_again(conversions: Conversions, settings: Settings) -> None:
    conversions.fails = True
    with pytest.raises(WorkbenchError, match="did not convert"):
        obtain("embedder", SOURCE, settings)
    parent = kept_folder("embedder", SOURCE, settings).parent
    assert [path.suffix for path in parent.iterdir()] == [".lock"]
    conversions.fails = False
    assert obtain("embedder", SOURCE, settings).arithmetic == "int8"


def test_what_a_killed_process_left_is_cleared(conversions: Conversions, settings: Settings) -> None:
    folder = kept_folder("embedder", SOURCE, settings)
    left = folder.parent / f"{folder.name}.part-killed"
    left.mkdir(parents=True)
    (left / MODEL).write_bytes(b"half")
    obtain("embedder", SOURCE, settings)
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name, f"{folder.name}.lock"]


def test_a_record_of_another_model_does_not_count(conversions: Conversions, settings: Settings) -> None:
    obtain("embedder", SOURCE, settings)
    folder = kept_folder("embedder", SOURCE, settings)
    folder.rename(folder.with_name("fedcba9876543210"))
    assert read_record(folder.with_name("fedcba9876543210")) is None


def test_a_child_that_fails_says_its_last_words(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(module, "_MODULE", "calendar")  # a module that takes other arguments
    with pytest.raises(WorkbenchError, match=r"'small' could not be converted: .*embedder"):
        obtain("embedder", SOURCE, settings)


def test_a_folder_that_cannot_be_written_is_named(conversions: Conversions, settings: Settings) -> None:
    kept_folder("embedder", SOURCE, settings).parent.write_text("a file")
    with pytest.raises(WorkbenchError, match=r"cannot be kept in .*embedders.*WORKBENCH_CACHE") as raised:
        obtain("embedder", SOURCE, settings)
    assert str(Path(settings.cache).parent) not in str(raised.value)

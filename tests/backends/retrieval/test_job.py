from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from backends.errors import WorkbenchError
from backends.retrieval import Collection, File, embedding, job
from backends.retrieval.chunking.chunk import ChunkSize
from backends.settings import Settings
from backends.tasks.worker import find
from tests.backends.retrieval.fakes import HashEmbedder


@pytest.fixture
def collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collection]:
    monkeypatch.setattr(embedding, "open_embedder", lambda settings: HashEmbedder())
    settings = Settings(home=str(tmp_path / "home"), llm_api_key="a secret key")
    with Collection.open(settings, "Notes", embedder=HashEmbedder()) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "job"
    made.mkdir()
    return made


def test_files_go_into_the_collection_and_the_outcomes_come_back(collection: Collection, folder: Path) -> None:
    path = folder.with_name("b.txt")
    path.write_bytes(b"From disk.")
    files = [
        File("../a.txt", b"Honey.", tags=("x", "y"), date=date(2026, 5, 1)),
        File("b.txt", path),
        File("c.txt", b""),
    ]
    job.prepare(collection, files)(folder)
    events: list[dict[str, object]] = []
    find(job.ADDRESS)(folder, events.append, lambda: False)
    told = job.read(folder.__truediv__, collection)
    assert [(one.name, one.result) for one in told.outcomes] == [
        ("a.txt", "added"),
        ("b.txt", "added"),
        ("c.txt", "refused"),
    ]
    assert told.outcomes[0].document in collection.documents()
    assert told.outcomes[0].document is not None
    assert (told.outcomes[0].document.tags, told.outcomes[0].document.date) == (("x", "y"), date(2026, 5, 1))
    assert told.outcomes[2].kind == "empty"
    assert events[0]["fraction"] == 0.0
    assert all(set(event) == {"doing", "fraction"} for event in events)
    assert [one.name for one in folder.iterdir()] == [job.OUTCOMES]
    assert len(collection.search("honey")) > 0


def test_a_password_is_for_this_user_alone_and_gone_once_the_job_begins(collection: Collection, folder: Path) -> None:
    job.prepare(collection, [File("a.txt", b"Text.", password="open sesame")])(folder)
    (order,) = (path for path in folder.iterdir() if path.is_file())
    assert "open sesame" in order.read_text()
    assert "a secret key" not in order.read_text()
    assert order.stat().st_mode & 0o077 == 0
    job.run(folder, lambda event: None, lambda: True)
    assert not any("sesame" in path.read_text() for path in folder.rglob("*") if path.is_file())


def test_files_are_waited_for_from_the_order_until_the_job_is_done_with_them(
    collection: Collection, folder: Path
) -> None:
    job.prepare(collection, [File("x/a.txt", b"Honey."), File("b.txt", b"")])(folder)
    assert collection.status().waiting == ("a.txt", "b.txt")
    assert "still being read: a.txt, b.txt." in " ".join(collection.search("honey").notes)
    seen: list[tuple[str, ...]] = []
    job.run(folder, lambda event: seen.append(collection.status().waiting), lambda: False)
    assert seen[0] == seen[1] == ("a.txt", "b.txt")
    assert collection.status().waiting == ()


def test_nothing_is_waited_for_when_the_folder_of_the_job_is_gone(collection: Collection, folder: Path) -> None:
    job.prepare(collection, [File("a.txt", b"Honey.")])(folder)
    shutil.rmtree(folder)
    assert collection.status().waiting == ()


def test_a_password_is_gone_also_when_the_collection_cannot_be_opened(collection: Collection, folder: Path) -> None:
    job.prepare(collection, [File("a.txt", b"Text.", password="open sesame")])(folder)
    (collection.folder / "collection.json").unlink()
    with pytest.raises(WorkbenchError, match=r"collection\.json is missing"):
        job.run(folder, lambda event: None, lambda: False)
    assert not any("sesame" in path.read_text() for path in folder.rglob("*") if path.is_file())
    assert collection.status().waiting == ()


def test_a_cancelled_job_tells_what_it_did_not_do(collection: Collection, folder: Path) -> None:
    job.prepare(collection, [File("a.txt", b"Text.")])(folder)
    job.run(folder, lambda event: None, lambda: True)
    (outcome,) = job.read(folder.__truediv__, collection).outcomes
    assert (outcome.result, outcome.document) == ("stopped", None)


def test_a_document_deleted_since_is_told_as_none(collection: Collection, folder: Path) -> None:
    job.prepare(collection, [File("a.txt", b"Text.")])(folder)
    job.run(folder, lambda event: None, lambda: False)
    collection.delete(collection.documents()[0].id)
    (outcome,) = job.read(folder.__truediv__, collection).outcomes
    assert (outcome.result, outcome.document, outcome.characters) == ("added", None, 5)


def test_a_collection_is_built_anew_by_a_job(collection: Collection, folder: Path) -> None:
    collection.add("a.txt", b"Some words about honey. " * 20)
    collection.configure(replace(collection.options, size=ChunkSize(16, 0)))
    job.prepare_rebuild(collection)(folder)
    job.run(folder, lambda event: None, lambda: False)
    told = job.read(folder.__truediv__, collection)
    assert told.rebuilt is not None
    assert (told.rebuilt.cut, told.rebuilt.complete, told.outcomes) == (1, True, ())
    assert json.loads((folder / job.OUTCOMES).read_text())["rebuilt"]["cut"] == 1
    assert collection.pending() == "nothing"

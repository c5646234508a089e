from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.retrieval import Collection, File, adding
from backends.retrieval.documents.document import Document
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder, settings_in


class Recording(HashEmbedder):
    """Remembers how many texts came together."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def encode(self, texts: Sequence[str], on_progress: object = None) -> np.ndarray:
        self.calls.append(len(texts))
        if any("poison" in text for text in texts):
            raise RuntimeError("this text breaks the model")
        return super().encode(texts, on_progress)  # type: ignore[arg-type]


@pytest.fixture
def embedder() -> Recording:
    return Recording()


@pytest.fixture
def collection(tmp_path: Path, embedder: Recording) -> Iterator[Collection]:
    with Collection.open(settings_in(tmp_path), embedder=embedder) as opened:
        yield opened


def test_one_bad_file_never_stops_the_rest(collection: Collection, tmp_path: Path) -> None:
    path = tmp_path / "on disk.txt"
    path.write_text("From a file on disk.")
    outcomes = collection.add_many(
        [
            File("good.txt", b"Good text.", tags=("a",)),
            File("empty.txt", b""),
            File("fake.pdf", b"no pdf at all"),
            File("absent.txt", tmp_path / "absent.txt"),
            File("poison.txt", b"poison"),
            File("again.txt", b"Good text."),
            File("on disk.txt", path),
        ]
    )
    assert [(one.name, one.result) for one in outcomes] == [
        ("good.txt", "added"),
        ("empty.txt", "refused"),
        ("fake.pdf", "refused"),
        ("absent.txt", "refused"),
        ("poison.txt", "refused"),
        ("again.txt", "added"),
        ("on disk.txt", "added"),
    ]
    good, empty, fake, absent, poison, again, _ = outcomes
    assert (good.characters, good.passages, good.reason) == (10, 1, "")
    assert empty.kind == "empty"
    assert fake.reason
    assert "absent.txt" in absent.reason
    assert "RuntimeError" in poison.reason
    assert "'good.txt'" in again.notes[0]
    assert {one.name for one in collection.documents()} == {"good.txt", "again.txt", "on disk.txt"}
    assert collection.status().waiting == ()
    assert collection.integrity() == ()


def test_small_documents_are_embedded_together(collection: Collection, embedder: Recording) -> None:
    outcomes = collection.add_many(File(f"{number}.txt", f"Text {number}.".encode()) for number in range(30))
    assert {one.result for one in outcomes} == {"added"}
    assert embedder.calls == [30]


def test_progress_never_goes_back_and_names_what_is_done(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "TOGETHER", 2)
    told: list[tuple[str, float]] = []
    collection.add_many(
        [File(f"{number}.txt", f"Text {number}.".encode()) for number in range(5)],
        lambda words, share: told.append((words, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert told[0][0] == "Reading 0.txt (1 of 5)"


def test_what_is_done_when_it_is_cancelled_stays(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "TOGETHER", 2)
    outcomes = collection.add_many(
        [File(f"{number}.txt", f"Text {number}.".encode()) for number in range(6)],
        cancelled=lambda: len(collection.documents()) >= 4,
    )
    assert [one.result for one in outcomes] == ["added"] * 4 + ["stopped"] * 2
    assert "stopped" in outcomes[-1].reason
    assert len(collection.documents()) == 4
    assert collection.status().waiting == ()


def test_a_cancel_within_a_long_encoding_adds_nothing_of_that_document(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = iter([False, False, True])
    (outcome,) = collection.add_many([File("a.txt", b"Text.")], cancelled=lambda: next(asked, True))
    assert outcome.result == "stopped"
    assert collection.documents() == ()
    assert collection.integrity() == ()


def test_files_that_are_being_read_are_named_meanwhile(collection: Collection) -> None:
    seen: list[tuple[str, ...]] = []
    collection.add_many(
        [File("a.txt", b"One."), File("b.txt", b"")], lambda words, share: seen.append(collection.status().waiting)
    )
    assert seen[0] == ("a.txt", "b.txt")
    assert collection.status().waiting == ()


def test_of_two_files_of_one_name_the_later_one_stays_and_the_earlier_is_a_version(collection: Collection) -> None:
    outcomes = collection.add_many([File("a.txt", b"One."), File("a.txt", b"Two."), File("x/a.txt", b"Two.")])
    assert [one.result for one in outcomes] == ["added", "replaced", "already there"]
    (stored,) = collection.documents()
    assert (collection.text(stored.id), collection.text(stored.id, 1)) == ("Two.", "One.")


def test_nothing_to_add_is_no_work(collection: Collection, embedder: Recording) -> None:
    assert collection.add_many([]) == []
    assert embedder.calls == []


def test_adding_one_raises_why_not(collection: Collection) -> None:
    with pytest.raises(WorkbenchError, match=r"empty\.txt"):
        collection.add("empty.txt", b"")
    assert collection.documents() == ()


def test_documents_that_were_read_elsewhere_are_added_together(collection: Collection, embedder: Recording) -> None:
    outcomes = collection.add_documents(Document(f"{number}", "txt", f"Text {number}.") for number in range(10))
    assert [(one.name, one.result) for one in outcomes] == [(str(number), "added") for number in range(10)]
    assert embedder.calls == [10]


def test_a_document_that_cannot_be_added_never_stops_those_after_it(tmp_path: Path, embedder: Recording) -> None:
    texts = {"good": "Good.", "blank": " \n", "long": "eleven char", "poison": "poison", "last": "Last."}
    with Collection.open(Settings(home=str(tmp_path), max_document_characters=10), embedder=embedder) as collection:
        outcomes = collection.add_documents(Document(name, "txt", text) for name, text in texts.items())
        assert {one.name: one.result for one in outcomes} == {
            "good": "added",
            "blank": "refused",
            "long": "refused",
            "poison": "refused",
            "last": "added",
        }
        reasons = [one.reason for one in outcomes if one.reason]
        for word, reason in zip(("no text", "MAX_DOCUMENT_CHARACTERS", "RuntimeError"), reasons, strict=True):
            assert word in reason
        assert [one.name for one in collection.documents()] == ["good", "last"]


def test_of_two_documents_of_one_name_the_later_one_stays(collection: Collection) -> None:
    outcomes = collection.add_documents([Document("a", "txt", "One."), Document("a", "txt", "Two.")])
    assert [one.result for one in outcomes] == ["added", "replaced"]
    assert collection.text(collection.documents()[0].id) == "Two."

"""The shipped model as it is opened, and how far its preparation is."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.retrieval import embedding
from backends.retrieval.embedding import Embedder, opening
from backends.retrieval.embedding.export import CLOSE, EXACT
from backends.retrieval.embedding.record import Record, read_record
from backends.retrieval.embedding.source import find_embedder
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder

TEXTS = [
    "The pump has to be switched off before its filter is replaced.",
    "Norway's capital is Oslo.",
    "A wing in a slipstream has more lift. " * 40,
    "lift",
    "",
]


def test_vectors_have_the_shape_the_length_and_the_place_that_is_said(real_embedder: Embedder) -> None:
    vectors = real_embedder.encode(TEXTS)
    assert vectors.shape == (5, real_embedder.dimension) == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for question, nearest in {
        "how do I change a filter": 0,
        "Which city governs Norway?": 1,
        "the lift of wings in a slipstream": 2,
    }.items():
        assert int((vectors @ real_embedder.encode_query(question)).argmax()) == nearest


def test_a_vector_does_not_depend_on_what_it_is_computed_beside(real_embedder: Embedder) -> None:
    together = real_embedder.encode(TEXTS * 3)
    alone = np.vstack([real_embedder.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(together, np.tile(alone, (3, 1)), atol=2e-3)
    np.testing.assert_allclose(real_embedder.encode_query(TEXTS[0]), alone[0], atol=2e-3)


def test_what_the_conversion_measured_is_kept(real_embedder: Embedder) -> None:
    record = read_record(Settings().cache_folder / "embedders" / find_embedder(Settings()).key)
    assert record is not None
    assert record.identity == real_embedder.identity
    assert record.agreement["float32"].least >= EXACT
    assert record.arithmetic == ("int8" if record.agreement["int8"].mean >= CLOSE else "float32")


def test_progress_ends_with_all_and_what_it_raises_cancels(real_embedder: Embedder) -> None:
    seen: list[tuple[int, int]] = []
    real_embedder.encode(TEXTS, lambda *done: seen.append(done))
    assert seen[-1] == (5, 5)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        real_embedder.encode(TEXTS, stop)


def test_nothing_gives_nothing(real_embedder: Embedder) -> None:
    assert real_embedder.encode([]).shape == (0, 384)


def test_torch_does_not_enter_the_process(real_embedder: Embedder) -> None:
    code = (
        "import sys; from backends.retrieval.embedding import open_embedder, prepare;"
        "assert prepare().state == 'ready'; open_embedder().encode_query('lift');"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class Slow:
    """A conversion that waits until it is let go, and fails when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.count = 0
        self.error: Exception | None = None

    def __call__(self, kind: str, source: Any, settings: Settings) -> Record:
        self.count += 1
        self.go.wait(10)
        if self.error:
            raise self.error
        return Record(source.name, source.key, "int8")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    made = Slow()
    monkeypatch.setattr(opening, "obtain", made)
    monkeypatch.setitem(opening._MAKERS, "embedder", lambda source, record, settings: HashEmbedder())
    return made


def settled(settings: Settings) -> embedding.Preparation:
    """What is said when the thread has ended."""
    for thread in threading.enumerate():
        if thread.name == "prepare-embedder":
            thread.join(10)
    return embedding.prepare(settings)


def test_it_is_prepared_once_in_the_background(slow: Slow, tmp_path: Path) -> None:
    settings = Settings(cache=str(tmp_path))
    assert [embedding.prepare(settings).state for _ in range(3)] == ["preparing"] * 3
    slow.go.set()
    assert settled(settings).state == "ready"
    assert slow.count == 1
    assert embedding.open_embedder(settings).name == "hashed words"


def test_a_failure_is_told_and_tried_again_when_asked(slow: Slow, tmp_path: Path) -> None:
    settings = Settings(cache=str(tmp_path))
    slow.go.set()
    slow.error = WorkbenchError("The disk is full.", hint="Make room.")
    embedding.prepare(settings)
    failed = settled(settings)
    assert (failed.state, failed.reason) == ("failed", "The disk is full. Make room.")
    assert slow.count == 1
    slow.error = None
    embedding.prepare(settings, again=True)
    assert settled(settings).state == "ready"


def test_a_model_that_is_not_there_fails_at_once() -> None:
    said = embedding.prepare(Settings(embedder="no/such-model"))
    assert said.state == "failed"
    assert "'no/such-model'" in said.reason

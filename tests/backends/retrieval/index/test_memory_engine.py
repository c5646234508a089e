from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from backends.retrieval.index import memory_engine
from backends.retrieval.index.faiss_file import FACTS
from backends.retrieval.index.memory_engine import MemoryEngine
from backends.retrieval.index.passages import Facts
from backends.retrieval.index.store import Store
from tests.backends.retrieval.index.texts import lines

DIMENSION = 16
FEW = 40  # vectors from which on these engines are approximate


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def fill(store: Store, name: str, count: int, seed: int = 0, identity: str = "m") -> str:
    """A document with passages of random vectors. Returns its id."""
    document, chunks = lines(name, *(f"line {number}" for number in range(count)))
    return store.put(document, chunks, unit(count, seed), Facts(identity=identity)).id


def unit(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    made: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made


def expected(store: Store, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> list[int]:
    """By comparing with every vector in the file."""
    changes = store.vectors_since(0, "m")
    scores = {int(one): float(vector @ query) for one, vector in zip(changes.ids, changes.vectors, strict=True)}
    kept = [one for one in scores if allowed is None or one in allowed]
    return sorted(kept, key=lambda one: (-scores[one], one))[:k]


def found(
    engine: MemoryEngine, store: Store, query: np.ndarray, k: int, allowed: np.ndarray | None = None
) -> list[int]:
    engine.refresh(store, "m")
    ids, scores = engine.search(query, k, allowed)
    assert ids.dtype == np.int64
    assert scores.dtype == np.float32
    assert np.all(np.diff(scores) <= 0)
    return ids.tolist()  # type: ignore[no-any-return]


def test_before_anything_is_there_nothing_is_found(store: Store, tmp_path: Path) -> None:
    engine = MemoryEngine(tmp_path)
    assert found(engine, store, unit(1, 0)[0], 5) == []
    engine.refresh(store, "m")
    assert engine.search(unit(1, 0)[0], 5, np.array([1, 2]))[0].tolist() == []


@pytest.mark.parametrize("k", [0, 1, 7, 100])
def test_the_nearest_are_those_of_comparing_with_all(store: Store, tmp_path: Path, k: int) -> None:
    fill(store, "a.txt", 60)
    engine = MemoryEngine(tmp_path)
    for query in unit(5, 9):
        assert found(engine, store, query, k) == expected(store, query, k)


def test_equal_vectors_are_in_order_of_their_ids(store: Store, tmp_path: Path) -> None:
    document, chunks = lines("a.txt", "one", "two", "three")
    store.put(document, chunks, np.tile(unit(1, 0), (3, 1)), Facts(identity="m"))
    ids = found(MemoryEngine(tmp_path), store, unit(1, 0)[0], 2)
    assert ids == sorted(ids)


@pytest.mark.parametrize("flat_up_to", [1_000, FEW])
def test_only_what_is_allowed_is_found(store: Store, tmp_path: Path, flat_up_to: int) -> None:
    fill(store, "a.txt", 60)
    engine = MemoryEngine(tmp_path, flat_up_to)
    query = unit(1, 9)[0]
    for allowed in (np.array([3, 5, 58]), np.arange(1, 61, 2), np.array([], np.int64), np.array([999])):
        assert found(engine, store, query, 10, allowed) == expected(store, query, 10, allowed)
    engine.close()


def test_changes_of_any_kind_are_seen_at_the_next_search(store: Store, tmp_path: Path) -> None:
    engine = MemoryEngine(tmp_path)
    other = Store.open(tmp_path)  # as another process has it
    ids = [fill(other, f"{number}.txt", 20, number) for number in range(3)]
    query = unit(1, 9)[0]
    assert found(engine, store, query, 10) == expected(store, query, 10)
    steps = (
        lambda: other.delete(ids[1]),
        lambda: fill(other, "0.txt", 30, 7),
        lambda: other.enable(found(engine, store, query, 1)[0], False),
        lambda: other.enable(int(other.chunks_of(ids[2])[0].id), False),
        lambda: other.enable(int(other.chunks_of(ids[2])[0].id), True),
        lambda: fill(other, "new.txt", 200, 8),
    )
    for step in steps:
        step()
        assert found(engine, store, query, 10) == expected(store, query, 10)
    other.close()


def test_vectors_of_another_model_are_not_compared(store: Store, tmp_path: Path) -> None:
    fill(store, "a.txt", 5, identity="m")
    fill(store, "b.txt", 5, identity="other")
    engine = MemoryEngine(tmp_path)
    assert len(found(engine, store, unit(1, 9)[0], 100)) == 5
    engine.refresh(store, "other")
    assert len(engine.search(unit(1, 9)[0], 100)[0]) == 5


def test_with_many_vectors_an_index_is_built_and_kept(store: Store, tmp_path: Path) -> None:
    fill(store, "a.txt", 200)
    engine = MemoryEngine(tmp_path, FEW)
    engine.refresh(store, "m")
    engine.wait()
    assert engine._state is not None
    assert engine._state.approximate is not None
    for query in unit(5, 9):
        assert found(engine, store, query, 5) == expected(store, query, 5)
    engine.close()
    again = MemoryEngine(tmp_path, FEW)
    again.refresh(store, "m")
    assert again._state is not None
    assert again._state.approximate is not None  # at once: from the file
    assert again._builder is None


def test_what_changed_since_the_index_was_built_is_exact(store: Store, tmp_path: Path) -> None:
    gone = fill(store, "a.txt", 10, 1)
    fill(store, "b.txt", 300, 2)
    engine = MemoryEngine(tmp_path, FEW)
    engine.refresh(store, "m")
    engine.wait()
    store.delete(gone)
    fill(store, "c.txt", 10, 3)
    for query in (*unit(3, 9), unit(10, 3)[0], unit(10, 1)[0]):
        assert found(engine, store, query, 5) == expected(store, query, 5)
    assert engine._state is not None
    assert engine._state.approximate is not None
    before = engine._state.approximate
    fill(store, "d.txt", 200, 4)  # much: it is built anew
    engine.refresh(store, "m")
    engine.wait()
    assert engine._state.approximate is not before
    assert found(engine, store, unit(200, 4)[5], 5) == expected(store, unit(200, 4)[5], 5)
    engine.close()


@pytest.mark.parametrize("damage", ["half", "nonsense facts", "another digest", "no file"])
def test_a_damaged_index_file_is_made_anew(
    store: Store, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    fill(store, "a.txt", 200)
    first = MemoryEngine(tmp_path, FEW)
    first.refresh(store, "m")
    first.close()
    (kept,) = tmp_path.glob("vectors-*.faiss")
    facts = json.loads((tmp_path / FACTS).read_text())
    {
        "half": lambda: kept.write_bytes(kept.read_bytes()[:500]),
        "nonsense facts": lambda: (tmp_path / FACTS).write_text("{"),
        "another digest": lambda: (tmp_path / FACTS).write_text(json.dumps({**facts, "digest": "0" * 64})),
        "no file": kept.unlink,
    }[damage]()
    engine = MemoryEngine(tmp_path, FEW)
    with caplog.at_level(logging.WARNING):
        assert found(engine, store, unit(1, 9)[0], 5) == expected(store, unit(1, 9)[0], 5)
        engine.wait()
    engine.close()
    again = MemoryEngine(tmp_path, FEW)
    again.refresh(store, "m")
    assert again._state is not None
    assert again._state.approximate is not None
    assert len(list(tmp_path.glob("vectors-*.faiss"))) == 1
    assert list(tmp_path.glob("*.part")) == []


def test_where_the_index_cannot_be_built_the_search_stays_exact(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(memory_engine, "build", fail)
    fill(store, "a.txt", 200)
    engine = MemoryEngine(tmp_path, FEW)
    engine.refresh(store, "m")
    engine.wait()
    assert found(engine, store, unit(1, 9)[0], 5) == expected(store, unit(1, 9)[0], 5)
    assert "could not be built" in caplog.text

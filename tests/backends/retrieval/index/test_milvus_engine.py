"""The vector engines find the same, whatever happens to the store: in memory, over a stand-in, and over Milvus.

Milvus is Milvus Lite in a file, or the server at WORKBENCH_MILVUS_URI.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.retrieval.chunking import ChunkSize, split
from backends.retrieval.documents.document import Block, Document
from backends.retrieval.index.engine import VectorEngine, open_engine
from backends.retrieval.index.memory_engine import MemoryEngine
from backends.retrieval.index.milvus_engine import MOST_IDS, TOKEN_FILE, MilvusEngine, _conditions
from backends.retrieval.index.milvus_server import Milvus
from backends.retrieval.index.passages import Facts
from backends.retrieval.index.store import Store
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder

WITH_MILVUS = pytest.mark.skipif(find_spec("milvus_lite") is None, reason="milvus-lite is not installed")
EMBEDDER = HashEmbedder(32)
OTHER = HashEmbedder(16, identity="other")
WORDS = "wing drag lift flow shock heat plate layer wake tail".split()  # noqa: SIM905
Opening = Callable[[], VectorEngine]


class StandIn(Milvus):
    """Milvus as a dictionary: name → id → (generation, vector)."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[int, tuple[int, np.ndarray]]] = {}
        self.written = 0

    def collections(self, prefix):
        return [name for name in self.rows if name.startswith(prefix)]

    def create(self, name, dimension):
        self.rows[name] = {}

    def drop(self, name):
        del self.rows[name]

    def write(self, name, ids, born, vectors):
        self.written += len(ids)
        self.rows[name].update({int(i): (int(g), v) for i, g, v in zip(ids, born, vectors, strict=True)})

    def remove(self, name, ids):
        for one in ids:
            self.rows[name].pop(int(one), None)

    def count(self, name):
        return len(self.rows[name])

    def listed(self, name):
        both = np.array(sorted((i, row[0]) for i, row in self.rows[name].items()), np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def nearest(self, name, query, k, condition):
        words = condition.replace("[", "").replace("]", "").replace(",", "").split()
        ids, inside = {int(word) for word in words if word.isdigit()}, "not" not in words
        rows = [
            (float(row[1] @ query), i, row[0])
            for i, row in self.rows[name].items()
            if not words or (i in ids) == inside
        ]
        return sorted(rows, key=lambda row: (-row[0], row[1]))[:k]

    def close(self):
        pass


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path / "collection")
    yield made
    made.close()


@pytest.fixture(params=["memory", "stand-in", pytest.param("milvus", marks=WITH_MILVUS)])
def opening(request: pytest.FixtureRequest, tmp_path: Path, store: Store) -> Iterator[Opening]:
    """Opens an engine over the store's folder; what is in Milvus stays from one opening to the next."""
    folder = store.path.parent
    if request.param == "memory":
        yield lambda: MemoryEngine(folder)
        return
    if request.param == "stand-in":
        milvus = StandIn()
        yield lambda: MilvusEngine(Settings(), folder, milvus)
        return
    settings = Settings(milvus_uri=os.environ.get("WORKBENCH_MILVUS_URI", str(tmp_path / "lite.db")))
    opened: list[MilvusEngine] = []

    def again() -> VectorEngine:
        for engine in opened:
            engine.close()
        opened.append(MilvusEngine(settings, folder))
        return opened[-1]

    yield again
    again()
    opened[-1].forget()
    opened[-1].close()


def put(store: Store, name: str, *texts: str, embedder: HashEmbedder = EMBEDDER) -> str:
    """A document with a passage for each text."""
    text, blocks = "", []
    for one in texts:
        blocks.append(Block("row", len(text), len(text) + len(one)))
        text += one + "\n"
    document = Document(name, "csv", text, blocks=tuple(blocks))
    chunks = split(document, ChunkSize(50, 0), embedder.spans)
    assert len(chunks) == len(texts)
    return store.put(document, chunks, embedder.encode(texts), Facts(identity=embedder.identity)).id


def nearest(engine: VectorEngine, store: Store, question: str, k: int = 3, **options) -> list[str]:
    """The texts of what is found, and that their scores are cosines in falling order."""
    query = EMBEDDER.encode_query(question)
    ids, scores = engine.search(query, k, **options)
    texts = [chunk.text.strip() for chunk in store.chunks(ids.tolist())]
    expected = EMBEDDER.encode(texts) @ query if texts else np.empty(0)
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    assert ids.dtype == np.int64
    assert scores.dtype == np.float32
    assert list(scores) == sorted(scores, reverse=True)
    return texts


def test_an_empty_store_has_no_neighbours(opening: Opening, store: Store) -> None:
    engine = opening()
    engine.refresh(store, EMBEDDER.identity)
    assert nearest(engine, store, "wing") == []


def test_the_nearest_come_first_and_no_more_than_asked(opening: Opening, store: Store) -> None:
    put(store, "a", "wing drag", "wing", "heat")
    engine = opening()
    engine.refresh(store, EMBEDDER.identity)
    assert nearest(engine, store, "wing") == ["wing", "wing drag", "heat"]
    assert nearest(engine, store, "wing", k=1) == ["wing"]
    assert nearest(engine, store, "wing", k=0) == []


def test_what_is_added_deleted_and_replaced_follows(opening: Opening, store: Store) -> None:
    first = put(store, "a", "wing", "drag")
    engine = opening()
    engine.refresh(store, EMBEDDER.identity)
    put(store, "b", "wing wing lift")
    engine.refresh(store, EMBEDDER.identity)
    assert nearest(engine, store, "wing", k=2) == ["wing", "wing wing lift"]
    store.delete(first)
    engine.refresh(store, EMBEDDER.identity)
    assert nearest(engine, store, "wing") == ["wing wing lift"]
    put(store, "b", "heat", "shock")
    engine.refresh(store, EMBEDDER.identity)
    assert sorted(nearest(engine, store, "heat")) == ["heat", "shock"]


def test_what_is_switched_off_is_not_found_until_it_is_on_again(opening: Opening, store: Store) -> None:
    document = put(store, "a", "wing", "drag")
    engine = opening()
    engine.refresh(store, EMBEDDER.identity)
    wing = store.chunks_of(document)[0].id
    store.enable(wing, False)
    engine.refresh(store, EMBEDDER.identity)
    assert nearest(engine, store, "wing") == ["drag"]
    store.enable(wing, True)
    engine.refresh(store, EMBEDDER.identity)
    assert nearest(engine, store, "wing", k=1) == ["wing"]


def test_only_what_is_allowed_is_found(opening: Opening, store: Store) -> None:
    document = put(store, "a", *WORDS)
    engine = opening()
    engine.refresh(store, EMBEDDER.identity)
    ids = [chunk.id for chunk in store.chunks_of(document)]
    assert sorted(nearest(engine, store, "wing", k=9, allowed=np.array(ids[1:3]))) == ["drag", "lift"]
    assert sorted(nearest(engine, store, "wing", k=20, allowed=np.array(ids[1:]))) == sorted(WORDS[1:])
    assert nearest(engine, store, "wing", allowed=np.array([], np.int64)) == []
    assert nearest(engine, store, "wing", allowed=np.array([10**9])) == []


def test_an_engine_opened_later_finds_the_same(opening: Opening, store: Store) -> None:
    first = put(store, "a", "wing", "drag")
    engine = opening()
    engine.refresh(store, EMBEDDER.identity)
    store.delete(first)
    put(store, "b", "wing lift", "tail")
    later = opening()
    later.refresh(store, EMBEDDER.identity)
    assert nearest(later, store, "wing") == ["wing lift", "tail"]


def test_another_model_has_its_own_vectors(opening: Opening, store: Store) -> None:
    document = put(store, "a", "wing", "drag")
    engine = opening()
    engine.refresh(store, EMBEDDER.identity)
    ids = [chunk.id for chunk in store.chunks_of(document)]
    store.set_vectors(OTHER.identity, ids[:1], OTHER.encode(["wing"]))
    engine.refresh(store, OTHER.identity)
    found, scores = engine.search(OTHER.encode_query("wing"), 5)
    assert found.tolist() == ids[:1]
    np.testing.assert_allclose(scores, [1.0], atol=1e-6)


def test_engines_agree_on_random_changes(opening: Opening, store: Store) -> None:
    rng = np.random.default_rng(7)
    engine, exact = opening(), MemoryEngine(store.path.parent)
    for _ in range(8):
        name = str(rng.integers(4))
        present = {document.name: document.id for document in store.documents()}
        if name in present and rng.random() < 0.4:
            store.delete(present[name])
        else:
            put(store, name, *(" ".join(rng.choice(WORDS, 3)) for _ in range(5)))
        for one in (engine, exact):
            one.refresh(store, EMBEDDER.identity)
        query = EMBEDDER.encode_query(" ".join(rng.choice(WORDS, 2)))
        ours, theirs = engine.search(query, 50), exact.search(query, 50)
        np.testing.assert_allclose(ours[1], theirs[1], atol=1e-5)
        assert sorted(ours[0]) == sorted(theirs[0])


def test_only_what_changed_is_written_again(store: Store) -> None:
    put(store, "a", "wing", "drag")
    milvus = StandIn()
    MilvusEngine(Settings(), store.path.parent, milvus).refresh(store, EMBEDDER.identity)
    put(store, "b", "lift")
    MilvusEngine(Settings(), store.path.parent, milvus).refresh(store, EMBEDDER.identity)
    assert milvus.written == 3


@pytest.mark.parametrize("opening", ["stand-in", pytest.param("milvus", marks=WITH_MILVUS)], indirect=True)
def test_what_milvus_lost_or_has_too_much_is_mended(opening: Opening, store: Store) -> None:
    document = put(store, "a", "wing", "drag", "lift")
    engine = opening()
    engine.refresh(store, EMBEDDER.identity)
    assert isinstance(engine, MilvusEngine)
    (name,) = engine._milvus.collections(engine._prefix)  # a server may hold those of others
    lost = store.chunks_of(document)[0].id
    engine._milvus.remove(name, np.array([lost]))
    engine._milvus.write(name, np.array([999]), np.array([1]), EMBEDDER.encode(["wing"]))
    assert 999 not in engine.search(EMBEDDER.encode_query("wing"), 9)[0]
    later = opening()
    assert isinstance(later, MilvusEngine)
    later.refresh(store, EMBEDDER.identity)
    assert nearest(later, store, "wing", k=1) == ["wing"]
    assert later._milvus.count(name) == 3


def test_a_failed_change_is_told_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    milvus = StandIn()
    engine = MilvusEngine(Settings(), store.path.parent, milvus)
    put(store, "a", "wing")
    engine.refresh(store, EMBEDDER.identity)
    put(store, "b", "drag")

    def fails(*_: object) -> None:
        raise WorkbenchError("Milvus is away.")

    with monkeypatch.context() as patch:
        patch.setattr(milvus, "write", fails)
        with pytest.raises(WorkbenchError, match="away"):
            engine.refresh(store, EMBEDDER.identity)
    engine.refresh(store, EMBEDDER.identity)
    assert nearest(engine, store, "drag", k=1) == ["drag"]


def test_two_stores_do_not_share_a_collection_and_what_is_forgotten_is_gone(tmp_path: Path) -> None:
    milvus = StandIn()
    engines = []
    for name in ("one", "two"):
        store = Store.open(tmp_path / name)
        put(store, "a", name)
        engines.append(MilvusEngine(Settings(), tmp_path / name, milvus))
        engines[-1].refresh(store, EMBEDDER.identity)
        store.close()
    assert len(milvus.rows) == 2
    engines[0].forget()
    assert len(milvus.rows) == 1


def test_a_damaged_token_is_refused(tmp_path: Path) -> None:
    (tmp_path / TOKEN_FILE).write_text("../x")
    with pytest.raises(WorkbenchError, match="damaged"):
        MilvusEngine(Settings(), tmp_path, StandIn())


def test_conditions_are_short_and_let_through_what_is_allowed() -> None:
    known = np.arange(3 * MOST_IDS)
    assert _conditions(known, None) == [""]
    assert _conditions(known, known) == [""]
    assert _conditions(known, known[2:]) == ["id not in [0, 1]"]
    assert _conditions(known, np.array([5, 10**9])) == ["id in [5]"]
    halves = _conditions(known, known[: 3 * MOST_IDS // 2])
    assert len(halves) == 2
    assert all(condition.startswith("id in") for condition in halves)


def test_without_pymilvus_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(WorkbenchError, match="pip install pymilvus"):
        open_engine(Settings(milvus_uri="http://127.0.0.1:19530"), tmp_path)


def test_a_password_in_the_address_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(WorkbenchError) as raised:
        open_engine(Settings(milvus_uri="http://root:hidden@milvus:19530", milvus_token="root:secret"), tmp_path)
    assert "milvus:19530" in str(raised.value)
    assert "hidden" not in str(raised.value)
    assert "secret" not in str(raised.value)


@WITH_MILVUS
@pytest.mark.parametrize("answers", [False, True], ids=["nothing listens", "what listens is silent"])
def test_an_address_that_does_not_answer_is_said_at_once(tmp_path: Path, answers: bool) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if answers:
            server.listen()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(WorkbenchError, match=address) as raised:
            open_engine(Settings(milvus_uri=address, milvus_token="root:secret"), tmp_path)
    assert "secret" not in str(raised.value)


@WITH_MILVUS
def test_an_address_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="ftp://…@x") as raised:
        open_engine(Settings(milvus_uri="ftp://root:hidden@x"), tmp_path)
    assert "hidden" not in str(raised.value)

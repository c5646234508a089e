"""A model that cannot be loaded, in words."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from backends.errors import WorkbenchError
from backends.retrieval.embedding.torch_models import load


@pytest.mark.parametrize("kind", ["embedder", "reranker"])
def test_a_model_that_cannot_be_loaded_is_named_without_where_it_is(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: str, **options: object) -> object:
        raise OSError(f"{folder} has no weights\nand more")

    library = SimpleNamespace(SentenceTransformer=fails, CrossEncoder=fails)
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    with pytest.raises(WorkbenchError) as raised:
        load(kind, tmp_path / "small")
    assert raised.value.message == "The model in 'small' cannot be loaded: small has no weights"

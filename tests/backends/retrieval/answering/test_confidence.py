"""Confidence is sane on small collections, whatever way they are searched, and grows with the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.answering.answer_with import NOTHING_ASKED, answer
from backends.retrieval.answering.calibration import unanswerable_questions
from backends.retrieval.answering.confidence import DEFAULT_THRESHOLD, MODELS, confidence
from backends.retrieval.answering.events import Answered
from backends.retrieval.collection import Collection
from backends.retrieval.embedding.embedder import Embedder
from backends.settings import Settings
from tests.backends.retrieval.answering.findings import ICE, found_of
from tests.backends.retrieval.answering.pairs import BRIDGE, LIBRARY, PUMP
from tests.backends.retrieval.fakes import HashEmbedder

ANSWERED = (
    "When was the Halden bridge opened?",
    "Which temperature makes the controller switch the motor of the pump off?",
    "How many books can members borrow?",
    "How long does the warranty of the P-200 pump last?",
    "Who has led the town library since 2011?",
)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    home: Path = tmp_path_factory.mktemp("home")
    with Collection.open(Settings(home=str(home)), "three", embedder=HashEmbedder(384)) as made:
        for name, text in (("bridge.txt", BRIDGE), ("library.txt", LIBRARY), ("pump.txt", PUMP)):
            made.add(name, text.encode())
        yield made


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
@pytest.mark.parametrize("question", ANSWERED)
def test_three_documents_answer_what_is_in_them(collection: Collection, question: str, mode: str) -> None:
    assert confidence(collection.search(question, mode=mode)) >= DEFAULT_THRESHOLD


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
def test_three_documents_refuse_what_is_not(collection: Collection, mode: str) -> None:
    sure = [confidence(collection.search(question, mode=mode)) for question in unanswerable_questions()[::4]]
    assert sum(value < DEFAULT_THRESHOLD for value in sure) / len(sure) >= 0.9


def test_an_embedder_judges_the_sentences(real_embedder: Embedder) -> None:
    text = "Members may borrow eight books. The warranty of the pump lasts for 24 months. It was opened in 1932."

    def value(question: str) -> float:
        return confidence(found_of(text, question=question), real_embedder)

    assert value("How long is the guarantee of the pump?") >= DEFAULT_THRESHOLD
    assert value("What does the pump cost?") < DEFAULT_THRESHOLD
    assert value("How long is the guarantee of the pump from Osaka?") < value("How long is the guarantee of the pump?")
    assert value("What lasts for 36 months?") < value("What lasts for 24 months?")


@pytest.mark.parametrize("question", ["the", "how many", "Who is it?"])
def test_stop_words_alone_ask_nothing(question: str) -> None:
    found = replace(found_of(ICE, question=question), features={"dense": 1.0, "lexical": 1.0, "top_cosine": 1.0})
    assert confidence(found) == confidence(found, HashEmbedder()) == 0.0
    *_, last = answer(found, Settings(), HashEmbedder())
    assert isinstance(last, Answered)
    assert last.answer.abstained
    assert last.answer.notes == (NOTHING_ASKED,)


def test_nothing_found_is_no_confidence() -> None:
    assert confidence(found_of()) == 0.0
    assert confidence(found_of(ICE)) == 0.0


@pytest.mark.parametrize("ways", MODELS)
def test_more_evidence_is_more_confidence(ways: tuple[bool, bool]) -> None:
    names = MODELS[ways].weights
    values = [MODELS[ways](dict.fromkeys(names, share)) for share in (0.0, 0.3, 0.6, 1.0)]
    assert values == sorted(values)
    assert values[0] < DEFAULT_THRESHOLD < values[-1]


@given(st.dictionaries(st.sampled_from(["top_cosine", "coverage", "top_bm25_share"]), st.floats(-1e9, 1e9)))
def test_any_features_give_a_probability(features: dict[str, float]) -> None:
    found = replace(found_of(ICE), features={**features, "dense": 1.0, "lexical": 1.0})
    assert 0.0 <= confidence(found) <= 1.0

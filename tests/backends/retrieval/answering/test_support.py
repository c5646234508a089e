"""How far passages say a sentence, on labelled sentences and on hard single cases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.retrieval.answering.support import SUPPORTED, evidence, support
from backends.retrieval.embedding.embedder import Embedder
from tests.backends.retrieval.answering.held_out_pairs import HELD_OUT
from tests.backends.retrieval.answering.pairs import BRIDGE, PAIRS, PUMP
from tests.backends.retrieval.fakes import HashEmbedder

EDITED = ("number", "unit", "name", "negation", "opposite", "exchanged", "addition")
Pairs = Sequence[tuple[str, bool, str, str]]


def accuracy(pairs: Pairs, embedder: Embedder | None = None) -> float:
    right = [(support(said, [passage], embedder) >= SUPPORTED) == label for _, label, passage, said in pairs]
    return sum(right) / len(right)


def of_kinds(pairs: Pairs, *kinds: str) -> Pairs:
    return [pair for pair in pairs if pair[0] in kinds]


@pytest.mark.parametrize("pairs", [PAIRS, HELD_OUT])
def test_a_changed_fact_is_not_supported_even_without_an_embedder(pairs: Pairs) -> None:
    assert accuracy(of_kinds(pairs, *EDITED)) >= 0.95
    assert accuracy(of_kinds(pairs, "elsewhere", "other subject")) == 1.0


def test_accuracy_with_the_shipped_model(real_embedder: Embedder) -> None:
    assert accuracy(PAIRS, real_embedder) >= 0.95
    assert accuracy(HELD_OUT, real_embedder) >= 0.9
    assert accuracy(of_kinds([*PAIRS, *HELD_OUT], "paraphrase"), real_embedder) >= 0.9


def test_without_an_embedder_every_second_paraphrase_is_known_at_least() -> None:
    assert accuracy(of_kinds(PAIRS, "verbatim", "part")) == 1.0
    assert accuracy(of_kinds([*PAIRS, *HELD_OUT], "paraphrase")) >= 0.5


def test_what_is_there_word_for_word_is_wholly_supported() -> None:
    assert support("The warranty lasts\nfor 24 months", [BRIDGE, PUMP]) == 1.0


def test_the_evidence_is_the_sentence_that_says_it() -> None:
    found = evidence("The warranty is 24 months.", [BRIDGE, PUMP])
    assert found is not None
    assert found.passage == 1
    assert PUMP[found.start : found.end] == found.text == "The warranty lasts for 24 months."


def test_several_passages_are_looked_through() -> None:
    assert support("The warranty lasts for 24 months.", [BRIDGE]) < SUPPORTED
    assert support("The warranty lasts for 24 months.", [BRIDGE, PUMP]) >= SUPPORTED


@pytest.mark.parametrize("sentence", ["", "   ", "…"])
def test_what_says_nothing_is_not_supported(sentence: str) -> None:
    assert support(sentence, [BRIDGE]) < SUPPORTED


def test_without_passages_nothing_is_supported() -> None:
    assert support("The bridge is long.", []) == 0.0
    assert support("The bridge is long.", ["", " \n "]) == 0.0


@pytest.mark.parametrize(
    ("said", "passage"),
    [
        ("The fee is 1200 euros.", "The fee is 1,200 euros."),
        ("The fee is 1.5 million euros.", "The fee is 1,500,000 euros."),
        ("It lasts two weeks.", "It lasts 2 weeks."),
        ("Der Eintritt kostet 3,5 Euro.", "Der Eintritt kostet 3.5 Euro."),
        ("Prices do not fall in spring.", "In spring, prices do not fall."),
        ("The firm moved from Bergen to Oslo.", "The firm moved to Oslo from Bergen."),
    ],
)
def test_another_way_of_writing_is_the_same(said: str, passage: str) -> None:
    assert support(said, [passage]) >= SUPPORTED


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=120), st.lists(st.text(max_size=200), max_size=3))
def test_the_score_of_any_text_is_between_0_and_1(sentence: str, passages: list[str]) -> None:
    assert 0.0 <= support(sentence, passages, HashEmbedder()) <= 1.0

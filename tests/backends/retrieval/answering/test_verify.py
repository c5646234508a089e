"""What a generated answer may cite, and whether its sources say it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.retrieval.answering.once import Once
from backends.retrieval.answering.verify import MOST_SENTENCES, verify
from backends.retrieval.embedding.embedder import Embedder
from tests.backends.retrieval.answering.findings import ICE, WATER, hit_of
from tests.backends.retrieval.fakes import HashEmbedder

GIVEN = (hit_of(1, ICE), hit_of(2, WATER, page=7))


@pytest.mark.parametrize("embedder", [None, HashEmbedder()], ids=["words alone", "words and vectors"])
def test_a_citation_is_narrowed_to_the_exact_characters(embedder: Embedder | None) -> None:
    [sentence] = verify("Water boils at 373 kelvin [2].", GIVEN, embedder).sentences
    [citation] = sentence.citations
    assert sentence.text == "Water boils at 373 kelvin."
    assert sentence.supported
    assert citation.text == "Water boils at 373 kelvin at sea level."
    at = WATER.index(citation.text)
    assert (citation.start, citation.end) == (1_000 + at, 1_000 + at + len(citation.text))
    assert (citation.number, citation.document, citation.name, citation.version) == (2, "d2", "file 2.txt", 3)
    assert citation.page == 7


def test_a_citation_of_a_passage_that_was_not_given_is_removed_and_counted() -> None:
    found = verify("Ice melts at 273 kelvin [1][99]. Water boils [0, 3].", GIVEN)
    assert found.removed == 3
    assert [[one.number for one in sentence.citations] for sentence in found.sentences] == [[1], [2]]
    assert (found.added, found.unsaid) == (1, 0)


def test_a_sentence_without_a_citation_gets_that_of_the_passage_that_says_it() -> None:
    found = verify("Water boils at 373 kelvin. Gold was mined by Peter Meyer.", GIVEN, HashEmbedder())
    said, unsaid = found.sentences
    assert [citation.text for citation in said.citations] == ["Water boils at 373 kelvin at sea level."]
    assert (said.supported, found.added) == (True, 1)
    assert (unsaid.supported, unsaid.citations) == (False, ())


@pytest.mark.parametrize("embedder", [None, HashEmbedder()], ids=["words alone", "words and vectors"])
def test_each_citation_is_judged_alone(embedder: Embedder | None) -> None:
    found = verify("Water boils at 373 kelvin at sea level [1][2].", GIVEN, embedder)
    [sentence] = found.sentences
    assert [citation.number for citation in sentence.citations] == [2]
    assert (sentence.supported, found.unsaid, found.removed) == (True, 1, 0)
    neither = verify("Gold was mined by Peter Meyer [1][2].", GIVEN, embedder)
    assert [citation.number for citation in neither.sentences[0].citations] == [1, 2]
    assert not neither.sentences[0].supported


def test_a_fragment_at_the_end_of_a_broken_answer_is_left_out() -> None:
    text = "Ice melts at 273 kelvin [1]. Water boils at"
    found = verify(text, GIVEN, broken_off=True)
    assert [sentence.text for sentence in found.sentences] == ["Ice melts at 273 kelvin."]
    assert found.fragment
    assert len(verify(text, GIVEN).sentences) == 2
    assert not verify("Ice melts at 273 kelvin [1].", GIVEN, broken_off=True).fragment
    assert len(verify("Ice melts at", GIVEN, broken_off=True).sentences) == 1


@pytest.mark.parametrize(
    "text",
    ["Ice melts at 355 kelvin [1].", "Ice does not melt at 273 kelvin [1].", "Gold was mined by Peter Meyer [1]."],
)
def test_what_the_cited_passage_does_not_say_is_marked(text: str) -> None:
    [sentence] = verify(text, GIVEN, HashEmbedder()).sentences
    assert not sentence.supported
    assert sentence.support is not None


def test_only_the_cited_passage_counts() -> None:
    [sentence] = verify("Ice melts at 273 kelvin [2].", GIVEN).sentences
    assert not sentence.supported


def test_a_sentence_without_a_citation_is_not_supported_unless_it_leads_over() -> None:
    lead, bare, held = verify("In short:\n\nSalt is cheap. Ice melts at 273 kelvin [1].", GIVEN).sentences
    assert (lead.supported, lead.support) == (True, None)
    assert (bare.supported, bare.support) == (False, None)
    assert held.supported


def test_a_passage_is_encoded_once_for_all_sentences_that_cite_it() -> None:
    embedder = HashEmbedder()
    first = "Ice melts at 273 kelvin [1]."
    alone = verify(first, GIVEN, embedder).sentences[0]
    encoded, embedder.encoded = embedder.encoded, 0
    twice = verify(f"{first} Frost is cold [1]. {first}", GIVEN, embedder).sentences
    assert embedder.encoded <= encoded + 2
    assert (twice[0], twice[2]) == (alone, alone)


def test_vectors_beyond_the_bound_are_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.retrieval.answering.once.MOST", 1)
    embedder = HashEmbedder()
    once = Once(embedder)
    texts = ["ice", "water", "ice"]
    for _ in range(2):
        assert np.array_equal(once.encode(texts), HashEmbedder().encode(texts))
    assert embedder.encoded == 3
    assert once.encode([]).shape == (0, embedder.dimension)


def test_a_very_long_answer_is_cut_and_says_so() -> None:
    found = verify("Ice melts at 273 kelvin [1]. " * (MOST_SENTENCES + 5), GIVEN)
    assert len(found.sentences) == MOST_SENTENCES
    assert found.cut


@pytest.mark.parametrize("text", ["", "   ", "[1]", "[1][2].", "…"])
def test_an_answer_without_words_has_no_sentences(text: str) -> None:
    assert verify(text, GIVEN).sentences == ()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=120), st.text(alphabet="ab. \n", min_size=1, max_size=40))
def test_every_citation_is_an_exact_slice(text: str, passage: str) -> None:
    hit = hit_of(1, passage, start=5)
    for sentence in verify(f"{text} [1].", (hit,)).sentences:
        for citation in sentence.citations:
            assert citation.text == passage[citation.start - 5 : citation.end - 5]

"""The extractive answer: verbatim, whole sentences, the right ones, with exact spans."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.retrieval.answering.answer import Sentence
from backends.retrieval.answering.candidates import CANDIDATES
from backends.retrieval.answering.extract import extract
from backends.retrieval.answering.units import leads, units
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.search.hit import Found, Hit
from tests.backends.retrieval.answering.findings import found_of, hit_of
from tests.backends.retrieval.fakes import HashEmbedder

ICE = "Frost is cold. Ice melts at zero degrees. Snow is white."
WATER = "Kettles whistle. Water boils at 100 degrees. Steam is hot."


def within(hit: Hit, **chunk: object) -> Hit:
    """The hit with other facts about its passage."""
    return replace(hit, chunk=replace(hit.chunk, **chunk))  # type: ignore[arg-type]


def pieces(hit: Hit) -> list[str]:
    return [hit.chunk.text[start:end] for start, end in units(hit)]


def texts(sentences: tuple[Sentence, ...]) -> list[str]:
    return [sentence.text for sentence in sentences]


@pytest.mark.parametrize("embedder", [None, HashEmbedder()])
def test_the_sentence_that_answers_is_taken(embedder: HashEmbedder | None) -> None:
    (first, *_) = extract(found_of(ICE, WATER), embedder=embedder)
    assert first.text == "Ice melts at zero degrees."
    assert first.supported
    assert first.support == 1.0


def test_meaning_finds_what_no_common_word_does(real_embedder: Embedder) -> None:
    text = "The café opens at nine. Dogs have to wait outside. Cheques are not accepted."
    found = found_of(text, question="Can I bring my pet?")
    assert texts(extract(found, 1, real_embedder)) == ["Dogs have to wait outside."]


def test_a_citation_is_the_slice_of_the_document() -> None:
    (sentence,) = extract(found_of(ICE), max_sentences=1)
    (citation,) = sentence.citations
    assert ("x" * 1_000 + ICE)[citation.start : citation.end] == citation.text == sentence.text
    assert (citation.number, citation.document, citation.name, citation.version) == (1, "d1", "file 1.txt", 3)


def test_of_two_documents_each_has_its_citation() -> None:
    found = found_of(ICE, WATER, question="When does ice melt and when does water boil?")
    numbers = {sentence.text: sentence.citations[0].number for sentence in extract(found)}
    assert numbers["Ice melts at zero degrees."] == 1
    assert numbers["Water boils at 100 degrees."] == 2


def test_sentences_are_in_the_order_of_their_document() -> None:
    text = "The filter is made of steel. The weather was fine. The pump is made of brass."
    found = found_of(text, question="What is the pump made of, and what is the filter made of?")
    assert texts(extract(found)) == ["The filter is made of steel.", "The pump is made of brass."]


def test_at_most_so_many() -> None:
    text = " ".join(f"The pump number {number} has a steel filter." for number in range(20))
    assert len(extract(found_of(text, question="Which pump has a filter?"), max_sentences=3)) == 3


def test_what_says_the_same_is_said_once() -> None:
    found = found_of(ICE, ICE.replace("Snow is white.", "Hail is hard."))
    assert texts(extract(found)).count("Ice melts at zero degrees.") == 1


def test_overlapping_passages_of_one_document_are_one() -> None:
    first = hit_of(1, ICE)
    cut = ICE.index("Ice")
    second = replace(first, rank=2, chunk=replace(first.chunk, id=9, start=1_000 + cut, text=ICE[cut:]))
    found = replace(found_of(ICE), hits=(first, second))
    assert texts(extract(found)) == ["Ice melts at zero degrees."]


def test_a_date_is_preferred_where_it_is_asked_for() -> None:
    text = "The bridge was opened by the mayor. The bridge was opened in 1932."
    assert "The bridge was opened in 1932." in texts(extract(found_of(text, question="When was the bridge opened?"), 1))


TEA = "Green tea is brewed at 70 degrees. Black tea takes boiling water."
STORING = "Keep tea leaves in a closed tin, dry and dark. They keep for two years."


@pytest.mark.parametrize("embedder", [None, HashEmbedder(384)])
def test_words_of_an_earlier_turn_weigh_less(embedder: HashEmbedder | None) -> None:
    found = found_of(TEA, STORING, question="And how long does it keep? (green tea)")
    assert texts(extract(found, 2, embedder, question="And how long does it keep?")) == [
        "Keep tea leaves in a closed tin, dry and dark.",
        "They keep for two years.",
    ]


def test_a_question_without_a_word_of_content_is_about_the_earlier_turn() -> None:
    found = found_of(TEA, STORING, question="Why? (green tea brewed)")
    assert texts(extract(found, 1, question="Why?")) == ["Green tea is brewed at 70 degrees."]


def test_a_sentence_that_begins_with_a_pronoun_brings_the_one_it_rests_on() -> None:
    text = "Iron is heavy. The pump is made of brass. It must never run dry.\n\nIt was sold in 1999."
    hit = hit_of(1, text)
    spans = units(hit)
    assert [[text[slice(*lead)] for lead in leads(hit, spans, at)] for at in range(len(spans))] == [
        [],
        [],
        ["The pump is made of brass."],
        [],
    ]
    (lead, answer) = extract(replace(found_of(text, question="What must never run dry?"), hits=(hit,)))
    assert (lead.text, answer.text) == ("The pump is made of brass.", "It must never run dry.")
    assert texts(extract(found_of(text, question="What must never run dry?"), 1)) == ["It must never run dry."]


@pytest.mark.parametrize("embedder", [None, HashEmbedder()])
def test_a_definition_is_preferred_where_one_is_asked_for(embedder: HashEmbedder | None) -> None:
    text = "A mean over nDCG of all questions is told. The value nDCG nDCG has. nDCG compares two orders."
    assert texts(extract(found_of(text, question="What is nDCG?"), 1, embedder)) == ["nDCG compares two orders."]
    row = hit_of(1, "term: nDCG\ndefinition: the order found against the best one", name="glossary.csv")
    row = replace(row, document=replace(row.document, format="csv"))
    found = replace(found_of(text, question="What is nDCG?"), hits=(row,))
    assert texts(extract(found, 1, embedder)) == [row.chunk.text]


def test_near_repetitions_are_said_once_unless_a_number_differs() -> None:
    one = "The pump has a filter made of fine steel wire."
    other = "And the pump has a filter made of the fine steel wire."
    assert len(extract(found_of(one, other, question="Which filter has the pump?"))) == 1
    years = "The pump was sold with a steel filter in 1998."
    found = found_of(years, years.replace("1998", "1999"), question="When was the pump with a steel filter sold?")
    assert len(extract(found)) == 2


def test_filler_from_another_document_is_left_out() -> None:
    found = found_of(ICE, "Ice is a fine word and zero is another.", question="When does ice melt?")
    assert texts(extract(found, embedder=HashEmbedder(384))) == ["Ice melts at zero degrees."]


def test_the_language_decides_which_words_are_the_same() -> None:
    text = "Das Haus steht am Fluss. Die Häuser der Städte wurden 1950 gebaut."
    found = found_of(text, question="In welcher Stadt?")
    assert texts(extract(found, 1, language="german")) == ["Die Häuser der Städte wurden 1950 gebaut."]


def test_a_heading_is_never_an_answer() -> None:
    text = "# How ice melts\n\nIt needs warmth to melt."
    assert pieces(hit_of(1, text)) == ["It needs warmth to melt."]
    assert pieces(within(hit_of(1, "Melting\nIt needs warmth to melt."), headings=("Melting",))) == [
        "It needs warmth to melt."
    ]
    assert pieces(hit_of(1, "How ice melts\n\nIt needs warmth to melt.")) == ["It needs warmth to melt."]
    assert extract(found_of("# When does ice melt?")) == ()


def test_the_first_line_of_a_document_is_an_answer_only_where_it_is_all() -> None:
    whole = replace(
        found_of(question="When does ice melt?"), hits=(hit_of(1, "How ice melts and when\nIt needs warmth.", start=0),)
    )
    assert texts(extract(whole)) == ["It needs warmth."]
    alone = replace(whole, hits=(hit_of(1, "Ice melts at zero degrees", start=0),))
    assert texts(extract(alone)) == ["Ice melts at zero degrees"]


def test_a_cut_sentence_is_left_out() -> None:
    hit = within(hit_of(1, "ends here. Ice melts at zero. Snow is white and"), start=1_000)
    hit = replace(hit, document=replace(hit.document, characters=9_000))
    assert pieces(hit) == ["Ice melts at zero."]


def test_small_letters_alone_cut_nothing() -> None:
    assert pieces(hit_of(1, "ice melts at zero . snow is very white .")) == [
        "ice melts at zero .",
        "snow is very white .",
    ]


def test_a_row_is_shown_as_it_is() -> None:
    hit = hit_of(1, "city: Oslo\nrain: 763 mm\n", name="rain.csv")
    hit = replace(hit, document=replace(hit.document, format="csv"))
    assert pieces(hit) == ["city: Oslo\nrain: 763 mm"]


def test_rows_of_a_markdown_table_stand_alone() -> None:
    assert pieces(hit_of(1, "| city | rain |\n| --- | --- |\n| Oslo | 763 mm |\n")) == [
        "| city | rain |",
        "| Oslo | 763 mm |",
    ]


@pytest.mark.parametrize("rule", ["", "| --- | --- |\n"])
def test_only_the_row_that_matches_is_cited_with_the_row_that_names_its_columns(rule: str) -> None:
    text = f"City | Rain\n{rule}Oslo | 763 mm\nBergen | 2,250 mm\nRome | 799 mm\n"
    found = found_of(text, question="How much rain has Bergen?")
    assert texts(extract(found, 2)) == ["City | Rain", "Bergen | 2,250 mm"]


def test_other_scripts_have_sentences() -> None:
    found = found_of("東京は日本の首都です。富士山は高いです。", question="日本の首都は？")
    assert texts(extract(found, 1)) == ["東京は日本の首都です。"]


def test_the_cost_is_bounded() -> None:
    embedder = HashEmbedder()
    found = found_of(*(" ".join(f"Sentence {at} of {n} is here." for at in range(100)) for n in range(5)))
    extract(found, embedder=embedder)
    assert embedder.encoded <= 2 * CANDIDATES + 1


def test_nothing_found_says_nothing() -> None:
    assert extract(found_of()) == ()
    assert extract(found_of(" \n ")) == ()
    assert extract(found_of(ICE), max_sentences=0) == ()


@settings(deadline=None)
@given(st.lists(st.text(max_size=200), max_size=4), st.text(min_size=1, max_size=50))
def test_every_citation_of_any_text_is_an_exact_slice(passages: list[str], question: str) -> None:
    found: Found = found_of(*passages, question=question)
    for sentence in extract(found, embedder=HashEmbedder()):
        (citation,) = sentence.citations
        hit = found.hits[citation.number - 1]
        start = citation.start - hit.chunk.start
        assert hit.chunk.text[start : start + len(citation.text)] == citation.text == sentence.text
        assert citation.text.strip() == citation.text != ""

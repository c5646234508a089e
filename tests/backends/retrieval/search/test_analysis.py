from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import WorkbenchError
from backends.retrieval.search.analysis import analysed, languages, query_terms, terms
from backends.retrieval.search.stop_words import STOP_WORDS


def stems(text: str, language: str = "english") -> list[str]:
    return [term.stem for term in terms(text, language)]


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("the A-320", "A320"),
        ("the A320", "a-320"),
        ("costs 3.5 m", "3.5"),
        ("1,000 rows", "1000"),
        ("written in C++", "c++"),
        ("C# code", "c#"),
        ("the U.S. market", "US"),
        ("an e-mail", "email"),
        ("boundary-layer flow", "layer"),
        ("a naïve café", "cafe"),
        ("cafe\u0301 noir", "café"),
        ("ﬂow", "flow"),
        ("ＡＢＣ", "abc"),
        ("Bernoulli’s law", "bernoulli"),
        ("max_rows", "rows"),
        ("東京都は", "東京"),
        ("東京都は", "京"),
        ("สวัสดีครับ", "สวัสดี"),
        ("한국어 문서", "한국"),
        ("हिन्दी में", "हिन्दी"),
        ("ИСКУССТВЕННЫЙ", "искусственный"),
        ("version 10.0.1", "10.0.1"),
    ],
)
def test_what_is_written_is_found_by_what_is_searched(written: str, searched: str) -> None:
    assert set(query_terms(searched)) & set(stems(written))


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [("english", "heated", "heating"), ("german", "Flüsse", "Fluss"), ("french", "élevées", "élevé")],
)
def test_endings_of_the_language_are_taken_off(language: str, one: str, other: str) -> None:
    assert stems(one, language) == stems(other, language)
    assert stems(one, "none") != stems(other, "none")


@pytest.mark.parametrize("language", ["english", "none", "german", "swedish", "danish", "norwegian"])
@pytest.mark.parametrize("word", ["résumé", "résumés", "Élèves", "naïveté", "protégés", "clichés", "exposés", "cœur"])
def test_words_of_foreign_accents_are_found_without_them(word: str, language: str) -> None:
    plain = unicodedata.normalize("NFD", word.replace("œ", "oe")).encode("ascii", "ignore").decode()
    assert stems(word, language) == stems(plain, language) == stems(unicodedata.normalize("NFD", word), language)


def test_the_endings_of_words_with_the_language_s_own_accents_are_taken_off_first() -> None:
    assert stems("Häuser Bücher schön", "german") == ["haus", "buch", "schon"]
    assert stems("Élèves élevées", "french") == ["elev", "elev"]
    assert stems("førsøgene", "danish") == ["forsog"]


def test_different_things_stay_different() -> None:
    assert len({stems(one)[-1] for one in ("C", "C++", "C#", "3.5", "35", "3")}) == 6


def test_stop_words_are_left_out_of_questions_only_where_others_remain() -> None:
    assert query_terms("what is the lift") == ("lift",)
    assert query_terms("who is who") == ("who", "is")
    assert stems("what is the lift") == ["what", "is", "the", "lift"]
    assert query_terms("was ist der Auftrieb", "german") == ("auftrieb",)


def test_single_characters_are_searched_for_only_where_no_pair_holds_them() -> None:
    assert query_terms("東京都") == ("東京", "京都")
    assert query_terms("京") == ("京",)


def test_text_without_words_has_no_terms() -> None:
    assert terms(" \n--- ''' …!") == []
    assert analysed("") == ""
    assert query_terms("???") == ()


def test_an_unknown_language_is_named_with_those_there_are() -> None:
    with pytest.raises(WorkbenchError, match="'klingon'") as raised:
        analysed("a", "klingon")
    assert "german" in raised.value.hint


def test_every_list_of_stop_words_is_of_a_known_language_and_in_small_letters() -> None:
    assert set(STOP_WORDS) <= set(languages())
    assert all(words == words.lower() for words in STOP_WORDS.values())


def test_threads_get_the_same_terms() -> None:
    text = " ".join(f"running{number} flights" for number in range(300))
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(analysed, [text] * 16))) == 1


@given(st.text(st.characters(codec="utf-8"), max_size=80), st.sampled_from(["english", "none", "russian"]))
def test_terms_point_into_the_text_and_make_up_the_analysed_text(text: str, language: str) -> None:
    found = terms(text, language)
    assert all(0 <= term.start < term.end <= len(text) for term in found)
    assert analysed(text, language).split(" ") == ([term.stem for term in found] or [""])
    assert all(term.stem and not any(unicodedata.category(sign) == "Cc" for sign in term.stem) for term in found)


@given(st.text(max_size=60))
def test_every_letter_and_digit_is_in_a_term(text: str) -> None:
    covered = {at for term in terms(text) for at in range(term.start, term.end)}
    assert {at for at, sign in enumerate(text) if sign.isalnum()} <= covered

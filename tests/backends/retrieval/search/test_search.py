from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.retrieval.answering.confidence import DEFAULT_THRESHOLD, confidence
from backends.retrieval.search.hit import Filter, SearchOptions
from backends.retrieval.search.search import search
from tests.backends.retrieval.search.filled import TEXTS, Filled, filled


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    made = filled(tmp_path_factory.mktemp("search"))
    yield made
    made.store.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Filled]:
    """A collection that the test changes."""
    made = filled(tmp_path)
    yield made
    made.store.close()


class CountsWord:
    """A cross-encoder that counts one word."""

    name = "counts a word"
    notes: tuple[str, ...] = ()

    def __init__(self, word: str) -> None:
        self.word = word
        self.read: list[str] = []

    def score(self, question: str, texts: Sequence[str]) -> np.ndarray:
        self.read.extend(texts)
        return np.array([text.count(self.word) for text in texts], dtype=np.float32)


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("how does the lift of a wing grow?", "wing.txt"),
        ("Where does heat go from a hot plate", "heat.txt"),
        ("which people are carried at Mach 0.78", "airbus.txt"),
    ],
)
def test_every_way_finds_the_document_that_answers(small: Filled, mode: str, question: str, name: str) -> None:
    assert small.names(question, mode=mode)[0] == name


@pytest.mark.parametrize(("question", "name"), [("A320", "airbus.txt"), ("C++", "code.txt"), ("東京", "tokyo.txt")])
def test_codes_and_unspaced_words_are_found_by_words(small: Filled, question: str, name: str) -> None:
    assert small.names(question, mode="lexical") == [name]


def test_a_hit_says_where_each_way_put_it_and_why(small: Filled) -> None:
    found = small.ask("lift of a wing")
    hit = found.hits[0]
    assert set(hit.places) == {"dense", "lexical", "feedback"}
    options = found.options
    assert hit.score == pytest.approx(sum(1.0 / (options.rrf_k + place.rank) for place in hit.places.values()))
    assert [hit.chunk.text[start:end] for start, end in hit.marks] == ["lift", "wing"]
    assert [hit.rank for hit in found] == list(range(1, len(found) + 1))
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert {"encode", "dense", "lexical", "total"} <= found.milliseconds.keys()


def test_the_weights_decide_between_the_ways(small: Filled) -> None:
    question = "lift of a wing"
    assert set(small.ask(question, dense_weight=0.0).hits[0].places) == {"lexical"}
    assert set(small.ask(question, lexical_weight=0.0).hits[0].places) == {"dense"}
    plain = small.ask(question, feedback=0, dense_weight=3.0, lexical_weight=0.5).hits[0]
    assert plain.score == pytest.approx(3.5 / 61)


def test_at_most_k_hits_are_given(small: Filled) -> None:
    assert len(small.ask("the", k=2)) == 2
    assert small.names("the wing", k=2) == small.names("the wing", k=5)[:2]


def test_without_a_model_words_find_it_and_a_note_says_so(small: Filled) -> None:
    found = small.ask("lift of a wing", embedder=False)
    assert found.hits[0].document.name == "wing.txt"
    assert any("not ready" in note for note in found.notes)
    assert not found.status.embedder_ready
    assert small.ask("lift", embedder=False, mode="dense").hits[0].document.name == "wing.txt"
    assert not any("not ready" in note for note in small.ask("lift", embedder=False, mode="lexical").notes)


@pytest.mark.parametrize("question", ["", "  \n", "\x00", "x" * 10_001])
def test_no_question_and_endless_ones_are_refused(small: Filled, question: str) -> None:
    with pytest.raises(WorkbenchError, match="question"):
        small.ask(question)


@pytest.mark.parametrize(
    "question",
    ['"', "' OR 1=1 --", "NEAR(lift wing)", "lift AND", "body: lift", "lift*", "(", "{}", "^lift", "-lift", "\ud83d"],
)
def test_syntax_in_a_question_is_data(small: Filled, question: str) -> None:
    found = small.ask(question, mode="lexical")
    assert all(hit.document.name == "wing.txt" for hit in found)
    assert bool(found.hits) == ("lift" in question)


def test_only_stop_words_still_find_something(small: Filled) -> None:
    assert small.names("of the", mode="lexical")[0] in TEXTS


def test_a_question_without_words_says_so(small: Filled) -> None:
    found = small.ask("?!", mode="lexical")
    assert not found.hits
    assert any("no word" in note for note in found.notes)


def test_a_long_question_says_which_of_its_words_count(small: Filled) -> None:
    found = small.ask("lift " + " ".join(f"word{number}" for number in range(200)))
    assert found.hits[0].document.name == "wing.txt"
    assert any("201 different words" in note and "64" in note for note in found.notes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"k": 0},
        {"k": 100_000},
        {"mode": "magic"},
        {"candidates": 0},
        {"rrf_k": -1},
        {"dense_weight": -1.0},
        {"lexical_weight": float("nan")},
        {"dense_weight": 0.0, "lexical_weight": 0.0},
    ],
)
def test_options_that_make_no_sense_are_named(small: Filled, wrong: dict[str, object]) -> None:
    with pytest.raises(WorkbenchError) as raised:
        small.ask("lift", **wrong)  # type: ignore[arg-type]
    assert raised.value.hint


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_filters_hold_in_every_way(own: Filled, mode: str) -> None:
    old = own.put("old.txt", "lift of a wing", ["report", "old"], date(1999, 1, 1))
    own.put("new.txt", "lift of a body", ["report"], date(2020, 1, 1))
    ask = "lift of a wing"
    assert own.names(ask, mode=mode, filter=Filter(tags=("report", "old"))) == ["old.txt"]
    assert own.names(ask, mode=mode, filter=Filter(since=date(2000, 1, 1))) == ["new.txt"]
    assert own.names(ask, mode=mode, filter=Filter(until=date(1999, 1, 1))) == ["old.txt"]
    assert own.names(ask, mode=mode, filter=Filter(documents=(old,))) == ["old.txt"]
    assert own.names(ask, mode=mode, filter=Filter(tags=("report",)), k=1) == ["old.txt"]


def test_a_filter_that_lets_nothing_through_says_so(small: Filled) -> None:
    found = small.ask("lift", filter=Filter(tags=("nowhere",)))
    assert not found.hits
    assert "The filter lets no passage through." in found.notes


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_what_is_switched_off_or_deleted_is_not_found(own: Filled, mode: str) -> None:
    hit = own.ask("lift of a wing", mode=mode).hits[0]
    own.store.enable(hit.chunk.id, False)
    assert "wing.txt" not in own.names("lift of a wing", mode=mode)
    own.store.enable(hit.chunk.id, True)
    assert own.names("lift of a wing", mode=mode)[0] == "wing.txt"
    own.store.delete(hit.document.id)
    assert "wing.txt" not in own.names("lift of a wing", mode=mode)


def test_repetitions_are_left_out_and_named(own: Filled) -> None:
    own.put("copy.txt", TEXTS["wing.txt"].upper())
    both = own.ask("lift of a wing", near_duplicates=True)
    once = own.ask("lift of a wing")
    assert {hit.document.name for hit in both.hits[:2]} == {"wing.txt", "copy.txt"}
    assert once.hits[0].duplicates == (both.hits[1].chunk.id,)
    assert len(once) == len(both) - 1


def test_rows_that_differ_in_one_number_are_all_found(own: Filled) -> None:
    for day in range(3):
        own.put(f"{day}.csv", f"station: North; river: Elbe; level of the water: 3{day} cm")
    assert len([name for name in own.names("level of the water") if name.endswith(".csv")]) == 3


def test_a_cross_encoder_has_the_last_word(small: Filled) -> None:
    reranker = CountsWord("air")
    options = SearchOptions()
    found = search(small.store, small.engine, small.embedder, "the lift of a wing", options, reranker)
    assert found.hits[0].document.name == "heat.txt"
    assert found.hits[0].places["rerank"].rank == 1
    assert found.hits[0].score == 1.0
    assert "rerank" in found.milliseconds
    unread = CountsWord("air")
    without = replace(options, rerank=False)
    found = search(small.store, small.engine, small.embedder, "the lift of a wing", without, unread)
    assert found.hits[0].document.name == "wing.txt"
    assert not unread.read


def test_an_empty_collection_finds_nothing_and_says_so(tmp_path: Path) -> None:
    empty = filled(tmp_path, {})
    found = empty.ask("lift")
    assert not found.hits
    assert "The collection holds no passage that can be found." in found.notes


def test_what_has_no_vector_yet_is_found_by_words_and_counted(own: Filled) -> None:
    own.embedder.identity = "another model"
    found = own.ask("lift of a wing")
    assert found.hits[0].document.name == "wing.txt"
    assert any(note.startswith("0 of 5 passages") for note in found.notes)


def test_what_is_still_being_read_is_named(own: Filled) -> None:
    own.store.wait_for(["report.pdf"])
    assert any("report.pdf" in note for note in own.ask("lift").notes)


def test_features_tell_an_answerable_question_from_another(small: Filled) -> None:
    answered = small.ask("the lift of a wing").features
    other = small.ask("when was the zeppelin museum opened").features
    assert answered["coverage"] == answered["known"] == 1.0
    assert other["coverage"] == other["known"] == 0.0
    assert answered["top_cosine"] > other["top_cosine"]
    assert answered["top_bm25_share"] > other["top_bm25_share"] == 0.0
    assert answered["terms"] == 2.0
    assert 0 <= answered["agreement"] <= 1
    assert answered.keys() == small.ask("lift", embedder=False).features.keys()


@pytest.mark.parametrize("question", ["the", "a", "how many", "Who?", "What is it, and where?"])
@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_a_question_without_a_subject_is_covered_by_no_passage(small: Filled, question: str, mode: str) -> None:
    found = small.ask(question, mode=mode)
    shares = ("coverage", "coverage_first", "known", "top_bm25_share")
    assert [found.features[name] for name in shares] == [0.0] * len(shares)
    assert confidence(found) < DEFAULT_THRESHOLD
    assert any("no word that names a subject" in note for note in found.notes)
    assert not any("names a subject" in note for note in small.ask("the lift").notes)


def test_contracts_that_contradict_each_other_are_both_found(own: Filled) -> None:
    words = (
        "for damage to the floor while shelves, tables and chairs are delivered to the reading room of the library. "
        "Payment is due within thirty days of the invoice, and late payment bears interest at the legal rate"
    )
    own.put("alpha.txt", f"The supplier is liable {words}.")
    own.put("beta.txt", f"The supplier is not liable {words}.")
    assert set(own.names("Is the supplier liable for damage?")[:2]) == {"alpha.txt", "beta.txt"}


def test_the_same_question_has_the_same_hits(small: Filled) -> None:
    first, second = (small.ask("heat of the wing") for _ in range(2))
    assert first.hits == second.hits

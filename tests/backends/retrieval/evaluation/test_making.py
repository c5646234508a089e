"""Questions made from passages: spread, repeatable, and each with the passage it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from backends.errors import WorkbenchError
from backends.retrieval.evaluation import make_questions
from backends.retrieval.index.records import CollectionOptions, StoredChunk, StoredDocument
from tests.backends.retrieval.evaluation.founds import stored

WINGS = "The slender delta wing stalls late because leading edge vortices keep the flow attached at high incidence."
PLATES = "Laminar boundary layers on a flat plate thicken with the square root of the distance from the nose."
HEAT = "Radiative heat transfer in composite slabs was solved by separation of variables and Fourier series."


class Shelf:
    """A collection of texts by document name; each text is a passage."""

    def __init__(self, **documents: list[str]) -> None:
        self.texts = {f"{name}.txt": texts for name, texts in documents.items()}
        self.options = CollectionOptions()
        self.off: set[str] = set()

    def documents(self) -> Sequence[StoredDocument]:
        return [stored(name, len(texts)) for name, texts in self.texts.items()]

    def chunks(self, document: str) -> Sequence[StoredChunk]:
        texts = self.texts[document.removeprefix("id of ")]
        starts = [sum(map(len, texts[:number])) for number in range(len(texts))]
        return [
            StoredChunk(number, document, number, start, start + len(text), text, 20, headings=("Part 1", "Theory"),
                        enabled=text not in self.off)
            for number, (start, text) in enumerate(zip(starts, texts, strict=True))
        ]  # fmt: skip


SHELF = Shelf(one=[WINGS, PLATES], two=[HEAT])


def test_a_question_names_phrases_of_its_passage_in_order_and_its_heading() -> None:
    asked = make_questions(SHELF, 3)
    by_place = {(q.relevant[0].document, q.relevant[0].start): q for q in asked.questions}
    wings = by_place["one.txt", 0]
    assert wings.text == "What about slender delta wing, stalls late and leading edge vortices (Theory)?"
    assert (wings.relevant[0].start, wings.relevant[0].end) == (0, len(WINGS))
    assert set(by_place) == {("one.txt", 0), ("one.txt", len(WINGS)), ("two.txt", 0)}
    assert asked.notes == ("The questions are made of words of their passages, which favours lexical search.",)


def test_documents_take_turns() -> None:
    documents = {q.relevant[0].document for q in make_questions(SHELF, 2).questions}
    assert documents == {"one.txt", "two.txt"}


def test_the_seed_decides_and_the_order_of_the_collection_does_not() -> None:
    turned = Shelf(two=[HEAT], one=[WINGS, PLATES])
    assert make_questions(SHELF, 3, seed=5) == make_questions(turned, 3, seed=5)
    orders = {tuple(q.text for q in make_questions(SHELF, 3, seed=seed).questions) for seed in range(8)}
    assert len(orders) > 1


def test_short_repeated_and_switched_off_passages_are_not_asked_about() -> None:
    shelf = Shelf(one=[WINGS, "Page 3 of 9.", HEAT], two=[WINGS, PLATES])
    shelf.off = {PLATES}
    asked = make_questions(shelf, 4)
    assert [q.relevant[0].start for q in asked.questions] == [len(WINGS) + len("Page 3 of 9.")]
    assert asked.notes[1] == "1 of 4 questions were made: no further passage is long enough and unlike the others."


class Model:
    def __init__(self, says: str) -> None:
        self.says, self.asked = says, list[tuple[dict[str, str], ...]]()

    def complete(self, messages: Sequence[dict[str, str]]) -> str:
        self.asked.append(tuple(messages))
        return self.says.format(len(self.asked))


def test_a_language_model_words_the_question_and_gets_the_passage_as_data() -> None:
    model, told = Model('\n "Which flow is {}?" \nIt is.'), list[tuple[int, int]]()
    asked = make_questions(SHELF, 2, 0, model, lambda *step: told.append(step))
    assert [q.text for q in asked.questions] == ["Which flow is 1?", "Which flow is 2?"]
    system, user = model.asked[0]
    assert (system["role"], user["role"]) == ("system", "user")
    texts = {WINGS, PLATES, HEAT}
    assert not any(text in system["content"] for text in texts)
    assert user["content"].removeprefix("Part 1 › Theory\n") in texts
    assert told == [(1, 2), (2, 2)]
    assert asked.notes[0].startswith("A language model worded the questions")


def test_a_model_that_says_nothing_makes_no_question() -> None:
    with pytest.raises(WorkbenchError, match="No question could be made"):
        make_questions(SHELF, 2, 0, Model("\n"))


def test_a_language_without_spaces() -> None:
    shelf = Shelf(one=["後退翼の失速は前縁渦が高い迎角で流れを付着させるために遅れることが実験で示された。"])
    (question,) = make_questions(shelf, 1).questions
    assert question.text.startswith("What about ")
    assert any("\u3040" < character < "\u9fff" for character in question.text)


def test_an_empty_collection_and_too_many_questions_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="No question could be made"):
        make_questions(Shelf(), 5)
    with pytest.raises(WorkbenchError, match="5,000 questions cannot be made"):
        make_questions(SHELF, 5_000)


def test_what_is_given_is_left_as_it_is() -> None:
    before = replace(SHELF.options)
    make_questions(SHELF, 3)
    assert SHELF.options == before

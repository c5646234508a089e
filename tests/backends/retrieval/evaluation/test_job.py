"""Configurations are measured on a real collection in the background, with copies that need another index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backends.errors import WorkbenchError
from backends.retrieval.chunking.chunk import ChunkSize
from backends.retrieval.collection import Collection
from backends.retrieval.evaluation import job, make_questions, measuring, variants
from backends.retrieval.evaluation.measuring import Measured, Order, measure
from backends.retrieval.evaluation.questions import Question, QuestionSet, Relevant
from backends.retrieval.evaluation.variants import Configuration, Variants
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder

TEXTS = {
    "wings.md": "# Wings\n\nA swept wing delays the drag rise near the speed of sound. Flaps add lift at low speed.\n\n"
    "# Stall\n\nA wing stalls when the flow leaves its upper surface. Slats delay the stall of a wing.",
    "heat.md": "# Heat\n\nThe nose cone of a rocket grows hot in the air. Ablation carries the heat away from it.",
    "soup.md": "# Soup\n\nPeel the carrots and the onions. Simmer both in salted water until they are soft.",
}
ASKED = QuestionSet(
    "ours",
    (
        Question("1", "When does a wing stall?", (Relevant("wings"),)),
        Question("2", "What carries the heat away?", (Relevant("heat.md"), Relevant("gone.pdf"))),
        Question("3", "How long do the carrots simmer?", (Relevant("soup.md", start=0, end=90),)),
        Question("4", "Who painted the ceiling of the chapel?"),
    ),
)
SMALL = Configuration("small passages", mode="lexical", size=ChunkSize(16, 0))
LEXICAL = Configuration("words", mode="lexical")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=str(tmp_path / "home"), cache=str(tmp_path / "cache"))


@pytest.fixture
def collection(settings: Settings) -> Iterator[Collection]:
    with Collection.open(settings, "shelf", embedder=HashEmbedder()) as opened:
        for name, text in TEXTS.items():
            opened.add(name, text.encode())
        yield opened


def run(order: Order, settings: Settings, folder: Path, cancelled: Callable[[], bool] = lambda: False) -> list[Any]:
    """Run the job in this process; what it reported."""
    folder.mkdir()
    job.prepare(order, settings)(folder)
    told: list[Any] = []
    job.run(folder, told.append, cancelled, HashEmbedder())
    return told


def test_two_configurations_one_of_them_indexed_anew(
    collection: Collection, settings: Settings, tmp_path: Path
) -> None:
    told = run(Order("shelf", ASKED, (LEXICAL, SMALL), k=3), settings, tmp_path / "job")
    assert sorted(path.name for path in (tmp_path / "job").iterdir()) == ["evaluation.json", "order.json"]
    measured = job.read(tmp_path / "job" / job.RESULT)
    words, small = measured.evaluations
    assert [one.title for one in measured.evaluations] == ["words", "small passages"]
    assert words.value("mrr") == small.value("mrr") == 1.0
    assert words.value("recall@3") == pytest.approx((1 + 0.5 + 1) / 3)  # one document is not in the collection
    assert any("'gone.pdf'" in note for note in words.notes)
    longest = [(one.places["end"] - one.places["start"]).max() for one in (small, words)]
    assert longest[0] < longest[1]
    assert measured.paired is not None
    assert measured.paired.summary.loc["mrr", "ties"] == 3
    shares = [event["fraction"] for event in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any("Indexing 3 documents anew" in event["doing"] for event in told)
    assert collection.options.size == ChunkSize()


def test_abstaining_is_judged_at_the_threshold_of_the_collection(collection: Collection, tmp_path: Path) -> None:
    collection.configure(replace(collection.options, threshold=0.0))
    with Variants(collection, tmp_path, HashEmbedder()) as made:
        (evaluation,) = measure(collection, Order("shelf", ASKED), made).evaluations
    assert evaluation.threshold == 0.0
    assert (evaluation.value("refused"), evaluation.value("lost")) == (0.0, 0.0)
    assert evaluation.questions["confidence"].between(0, 1).all()


def test_answers_are_judged_by_what_they_cite(collection: Collection, tmp_path: Path) -> None:
    collection.configure(replace(collection.options, threshold=0.0))
    with Variants(collection, tmp_path, HashEmbedder()) as made:
        (evaluation,) = measure(collection, Order("shelf", ASKED, (LEXICAL,), answers=True), made).evaluations
    assert evaluation.value("cited") == 1.0
    assert 0 < evaluation.value("citation_precision") <= 1.0


def test_answers_are_judged_in_the_language_of_the_collection(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backends.retrieval.answering import answer_with

    asked: list[str] = []
    answer = answer_with.answer
    monkeypatch.setattr(answer_with, "answer", lambda *given: asked.append(given[3].language) or answer(*given))
    collection.configure(replace(collection.options, language="german"))
    with Variants(collection, tmp_path, HashEmbedder()) as made:
        measure(collection, Order("shelf", ASKED, (LEXICAL,), answers=True), made)
    assert set(asked) == {"german"}


def test_questions_made_from_a_collection_find_their_passages(collection: Collection, tmp_path: Path) -> None:
    asked = make_questions(collection, 3)
    assert {question.relevant[0].document for question in asked.questions} == set(TEXTS)
    for question in asked.questions:
        document = next(one for one in collection.documents() if one.name == question.relevant[0].document)
        start, end = question.relevant[0].start, question.relevant[0].end
        assert collection.text(document.id)[start:end] in {chunk.text for chunk in collection.chunks(document.id)}
    with Variants(collection, tmp_path, HashEmbedder()) as made:
        (evaluation,) = measure(collection, Order("shelf", asked, (LEXICAL,)), made).evaluations
    assert evaluation.value("hit_rate@10") == 1.0


def test_a_copy_is_shared_by_configurations_of_the_same_index_and_says_what_it_lacks(
    collection: Collection, tmp_path: Path
) -> None:
    document = collection.documents()[0]
    collection.enable(collection.chunks(document.id)[0].id, False)
    both = (SMALL, replace(SMALL, title="dense", mode="dense"))
    with Variants(collection, tmp_path / "copies", HashEmbedder()) as made:
        measured = measure(collection, Order("shelf", ASKED, both), made)
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["variant-0"]
    for evaluation in measured.evaluations:
        assert evaluation.notes[-1] == "1 passage that is switched off in the collection was searched too."


@pytest.mark.parametrize("after", [0, 2])
def test_a_cancelled_job_leaves_nothing(collection: Collection, settings: Settings, tmp_path: Path, after: int) -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > after

    run(Order("shelf", ASKED, (SMALL,)), settings, tmp_path / "job", cancelled)
    assert [path.name for path in (tmp_path / "job").iterdir()] == ["order.json"]


def test_what_is_too_large_to_index_anew_is_refused(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(variants, "MOST_CHARACTERS", 100)
    with (
        Variants(collection, tmp_path, HashEmbedder()) as made,
        pytest.raises(WorkbenchError, match="up to 100 are indexed anew"),
    ):
        measure(collection, Order("shelf", ASKED, (SMALL,)), made)


@pytest.mark.parametrize(
    ("configurations", "words"),
    [
        ((), "0 configurations"),
        ((LEXICAL,) * 3, "3 configurations"),
        ((Configuration(mode="magic"),), "no way of searching 'magic'"),
        ((Configuration(hits=0),), "0 hits"),
    ],
)
def test_orders_that_make_no_sense_are_refused(configurations: tuple[Configuration, ...], words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        measuring._titled(configurations)


def test_a_collection_that_is_gone_is_said(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no collection 'shelf'"):
        run(Order("shelf", ASKED), settings, tmp_path / "job")


def test_titles_tell_configurations_apart() -> None:
    assert [one.title for one in measuring._titled((LEXICAL, LEXICAL))] == ["words (A)", "words (B)"]
    untitled = (Configuration(), Configuration(mode="dense", size=ChunkSize(100, 10), model=""))
    assert [one.title for one in measuring._titled(untitled)] == [
        "as it is", "dense, passages of 100 tokens, 10 shared, model installed",
    ]  # fmt: skip


def test_a_result_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text(json.dumps({"format": 99}))
    with pytest.raises(WorkbenchError, match="of format 99"):
        job.read(path)
    assert Measured.from_json(Measured(()).to_json()) == Measured(())

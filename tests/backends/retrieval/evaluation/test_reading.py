"""Question sets are read from every format, written back the same, and broken ones are refused with their line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets.spreadsheets import defused
from backends.errors import WorkbenchError
from backends.retrieval.evaluation import reading
from backends.retrieval.evaluation.questions import Question, QuestionSet, Relevant
from backends.retrieval.evaluation.reading import read_questions, typed
from backends.retrieval.evaluation.writing import to_csv, to_jsonl, to_trec

EXTRA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[5] / "shared" / "data"))
CRANFIELD = EXTRA / "retrieval" / "cranfield"
WHO = (Question("1", "Who pays?", (Relevant("a b.pdf"), Relevant("c.md", 2))),)


def test_typed_lines() -> None:
    asked = typed("Who pays? => a b.pdf | c.md\n\n  Why?  \n")
    assert [(one.id, one.text, [judged.document for judged in one.relevant]) for one in asked.questions] == [
        ("1", "Who pays?", ["a b.pdf", "c.md"]), ("2", "Why?", []),
    ]  # fmt: skip
    assert asked.notes == (
        "1 of 2 questions names no relevant document and counts as one that the documents do not answer.",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.csv", "id,question,document,grade\n1,Who pays?,a b.pdf,1\n1,Who pays?,c.md,2\n"),
        ("q.csv", "\ufeffQuestion;Document;Grade\r\nWho pays?;a b.pdf;\r\nWho pays?;c.md;2\r\n"),
        ("q.tsv", "query\tdoc\trelevance\nWho pays?\ta b.pdf\t1.0\nWho pays?\tc.md\t2\n"),
        ("q.jsonl", '{"question": "Who pays?", "relevant": ["a b.pdf", {"document": "c.md", "grade": 2}]}\n'),
        ("q.json", '[{"_id": 1, "text": "Who pays?", "relevant": ["a b.pdf", {"doc": "c.md", "rel": "2"}]}]'),
    ],
)
def test_the_same_set_from_every_format(name: str, text: str) -> None:
    asked = read_questions(text.encode(), name)
    assert asked == QuestionSet("q", WHO)


def test_judgements_from_a_file_of_their_own() -> None:
    qrels = b"1 0 c.md 2\n2 0 x.md 1\n"
    asked = read_questions(b'{"_id": "1", "text": "Who pays?"}\n{"_id": "3", "text": "Why?"}', "q.jsonl", qrels)
    assert asked.questions == (Question("1", "Who pays?", (Relevant("c.md", 2),)), Question("3", "Why?"))


@pytest.mark.skipif(not CRANFIELD.is_dir(), reason=f"needs {CRANFIELD}; set WORKBENCH_EXTRA_DATA")
def test_cranfield() -> None:
    asked = read_questions(CRANFIELD / "queries.jsonl", "queries.jsonl", CRANFIELD / "qrels.tsv")
    assert (len(asked), len(asked.answerable), asked.notes) == (225, 225, ())
    assert sum(len(one.relevant) for one in asked.questions) == 1_837
    assert asked.questions[0].relevant[0] == Relevant("184", 3)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("q.doc", "Who?", "'q.doc' is not a question set"),
        ("q.csv", "id,document\n1,a\n", "no column of questions; its first line is 'id,document'"),
        ("q.csv", "id,question\n1,Who?\n1,Why?\n", "Line 3 of the question set gives the id '1' to a second"),
        ("q.csv", "question,document,grade\nWho?,a,high\n", "Line 2 .* not a whole number: 'high'"),
        ("q.csv", "question,document,start,end\nWho?,a,9,3\n", "Line 2 .* passage from 9 to 3"),
        ("q.csv", "question,document,start,end\nWho?,a,9,\n", "Line 2 .* passage from 9 to None"),
        ("q.csv", "question,document,grade\nWho?,a,1\nWho?,a,2\n", "Line 3 .* second time"),
        ("q.csv", 'question,document\n"Who?,a\n', "is broken"),
        ("q.txt", "=> a.pdf", "Line 1 .* no question"),
        ("q.txt", " \n", "no question in it"),
        ("q.jsonl", '{"question": "Who?"}\n{"question"', "Line 2 .* not JSON"),
        ("q.jsonl", '"Who?"', "Line 1 .* not an object"),
        ("q.json", "[" * 100_000, "not JSON"),
        ("q.jsonl", '{"question": "Who?", "relevant": [{"grade": 1}]}', "without a document"),
        ("q.jsonl", '{"question": "Who?", "relevant": [{"document": "a", "grade": 1e999}]}', "not a whole number"),
        ("q.txt", "x" * 2_001, "2,001 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(name: str, text: str, words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        read_questions(text.encode(), name)


@pytest.mark.parametrize(
    ("qrels", "words"),
    [
        (b"1 0 a 1\n1 0 a", "Line 2 of the judgements is not a judgement"),
        (b"1 0 a 1\n1 0 a 2", "Line 2 .* second time"),
        (b"9 0 a 1", "No question has an id of the judgements: '1' against '9'"),
    ],
)
def test_judgements_that_cannot_be_read(qrels: bytes, words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        read_questions(b"Who?", "q.txt", qrels)


def test_what_is_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_QUESTIONS", 2)
    with pytest.raises(WorkbenchError, match="more than 2 questions"):
        typed("a\nb\nc")
    monkeypatch.setattr(reading, "MOST_BYTES", 4)
    with pytest.raises(WorkbenchError, match="question sets are read up to"):
        read_questions(b"a\nb\nc", "q.txt")


words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=12)
names = st.lists(words, min_size=1, max_size=3).map(" ".join)


@st.composite
def question_sets(draw: st.DrawFn, passages: bool) -> QuestionSet:
    questions = []
    for identity in draw(st.lists(words, min_size=1, max_size=4, unique=True)):
        places: list[tuple[int | None, int | None]] = [(None, None), (0, 5), (3, 9)] if passages else [(None, None)]
        keys = draw(st.lists(st.tuples(names, st.sampled_from(places)), max_size=4, unique=True))
        relevant = tuple(Relevant(name, draw(st.integers(-1, 4)), *place) for name, place in keys)
        questions.append(Question(identity, draw(names), relevant))
    return QuestionSet("q", tuple(questions))


@settings(max_examples=50)
@given(question_sets(passages=True))
def test_csv_and_json_lines_keep_everything(asked: QuestionSet) -> None:
    assert read_questions(to_csv(asked), "q.csv").questions == asked.questions
    assert read_questions(to_jsonl(asked), "q.jsonl").questions == asked.questions
    assert all(json.loads(line) for line in to_jsonl(asked).splitlines())


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "@sum(a1)", "-5", "'tis", "''"])
def test_no_cell_of_the_csv_is_a_formula_and_it_is_read_back(text: str) -> None:
    asked = QuestionSet("q", (Question(text, text, (Relevant(text),)),))
    cells = to_csv(asked).decode().splitlines()[1].split(",")[:3]
    assert all(cell == defused(cell) for cell in cells)
    assert read_questions(to_csv(asked), "q.csv").questions == asked.questions


@settings(max_examples=50)
@given(question_sets(passages=False))
def test_trec_files_keep_what_they_can_say(asked: QuestionSet) -> None:
    used = [
        name for question in asked.questions for name in (question.id, *(one.document for one in question.relevant))
    ]
    if not all(name.isprintable() for name in used):
        with pytest.raises(WorkbenchError, match="cannot stand in a TREC file"):
            to_trec(asked)
        return
    topics, qrels = to_trec(asked)
    judged = any(question.relevant for question in asked.questions)
    assert read_questions(topics, "q.tsv", qrels if judged else None).questions == asked.questions


def test_passages_become_their_document_in_trec_files() -> None:
    question = Question("1", "Who?", (Relevant("a", 1, 0, 9), Relevant("a", 3, 9, 12)))
    assert to_trec(QuestionSet("q", (question,)))[1] == b"1\t0\ta\t3\n"


def test_a_name_that_would_break_a_line_is_refused_in_trec_files() -> None:
    with pytest.raises(WorkbenchError, match="cannot stand"):
        to_trec(QuestionSet("q", (Question("1", "Who?", (Relevant("a\tb"),)),)))

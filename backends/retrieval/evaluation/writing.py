"""Question sets as CSV, JSON lines and TREC files, which `read_questions` reads back."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict

from backends.datasets.spreadsheets import marked
from backends.errors import WorkbenchError
from backends.retrieval.evaluation.questions import QuestionSet

COLUMNS = ("id", "question", "document", "grade", "start", "end")


def to_csv(asked: QuestionSet) -> bytes:
    """One row per judgement, and one with empty cells for a question without any; no cell is a formula (`marked`).

    >>> from backends.retrieval.evaluation.questions import Question, Relevant
    >>> print(to_csv(QuestionSet("one", (Question("1", "Who pays?", (Relevant("a.pdf"),)),))).decode())
    id,question,document,grade,start,end
    1,Who pays?,a.pdf,1,,
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for question in asked.questions:
        for judgement in question.relevant:
            place = (marked(judgement.document), judgement.grade, judgement.start, judgement.end)
            writer.writerow((marked(question.id), marked(question.text), *place))
        if not question.relevant:
            writer.writerow((marked(question.id), marked(question.text), "", "", "", ""))
    return file.getvalue().encode()


def to_jsonl(asked: QuestionSet) -> bytes:
    """One object per question, with all its judgements."""
    lines = []
    for question in asked.questions:
        relevant = [
            {key: value for key, value in asdict(judgement).items() if value is not None}
            for judgement in question.relevant
        ]
        lines.append(json.dumps({"id": question.id, "question": question.text, "relevant": relevant}))
    return "".join(f"{line}\n" for line in lines).encode()


def to_trec(asked: QuestionSet) -> tuple[bytes, bytes]:
    """Questions (a table of id and question) and judgements (qrels), between tabs.

    Qrels know documents only: of several judged passages of one document the highest grade is kept. Raises
    WorkbenchError for an id or name that such a line cannot hold.
    """
    file, qrels = io.StringIO(), list[str]()
    writer = csv.writer(file, delimiter="\t", lineterminator="\n")
    writer.writerow(("id", "question"))
    for question in asked.questions:
        _check(question.id)
        writer.writerow((question.id, " ".join(question.text.split())))
        grades: dict[str, int] = {}
        for judgement in question.relevant:
            _check(judgement.document)
            grades[judgement.document] = max(judgement.grade, grades.get(judgement.document, judgement.grade))
        qrels.extend(f"{question.id}\t0\t{document}\t{grade}\n" for document, grade in grades.items())
    return file.getvalue().encode(), "".join(qrels).encode()


def _check(name: str) -> None:
    if not name.isprintable() or name != name.strip() or not name:
        raise WorkbenchError(
            f"The id or name {name!r} cannot stand in a TREC file.", hint="Save the questions as JSON lines instead."
        )

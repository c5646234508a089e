"""Questions to start with, of a collection that comes with the workbench."""

from __future__ import annotations

from backends.retrieval import Collection
from backends.retrieval.evaluation import read_questions
from backends.retrieval.samples import handbook, handbook_questions
from components.ask.documents import HANDBOOK

SHOWN = 4


def of(collection: Collection) -> tuple[str, ...]:
    """Some questions that the handbook answers, where the collection holds it; else none."""
    if collection.name != HANDBOOK:
        return ()
    names = {document.name for document in collection.documents()}
    if not names >= {path.name for path in handbook()}:
        return ()
    path = handbook_questions()
    asked = read_questions(path.read_bytes(), path.name).questions
    answerable = [question.text for question in asked if question.answerable]
    return tuple(answerable[:: max(1, len(answerable) // SHOWN)][:SHOWN])

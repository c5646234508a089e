"""Questions whose relevant documents or passages are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

MOST_QUESTIONS = 10_000
MOST_JUDGEMENTS = 1_000_000


@dataclass(frozen=True)
class Relevant:
    """One judgement: a document, or a passage ``[start:end]`` of its text, and how relevant it is."""

    document: str  # its name in the collection, which outlives indexing it anew
    grade: int = 1  # 0 is judged and not relevant
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Question:
    """One question. Without a relevant document of grade 1 or more it is one the documents do not answer."""

    id: str
    text: str
    relevant: tuple[Relevant, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether anything relevant is known."""
        return any(judgement.grade > 0 for judgement in self.relevant)


@dataclass(frozen=True)
class QuestionSet:
    """A named set of questions, in order."""

    name: str
    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()  # sentences about what was left out or understood in a way that must be known

    def __len__(self) -> int:
        return len(self.questions)

    @property
    def answerable(self) -> tuple[Question, ...]:
        """The questions with something relevant."""
        return tuple(question for question in self.questions if question.answerable)

    @property
    def unanswerable(self) -> tuple[Question, ...]:
        """The questions that the documents do not answer."""
        return tuple(question for question in self.questions if not question.answerable)


def resolved(asked: QuestionSet, names: Iterable[str]) -> QuestionSet:
    """The set with each judged document under its name in the collection, and a note of those that are not there.

    A judgement may leave out the name's ending: "184" is "184.txt" where no other document is called so. What is not
    in the collection stays judged, and so counts as never found, as trec_eval counts it.

    >>> asked = QuestionSet("two", (Question("1", "Why?", (Relevant("184"), Relevant("7.pdf"))),))
    >>> named = resolved(asked, ["184.txt"])
    >>> [judgement.document for judgement in named.questions[0].relevant], named.notes
    (['184.txt', '7.pdf'], ("1 judged document is not in the collection and counts as never found: '7.pdf'.",))
    """
    known = set(names)
    stems: dict[str, set[str]] = {}
    for name in known:
        stems.setdefault(PurePath(name).stem, set()).add(name)
    full = {stem: next(iter(found)) for stem, found in stems.items() if len(found) == 1}
    questions = tuple(
        replace(question, relevant=tuple(_named(judgement, known, full) for judgement in question.relevant))
        for question in asked.questions
    )
    judged = (judgement.document for question in questions for judgement in question.relevant)
    absent = [name for name in dict.fromkeys(judged) if name not in known]
    return replace(asked, questions=questions, notes=(*asked.notes, *_absent(absent)))


def _named(judgement: Relevant, known: set[str], full: dict[str, str]) -> Relevant:
    if judgement.document in known or judgement.document not in full:
        return judgement
    return replace(judgement, document=full[judgement.document])


def _absent(names: list[str], shown: int = 5) -> tuple[str, ...]:
    if not names:
        return ()
    listed = ", ".join(repr(name) for name in names[:shown]) + (" …" if len(names) > shown else "")
    what = "1 judged document is" if len(names) == 1 else f"{len(names):,} judged documents are"
    counts = "counts" if len(names) == 1 else "count"
    return (f"{what} not in the collection and {counts} as never found: {listed}.",)

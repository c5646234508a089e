"""Found passages, written in one line each, for the tests of judging."""

from __future__ import annotations

from datetime import UTC, datetime

from backends.retrieval.evaluation.questions import Question, QuestionSet, Relevant
from backends.retrieval.index.records import Status, StoredChunk, StoredDocument
from backends.retrieval.search.hit import Found, Hit, SearchOptions

STATUS = Status(documents=4, passages=8, embedded=8, disabled=0)


def stored(name: str, passages: int = 1) -> StoredDocument:
    return StoredDocument(
        id=f"id of {name}", name=name, digest="", format="txt", title="", added=datetime(2026, 1, 1, tzinfo=UTC),
        date=None, tags=(), characters=100, passages=passages, pages=0, version=1,
    )  # fmt: skip


def hit(rank: int, name: str, start: int = 0, end: int = 100, text: str = "") -> Hit:
    chunk = StoredChunk(1_000 * rank + start, f"id of {name}", 0, start, end, text or "x" * (end - start), end - start)
    return Hit(rank, 1 / rank, chunk, stored(name))


def found(question: str, *names: str | tuple[str, int, int], notes: tuple[str, ...] = ()) -> Found:
    """A search whose hits are whole documents (names) or passages of them (name, start, end)."""
    places = [(name, 0, 100) if isinstance(name, str) else name for name in names]
    hits = tuple(hit(rank, *place) for rank, place in enumerate(places, start=1))
    return Found(question, SearchOptions(), hits, STATUS, notes=notes)


def asked(**relevant: str) -> QuestionSet:
    """Questions by id; their text is "about <id>", relevant are the documents between blanks."""
    return QuestionSet(
        "ours",
        tuple(
            Question(identity, f"about {identity}", tuple(Relevant(name) for name in names.split()))
            for identity, names in relevant.items()
        ),
    )

"""What happens while a question is answered, in the order in which it happens."""

from __future__ import annotations

from dataclasses import dataclass

from backends.retrieval.answering.answer import Answer
from backends.retrieval.search.hit import Found


@dataclass(frozen=True)
class Searched:
    """The passages are found. Always the first event."""

    found: Found


@dataclass(frozen=True)
class Piece:
    """Some more words of the answer, as they come: not verified yet, citations and all."""

    text: str


@dataclass(frozen=True)
class Answered:
    """The answer, verified. Always the last event; it takes the place of all pieces, which it may not repeat."""

    answer: Answer


Event = Searched | Piece | Answered

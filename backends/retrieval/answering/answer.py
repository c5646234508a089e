"""An answer, its sentences, and the exact characters each of them rests on."""

from __future__ import annotations

from dataclasses import dataclass

from backends.retrieval.search.hit import Found

NOT_FOUND = "Not in your documents."
EXTRACTS = "extracts"  # the writer that takes the documents' own sentences


@dataclass(frozen=True)
class Citation:
    """The characters that a sentence rests on: ``text == stored text of the document [start:end]``, always."""

    number: int  # of the passage as the reader sees it: 1 is the first hit
    document: str  # id
    name: str  # of the document
    version: int  # of the document
    page: int | None
    chunk: int  # id
    start: int  # in the document's text
    end: int
    text: str


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer."""

    text: str
    citations: tuple[Citation, ...] = ()
    support: float | None = None  # 0 … 1: how far the cited passages say it; None where nothing was to be checked
    supported: bool = True


@dataclass(frozen=True)
class Suspicion:
    """Text in a document that reads like an instruction to whoever answers."""

    document: str  # id
    name: str
    page: int | None
    start: int  # in the document's text
    end: int
    text: str
    why: str


@dataclass(frozen=True)
class Turn:
    """An earlier question and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True)
class Answer:
    """What is said to a question, or that nothing can be said."""

    question: str
    asked: str  # what was searched for: the question, made whole by what was asked before
    sentences: tuple[Sentence, ...]
    found: Found
    confidence: float  # 0 … 1 that the documents answer it
    threshold: float
    writer: str  # "extracts", or the name of the model that worded it
    removed_citations: int = 0  # to passages that were not given
    suspicions: tuple[Suspicion, ...] = ()
    prompt: tuple[dict[str, str], ...] = ()  # the exact messages that were sent, empty for extracts
    notes: tuple[str, ...] = ()  # sentences: what is degraded, such as "the answer was cut off after 3 sentences"
    milliseconds: float = 0.0

    @property
    def abstained(self) -> bool:
        """Whether "Not in your documents." is the answer."""
        return not self.sentences

    @property
    def text(self) -> str:
        """The answer without its citations."""
        return " ".join(sentence.text for sentence in self.sentences) or NOT_FOUND

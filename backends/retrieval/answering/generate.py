"""A generated answer: streamed as it comes, then verified, then told with what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass

from backends.retrieval.answering.answer import NOT_FOUND
from backends.retrieval.answering.deltas import spoken
from backends.retrieval.answering.events import Piece
from backends.retrieval.answering.llm import Client
from backends.retrieval.answering.llm_failures import LLMFailed
from backends.retrieval.answering.prompt import Prompt
from backends.retrieval.answering.verify import Verified

ENDINGS = {
    "length": "The answer was cut off: it reached WORKBENCH_LLM_MAX_TOKENS.",
    "content_filter": "The answer was cut off by the server's content filter.",
}
_UNKNOWN = re.compile(
    rf"{re.escape(NOT_FOUND.rstrip('.'))}"
    r"|\b(?:do(?:es)?|did) ?(?:not|n['’]t) (?:contain|mention|provide|say|state|include|answer|specify|give|address)"
    r"|\b(?:can ?not|can['’]t|could ?n['’]t|could not|unable to) (?:be )?(?:find|found|answer|answered|determine|tell)"
    r"|\b(?:do not|don['’]t) know\b|\bthere is no (?:information|mention|answer)\b|\bno (?:relevant )?information\b"
    r"|\bis not (?:in|mentioned|stated|given|specified|provided|answered)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Written:
    """The words of a generated answer, citations and all, and what is wrong with them."""

    text: str
    notes: tuple[str, ...] = ()
    broken_off: bool = False


def generate(client: Client, prompt: Prompt) -> Generator[Piece, None, Written]:
    """Ask for the answer and hand it on as it comes; the generator returns all of it.

    An answer that breaks off is kept as far as it came, with a note. Raises LLMFailed where nothing came, or where the
    model repeats its prompt instead of answering it.
    """
    parts: list[str] = []
    finish, notes, broken_off = "", list(prompt.notes), False
    try:
        for delta in spoken(client.stream(prompt.messages)):
            finish = delta.finish
            if not delta.text:
                continue
            parts.append(delta.text)
            if prompt.code in "".join(parts[-len(prompt.code) :]):
                raise _Echo(f"{client.model} repeats its prompt instead of answering.", hint="Set another model.")
            yield Piece(delta.text)
    except _Echo:
        raise
    except LLMFailed as error:
        if not "".join(parts).strip():
            raise
        notes.append(f"The answer was cut off: {error.message}")
        broken_off = True
    text = "".join(parts).strip()
    if not text:
        raise LLMFailed(
            f"{client.model} gave an empty answer.", hint="Set another model, or raise the limit of tokens."
        )
    if finish in ENDINGS:
        notes.append(ENDINGS[finish])
    return Written(text, tuple(notes), broken_off or finish in ENDINGS)


class _Echo(LLMFailed):
    """What was streamed is no answer, so that none of it is kept."""


def knows_nothing(verified: Verified) -> bool:
    """Whether an answer says that the documents do not answer the question, and nothing that they do say.

    >>> from backends.retrieval.answering.answer import Sentence
    >>> knows_nothing(Verified((Sentence("The passages do not mention its price.", supported=False),)))
    True
    """
    says = any(_UNKNOWN.search(sentence.text) for sentence in verified.sentences)
    return says and not any(sentence.citations and sentence.supported for sentence in verified.sentences)

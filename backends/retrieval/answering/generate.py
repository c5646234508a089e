"""A generated answer: streamed as it comes, then verified, then told with what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass

from backends.retrieval.answering.answer import NOT_FOUND
from backends.retrieval.answering.events import Piece
from backends.retrieval.answering.llm import Client, Delta
from backends.retrieval.answering.llm_failures import LLMFailed
from backends.retrieval.answering.prompt import Prompt
from backends.retrieval.answering.verify import Verified

THOUGHT, SAID = "<think>", "</think>"  # some models reason aloud first; that is not their answer
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


def generate(client: Client, prompt: Prompt) -> Generator[Piece, None, Written]:
    """Ask for the answer and hand it on as it comes; the generator returns all of it.

    An answer that breaks off is kept as far as it came, with a note. Raises LLMFailed where nothing came, or where the
    model repeats its prompt instead of answering it.
    """
    parts: list[str] = []
    finish, notes = "", list(prompt.notes)
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
    text = "".join(parts).strip()
    if not text:
        raise LLMFailed(
            f"{client.model} gave an empty answer.", hint="Set another model, or raise the limit of tokens."
        )
    return Written(text, (*notes, ENDINGS[finish]) if finish in ENDINGS else tuple(notes))


class _Echo(LLMFailed):
    """What was streamed is no answer, so that none of it is kept."""


def spoken(deltas: Generator[Delta]) -> Generator[Delta]:
    """The same answer without the thoughts that a model may write down before it.

    >>> pieces = (Delta(text) for text in ("<th", "ink>Hm", "m.</thi", "nk>\\n\\nYes", " [1]."))
    >>> "".join(delta.text for delta in spoken(pieces))
    'Yes [1].'
    """
    held, thinking, begun = "", False, False
    try:
        for delta in deltas:
            if begun:
                yield delta
                continue
            held = (held + delta.text).lstrip()
            thinking = thinking or held.startswith(THOUGHT)
            if thinking and SAID in held:
                held, thinking = held.partition(SAID)[2].lstrip(), False
            elif thinking:
                held = THOUGHT + held[len(THOUGHT) :][-len(SAID) :]  # what may be the beginning of its end
            begun = bool(delta.finish) or not (thinking or THOUGHT.startswith(held))
            if begun:
                yield Delta("" if thinking else held, delta.finish)
        if not (begun or thinking):
            yield Delta(held)
    finally:
        deltas.close()


def knows_nothing(verified: Verified) -> bool:
    """Whether an answer says that the documents do not answer the question, and nothing that they do say.

    >>> from backends.retrieval.answering.answer import Sentence
    >>> knows_nothing(Verified((Sentence("The passages do not mention its price.", supported=False),)))
    True
    """
    says = any(_UNKNOWN.search(sentence.text) for sentence in verified.sentences)
    return says and not any(sentence.citations and sentence.supported for sentence in verified.sentences)

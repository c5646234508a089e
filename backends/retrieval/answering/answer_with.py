"""From what was found to what is said: abstain, extract or generate, and always verify."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from time import perf_counter

from backends.retrieval.answering.answer import EXTRACTS, Answer, Sentence, Turn
from backends.retrieval.answering.confidence import DEFAULT_THRESHOLD, confidence, says_something
from backends.retrieval.answering.events import Answered, Event, Piece, Searched
from backends.retrieval.answering.extract import extract
from backends.retrieval.answering.generate import generate, knows_nothing
from backends.retrieval.answering.llm import Client, Message
from backends.retrieval.answering.llm_failures import LLMFailed
from backends.retrieval.answering.once import Once
from backends.retrieval.answering.prompt import Prompt, compose
from backends.retrieval.answering.suspicions import suspicions
from backends.retrieval.answering.verify import Verified, verify
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.search.candidates import NO_SUBJECT, NO_WORD
from backends.retrieval.search.hit import Found
from backends.settings import Settings

OTHER_SCALE = (
    "The threshold of this collection was calibrated with the embedding model, which is not ready: until it is, the "
    "shipped one holds."
)
NOTHING_ASKED = "The question has no word to search by, or only such as every text has. Ask a longer question."


@dataclass(frozen=True)
class Asking:
    """What is known of a question beside what was found.

    `question` is as it was typed; empty, it is the one that was searched for. Under the confidence `threshold` the
    answer is "Not in your documents."; None is the shipped one. `language` is the one whose word endings are taken off.
    """

    question: str = ""
    history: tuple[Turn, ...] = ()
    threshold: float | None = None
    language: str = "english"


@dataclass(frozen=True)
class _Said:
    """What one writer made."""

    writer: str
    sentences: tuple[Sentence, ...] = ()
    removed: int = 0
    prompt: tuple[Message, ...] = ()
    notes: tuple[str, ...] = ()


_USUAL = Asking()


def answer(found: Found, settings: Settings, embedder: Embedder | None, asking: Asking = _USUAL) -> Iterator[Event]:
    """Answer the question that `found` was found for: `Searched`, pieces as they come, then `Answered`.

    With a language model in the settings the answer is generated, and extracted with a note where that fails. Without
    an `embedder` sentences are judged by their words alone. Raises WorkbenchError for settings that cannot be.
    """
    began = perf_counter()
    client = Client.open(settings)
    yield Searched(found)
    encoder = None if embedder is None else Once(embedder)
    sure = confidence(found, encoder, asking.language, asking.question)
    other_scale = embedder is None and asking.threshold is not None
    threshold = DEFAULT_THRESHOLD if asking.threshold is None or other_scale else asking.threshold
    question = asking.question or found.question
    if not says_something(found.question, asking.language):
        told = {NO_WORD, NO_SUBJECT}.intersection(found.notes)  # the search says it in its own words
        said = _Said(EXTRACTS, notes=() if told else (NOTHING_ASKED,))
    elif not found.hits or sure < threshold:
        said = _Said(EXTRACTS)
    elif client is None:
        said = yield from _extracted(found, encoder, asking)
    else:
        given = compose(found, question, asking.history)
        said = yield from _generated(client, (found, given), encoder, asking)
    yield Answered(
        Answer(
            question=question,
            asked=found.question,
            sentences=said.sentences,
            found=found,
            confidence=sure,
            threshold=threshold,
            writer=said.writer,
            removed_citations=said.removed,
            suspicions=suspicions(found),
            prompt=said.prompt,
            notes=(*found.notes, *said.notes, *([OTHER_SCALE] if other_scale else [])),
            milliseconds=(perf_counter() - began) * 1_000,
        )
    )


def _extracted(found: Found, encoder: Once | None, asking: Asking) -> Generator[Piece, None, _Said]:
    sentences = extract(found, embedder=encoder, language=asking.language, question=asking.question)
    for number, sentence in enumerate(sentences):
        yield Piece(sentence.text if number == 0 else f" {sentence.text}")
    return _Said(EXTRACTS, sentences)


def _generated(
    client: Client, asked: tuple[Found, Prompt], encoder: Once | None, asking: Asking
) -> Generator[Piece, None, _Said]:
    found, prompt = asked
    try:
        client = client.settled()
        written = yield from generate(client, prompt)
    except LLMFailed as error:
        why = f"These are extracts, as no answer could be generated: {error.message} {error.hint}".strip()
        said = yield from _extracted(found, encoder, asking)
        return replace(said, prompt=prompt.messages, notes=(why,))
    verified = verify(written.text, prompt.given, encoder, asking.language, written.broken_off)
    notes = [*written.notes, *_about(verified)]
    sentences = verified.sentences
    if knows_nothing(verified):
        sentences = ()
        notes.append(f"{client.model} found no answer in the passages.")
    return _Said(client.model, sentences, verified.removed, prompt.messages, tuple(notes))


def _about(verified: Verified) -> Iterator[str]:
    """What verification took out of an answer."""
    for count, words in (
        (verified.removed, "of passages that were not given, removed"),
        (verified.unsaid, "of passages that do not say the sentence, removed"),
        (verified.added, "added: a passage says a sentence that cited none"),
    ):
        if count:
            yield f"{count} citation{'s' if count > 1 else ''} {words}."
    if verified.fragment:
        yield "The last sentence was cut off and left out."
    if verified.cut:
        yield f"Only the first {len(verified.sentences)} sentences were verified and kept."

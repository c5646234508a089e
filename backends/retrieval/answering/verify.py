"""Whether a generated answer says what its sources say.

Each sentence is scored against the passages that it cites itself: see `support`. A citation of a passage that was not
given is removed and counted. What stays is narrowed from the passage to its sentences that say it best, so that a
reader is led to a line and not to a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backends.retrieval.answering.answer import Citation, Sentence
from backends.retrieval.answering.extract import cited
from backends.retrieval.answering.markers import of_sentences, without_markers
from backends.retrieval.answering.once import Encoder, Once
from backends.retrieval.answering.support import SUPPORTED, Evidence, evidence
from backends.retrieval.answering.units import trimmed
from backends.retrieval.chunking import sentences
from backends.retrieval.search.hit import Hit

MOST_SENTENCES = 60  # of an answer that are verified; a longer one is cut there
UNSAID = 0.25  # support under which a passage does not say a sentence that another one says; half of it may be there
_ENDED = re.compile(r"[.!?…:。！？।॥][\"'”’»)\]*_]*$")
_WORDS = re.compile(r"[^\W\d_]{2,}|\d")


@dataclass(frozen=True)
class Verified:
    """The sentences of an answer, and what verifying changed."""

    sentences: tuple[Sentence, ...]
    removed: int = 0  # citations of passages that were not given
    cut: bool = False  # whether sentences were left out as too many
    unsaid: int = 0  # citations left out, as the passage does not say the sentence that others say
    added: int = 0  # citations of sentences that had none
    fragment: bool = False  # whether a last sentence that broke off was left out


def verify(
    text: str,
    given: Sequence[Hit],
    embedder: Encoder | None = None,
    language: str = "english",
    broken_off: bool = False,
) -> Verified:
    """The sentences of `text` with what they cite among `given`, each scored against just that.

    A sentence keeps the citations whose passages say it, where any does. One without a citation that holds gets that of
    the passage that says it; where none does it is not supported, unless it only leads over to what follows ("In
    short:"), which has nothing to support. Of a text that is `broken_off` a last fragment is left out. A text is
    encoded once, however many sentences cite it.
    """
    plain, markers = without_markers(text)
    spans = [span for span in (trimmed(plain, *one) for one in sentences(plain)) if _WORDS.search(plain, *span)]
    numbers = of_sentences(spans, plain, markers)
    removed = sum(not 1 <= number <= len(given) for marker in markers for number in marker.numbers)
    fragment = broken_off and len(spans) > 1 and not _ENDED.search(plain[slice(*spans[-1])])
    encoder = Once(embedder) if embedder is not None and not isinstance(embedder, Once) else embedder
    judged = [
        _judged(plain[start:end], ([given[n - 1] for n in cites if 1 <= n <= len(given)], given), encoder, language)
        for (start, end), cites in zip(spans[: len(spans) - fragment][:MOST_SENTENCES], numbers, strict=False)
    ]
    return Verified(
        tuple(one.sentence for one in judged),
        removed,
        len(spans) > MOST_SENTENCES,
        sum(one.unsaid for one in judged),
        sum(one.added for one in judged),
        fragment,
    )


@dataclass(frozen=True)
class _Judged:
    """A sentence, and what was changed about its citations."""

    sentence: Sentence
    unsaid: int = 0
    added: int = 0


def _judged(text: str, hits: tuple[Sequence[Hit], Sequence[Hit]], encoder: Encoder | None, language: str) -> _Judged:
    """A sentence against the hits that it cites, or against all that were given."""
    cites, given = hits
    if not cites and text.endswith((":", "：")):
        return _Judged(Sentence(text))
    pairs = [(hit, evidence(text, [hit.chunk.text], encoder, language)) for hit in cites or given]
    value = max((_support(piece) for _, piece in pairs), default=0.0)
    if not cites:
        if value < SUPPORTED:
            return _Judged(Sentence(text, supported=False))
        best = max(pairs, key=lambda pair: _support(pair[1]))
        return _Judged(Sentence(text, (_narrowed(*best),), value), added=1)
    kept = [pair for pair in pairs if value < SUPPORTED or _support(pair[1]) >= UNSAID]
    citations = tuple(_narrowed(*pair) for pair in kept)
    return _Judged(Sentence(text, citations, value, value >= SUPPORTED), unsaid=len(pairs) - len(kept))


def _support(piece: Evidence | None) -> float:
    return piece.support if piece else 0.0


def _narrowed(hit: Hit, piece: Evidence | None) -> Citation:
    """The citation of the evidence in a hit's passage; of all of the passage where nothing in it is any."""
    span = (piece.start, piece.end) if piece else (0, len(hit.chunk.text))
    return cited(hit, *trimmed(hit.chunk.text, *span))

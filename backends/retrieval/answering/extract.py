"""The extractive answer: the sentences of the found passages that answer best, each with its exact span.

Nothing is worded anew. A sentence is judged by the cosine of its vector with the question's and by the share of the
question's words in it, rare words counting more; what says the same twice is left out. Headings are never an answer,
and neither is a sentence that a passage cuts in two.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backends.retrieval.answering.answer import Citation, Sentence
from backends.retrieval.chunking.sentence import sentences
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.search.analysis import query_terms, terms
from backends.retrieval.search.hit import Found, Hit

PASSAGES = 5  # the best hits, whose sentences are judged
CANDIDATES = 32  # sentences of them that are embedded, in one batch: those with most of the question's words
MEANING, WORDS, KIND, ORDER = 0.6, 0.4, 0.08, 0.05  # weights of a sentence's score, by what `_scores` adds up
WORTH = 0.75  # a further sentence has to reach this share of the best one's score
ALIKE = 0.9  # cosine from which two sentences say the same
SHORTEST, SHORTEST_ROW = 3, 2  # terms of a sentence, words of a row; what is shorter answers nothing
LONGEST_HEADING = 10  # terms

_HEADING = re.compile(r"\s{0,3}#{1,6}\s|\s*[-=*_]{3,}\s*$|\s*\|?[\s:|-]*-{3}[\s:|-]*$")
_ROW = re.compile(r"\s*(?:\||[-*+•]\s|\d+[.)]\s|[^\n]{1,80}[:|\t])")
_CLOSED = re.compile(r"[.!?…:;。！？।।॥][\"'”’»)\]]*\s*$|\s*\|\s*$")
_NAME = re.compile(r"(?<=[\w,;] )[A-ZÀ-Þ][\w’'-]+")
_NUMBER = re.compile(r"\d")
_KINDS = (  # what a question asks for, and how a sentence that says it looks
    (re.compile(r"\b(when|how (many|much|long|old|far|often|high|large|deep)|what (year|date|time))\b", re.I), _NUMBER),
    (re.compile(r"\b(who|whose|whom)\b", re.I), _NAME),
)


@dataclass(frozen=True)
class _Candidate:
    hit: Hit
    start: int  # in the passage
    end: int
    stems: frozenset[str]

    @property
    def text(self) -> str:
        return self.hit.chunk.text[self.start : self.end]

    @property
    def place(self) -> tuple[str, int, int]:
        """Document and span: what two overlapping passages share is one candidate."""
        return self.hit.document.id, self.hit.chunk.start + self.start, self.hit.chunk.start + self.end


def extract(
    found: Found, max_sentences: int = 4, embedder: Embedder | None = None, language: str = "english"
) -> tuple[Sentence, ...]:
    """At most so many sentences that answer the question, verbatim, in the order in which they are best read.

    Sentences of one document stay together, in its order; the document of the best hit comes first. Without an
    embedder only words are compared. Empty where no passage holds a whole sentence.
    """
    stems = frozenset(query_terms(found.question, language))
    candidates = _narrowed(list(_candidates(found, language)), stems)
    if not candidates or max_sentences < 1:
        return ()
    weights = _rarity(stems, candidates)
    vectors = None if embedder is None else embedder.encode([candidate.text for candidate in candidates])
    meaning = np.zeros(len(candidates))
    if embedder is not None and vectors is not None:
        meaning = np.clip(vectors @ embedder.encode_query(found.question), 0, None).astype(float)
    scores = _scores(found.question, candidates, weights, meaning)
    chosen = _chosen(candidates, scores, vectors, max_sentences)
    order = {candidate.hit.document.id: at for at, candidate in reversed(list(enumerate(candidates)))}
    chosen.sort(key=lambda at: (order[candidates[at].place[0]], candidates[at].place[1]))
    return tuple(_sentence(candidates[at]) for at in chosen)


def cited(hit: Hit, start: int, end: int) -> Citation:
    """The citation of the characters ``[start:end]`` of a hit's passage."""
    return Citation(
        number=hit.rank,
        document=hit.document.id,
        name=hit.document.name,
        version=hit.document.version,
        page=hit.chunk.page,
        chunk=hit.chunk.id,
        start=hit.chunk.start + start,
        end=hit.chunk.start + end,
        text=hit.chunk.text[start:end],
    )


def units(hit: Hit) -> list[tuple[int, int]]:
    """The spans of a hit's passage that can stand as an answer, without the spaces around them.

    A row of a table is one of them, as it is. Headings are left out, and so is what the passage's bounds cut in two.
    """
    text = hit.chunk.text
    if hit.document.format == "csv":
        return [_trimmed(text, 0, len(text))] if text.strip() else []
    spans = [span for begin, end in sentences(text) for span in _lines(text, begin, end)]
    headings = {_plain(heading) for heading in (*hit.chunk.headings, hit.document.title) if heading}
    trimmed = [_trimmed(text, *span) for span in spans if text[slice(*span)].strip()]
    whole = [_below_heading(text, span, headings) for span in _whole(hit, trimmed)]
    return [span for span in whole if not _is_heading(text, span, headings)]


def _candidates(found: Found, language: str) -> Iterator[_Candidate]:
    """The different sentences of the best passages, best passage first."""
    places: set[tuple[str, int, int]] = set()
    texts: set[str] = set()
    for hit in found.hits[:PASSAGES]:
        for start, end in units(hit):
            text = hit.chunk.text[start:end]
            candidate = _Candidate(hit, start, end, frozenset(term.stem for term in terms(text, language)))
            if candidate.place in places or _plain(text) in texts:
                continue
            places.add(candidate.place)
            texts.add(_plain(text))
            yield candidate


def _narrowed(candidates: list[_Candidate], stems: frozenset[str]) -> list[_Candidate]:
    """Not more than are embedded: those that share most words with the question, in the order they came."""
    if len(candidates) <= CANDIDATES:
        return candidates
    best = sorted(range(len(candidates)), key=lambda at: (-len(stems & candidates[at].stems), at))
    return [candidates[at] for at in sorted(best[:CANDIDATES])]


def _rarity(stems: frozenset[str], candidates: Sequence[_Candidate]) -> dict[str, float]:
    """Inverse document frequency of the question's words among the candidates: what is in all of them tells little."""
    counts = Counter(stem for candidate in candidates for stem in stems & candidate.stems)
    return {stem: math.log(1 + len(candidates) / (1 + counts[stem])) for stem in stems}


def _scores(
    question: str, candidates: Sequence[_Candidate], weights: dict[str, float], meaning: np.ndarray
) -> np.ndarray:
    """How well each sentence answers: meaning, words, the kind of fact that is asked for, and its passage's rank."""
    total = sum(weights.values()) or 1.0
    words = [sum(weights[stem] for stem in weights.keys() & candidate.stems) / total for candidate in candidates]
    looks = [look for asks, look in _KINDS if asks.search(question)]
    kind = [float(any(look.search(candidate.text) for look in looks)) for candidate in candidates]
    order = [1 / candidate.hit.rank for candidate in candidates]
    return MEANING * meaning + WORDS * np.array(words) + KIND * np.array(kind) + ORDER * np.array(order)


def _chosen(candidates: Sequence[_Candidate], scores: np.ndarray, vectors: np.ndarray | None, limit: int) -> list[int]:
    """The best, then what is nearly as good and says something else."""
    chosen: list[int] = []
    for at in np.argsort(-scores, kind="stable").tolist():
        if len(chosen) == limit or (chosen and scores[at] < WORTH * scores[chosen[0]]):
            break
        if not any(_alike(candidates, vectors, at, other) for other in chosen):
            chosen.append(at)
    return chosen


def _alike(candidates: Sequence[_Candidate], vectors: np.ndarray | None, one: int, other: int) -> bool:
    """Whether two sentences overlap in their document or say the same."""
    (document, start, end), (document_2, start_2, end_2) = candidates[one].place, candidates[other].place
    if document == document_2 and start < end_2 and start_2 < end:
        return True
    return vectors is not None and float(vectors[one] @ vectors[other]) >= ALIKE


def _sentence(candidate: _Candidate) -> Sentence:
    citation = cited(candidate.hit, candidate.start, candidate.end)
    return Sentence(text=citation.text, citations=(citation,), support=1.0)


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A span as it is, or its lines where each is a row of a table."""
    lines = list(re.finditer(r"[^\n]+", text[start:end]))
    if len(lines) > 1 and all("|" in line.group() or "\t" in line.group() for line in lines):
        return [(start + line.start(), start + line.end()) for line in lines]
    return [(start, end)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _whole(hit: Hit, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without a first and last sentence that the passage's bounds cut.

    The passage's own text has to tell: it ends within a line and without a full stop, or it begins in lower case
    where its other sentences do not.
    """
    text, chunk = hit.chunk.text, hit.chunk
    if spans and chunk.end < hit.document.characters and text == text.rstrip("\n") and not _CLOSED.search(text):
        spans = spans[:-1]
    later = [text[start] for start, _ in spans[1:]]
    if spans and chunk.start > 0 and text[spans[0][0]].islower() and any(letter.isupper() for letter in later):
        spans = spans[1:]
    return spans


def _is_heading(text: str, span: tuple[int, int], headings: set[str]) -> bool:
    """Whether a span only names what follows it, or is a rule or a table's line of dashes.

    What the document's structure does not say, the look tells: a short line without a full stop above an empty line.
    """
    piece = text[slice(*span)]
    if _HEADING.match(piece) or _plain(piece) in headings:
        return True
    if _ROW.match(piece):
        return len(re.findall(r"\w+", piece)) < SHORTEST_ROW
    length = len(terms(piece))
    if _CLOSED.search(piece):
        return length < SHORTEST
    return length <= LONGEST_HEADING and "\n" not in piece and bool(re.match(r"[^\S\n]*\n\s*\n\s*\S", text[span[1] :]))


def _below_heading(text: str, span: tuple[int, int], headings: set[str]) -> tuple[int, int]:
    """A span without the heading that it begins with, where only a line end stands between the two."""
    first, line_end, rest = text[slice(*span)].partition("\n")
    if not line_end or not rest.strip() or not (_HEADING.match(first) or _plain(first) in headings):
        return span
    return _below_heading(text, _trimmed(text, span[0] + len(first), span[1]), headings)


def _plain(text: str) -> str:
    """A text without marks of headings, cases and repeated spaces, to compare by."""
    return " ".join(text.strip().lstrip("#").split()).casefold().rstrip(" .:")

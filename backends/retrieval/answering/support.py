"""How far the passages that a sentence cites say it.

This is overlap in words and in meaning, with checks of what a change of one word makes false. It is **not** entailment:
nothing here reasons. The evidence of a sentence is the piece of the passages (one sentence, or two neighbours) that is
nearest to it, by the share of its content words and the cosine of their vectors. Against that piece a number, unit or
name that is not there, a negation on one side only, an opposite ("rises", "falls") and two exchanged names each
take most of the score. What it cannot see: a changed "may" or "some", a conclusion that combines distant sentences,
a wrong word that is near in meaning and is neither a name nor an opposite.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backends.retrieval.answering.facts import Facts, facts
from backends.retrieval.answering.once import Encoder
from backends.retrieval.answering.opposites import opposed
from backends.retrieval.answering.units import trimmed
from backends.retrieval.chunking.sentence import sentences
from backends.retrieval.search.analysis import terms

SUPPORTED = 0.5  # a sentence with less is marked as not supported
PIECES = 120  # of the passages that are compared; those that share most words with the sentence
CONTRADICTED = 0.3  # what is left of the score for each check that fails
JUDGED = 3  # pieces, the nearest ones, that are checked; the one that says the sentence best counts
AS_NEAR = 0.7  # of the nearest one's score, that another piece needs to be checked instead
CLAUSE_WORDS = 2  # content words from which a clause is a claim of its own
SAME_CLAUSE = 0.45  # cosine from which a clause without a common word can still be said
SAME_WORD = 0.45  # cosine of two single words from which the one can stand for the other
NEARLY_ALL = 0.9  # share of the words from which only their order can make a difference
_WORDS_ALONE = 0.65  # without an embedder: share of the content words that is worth `SUPPORTED`


_CLAUSE = re.compile(r"[,;:–—]|\b(?:and|but|because|which|who|while|although|whereas)\b")


@dataclass(frozen=True)
class Evidence:
    """A piece of a passage, and how far it says a sentence."""

    passage: int  # its index among the passages
    start: int  # in the passage
    end: int
    text: str
    coverage: float  # share of the sentence's content words that are in it
    cosine: float | None = None  # of the vectors; None without an embedder
    support: float = 0.0  # 0 … 1


def support(
    sentence: str, passages: Sequence[str], embedder: Encoder | None = None, language: str = "english"
) -> float:
    """0 … 1: how far the passages say the sentence; `SUPPORTED` and more counts as said.

    >>> support("The bridge was opened in 1932.", ["Built by the city, the bridge was opened in 1932."])
    1.0
    >>> support("The bridge was opened in 1934.", ["Built by the city, the bridge was opened in 1932."]) < SUPPORTED
    True
    """
    found = evidence(sentence, passages, embedder, language)
    return found.support if found else 0.0


def evidence(
    sentence: str, passages: Sequence[str], embedder: Encoder | None = None, language: str = "english"
) -> Evidence | None:
    """The best evidence for a sentence and its support; None where there is no passage with a word in it."""
    said = facts(sentence, language)
    pieces = list(_pieces(said, passages, language))
    if not pieces or not _plain(sentence):
        return None
    kept = sorted(range(len(pieces)), key=lambda at: -pieces[at].coverage)[:PIECES]
    pieces = [pieces[at] for at in sorted(kept)]
    clauses = _clauses(sentence)
    cosines, of_clauses = _cosines([sentence, *clauses], [piece.text for piece in pieces], embedder)
    added = _added(clauses, of_clauses, pieces, language)
    measured = [
        replace(piece, cosine=cosine, support=_strength(sentence, piece, cosine))
        for piece, cosine in zip(pieces, cosines, strict=True)
    ]
    nearest = sorted(measured, key=lambda piece: -piece.support)[:JUDGED]
    nearest = [piece for piece in nearest if piece.support >= AS_NEAR * nearest[0].support]
    return max((_checked(sentence, piece, added, embedder, language) for piece in nearest), key=lambda one: one.support)


def _pieces(said: Facts, passages: Sequence[str], language: str) -> Iterator[Evidence]:
    """Every sentence of the passages, and every two neighbours that share more with what is said than either alone."""
    for at, passage in enumerate(passages):
        spans = [trimmed(passage, *span) for span in _statements(passage) if passage[slice(*span)].strip()]
        single = [_piece(said, passage, at, span, language) for span in spans]
        yield from single
        for one, other in itertools.pairwise(single):
            both = _piece(said, passage, at, (one.start, other.end), language)
            if both.coverage > max(one.coverage, other.coverage):
                yield both


def _statements(passage: str) -> Iterator[tuple[int, int]]:
    """The sentences, and where one has semicolons its parts: what is negated in one of them is not in the other."""
    for start, end in sentences(passage):
        cuts = [start, *(start + match.end() for match in re.finditer(r";\s", passage[start:end])), end]
        yield from itertools.pairwise(cuts)


def _piece(said: Facts, passage: str, at: int, span: tuple[int, int], language: str) -> Evidence:
    text = passage[slice(*span)]
    return Evidence(at, *span, text, _coverage(said, facts(text, language)))


def _coverage(said: Facts, known: Facts) -> float:
    return len(said.content & known.content) / len(said.content) if said.content else 0.0


def _clauses(sentence: str) -> list[str]:
    """The parts of a sentence that claim something each; none where it is a single one."""
    parts = [part.strip() for part in _CLAUSE.split(sentence) if part.strip()]
    return parts if len(parts) > 1 else []


def _cosines(
    said: list[str], texts: list[str], embedder: Encoder | None
) -> tuple[list[float | None], list[float | None]]:
    """Of the first with each text, and of each of the others with the text that is nearest to it."""
    if embedder is None:
        return [None] * len(texts), [None] * (len(said) - 1)
    vectors = embedder.encode([*said, *texts])
    products = np.clip(vectors[: len(said)] @ vectors[len(said) :].T, 0, 1)
    return [float(value) for value in products[0]], [float(row.max()) for row in products[1:]]


def _added(clauses: list[str], cosines: list[float | None], pieces: Sequence[Evidence], language: str) -> int:
    """How many clauses no piece knows anything of."""
    known = {stem for piece in pieces for stem in facts(piece.text, language).content}
    count = 0
    for clause, cosine in zip(clauses, cosines, strict=True):
        content = facts(clause, language).content
        count += len(content) >= CLAUSE_WORDS and not content & known and (cosine is None or cosine < SAME_CLAUSE)
    return count


def _strength(sentence: str, piece: Evidence, cosine: float | None) -> float:
    """The score before anything is checked: 1 for what is there word for word.

    The weights are round numbers near a logistic regression on sentences that were labelled by hand.
    """
    if _verbatim(sentence, piece.text):
        return 1.0
    if cosine is None:
        return min(1.0, piece.coverage * SUPPORTED / _WORDS_ALONE)
    return float(1 / (1 + np.exp(6.0 - 8.0 * cosine - 4.0 * piece.coverage)))


def _checked(sentence: str, piece: Evidence, added: int, embedder: Encoder | None, language: str) -> Evidence:
    """The piece with the score that the checks leave."""
    failed = 0 if _verbatim(sentence, piece.text) else added + _failed(sentence, piece.text, embedder, language)
    return replace(piece, support=round(piece.support * CONTRADICTED**failed, 4))


def _verbatim(sentence: str, text: str) -> bool:
    return _plain(sentence) in _plain(text)


def _failed(sentence: str, text: str, embedder: Encoder | None, language: str) -> int:
    """How many checks a sentence fails against its evidence."""
    said, known = facts(sentence, language), facts(text, language)
    return sum(
        (
            bool(said.numbers - known.numbers) or _other_unit(said, known),
            any(name.stem not in known.stems for name in said.names),
            _polarity(said, known) or opposed(said, known, language),
            _exchanged((sentence, text), said, known, language),
            _replaced(said, known, text, embedder, language),
        )
    )


def _other_unit(said: Facts, known: Facts) -> bool:
    """Whether a number has a unit on both sides, and never the same."""
    units = {number: {unit for value, unit in known.units if value == number} for number, _ in said.units}
    return any(units[number] and unit not in units[number] for number, unit in said.units)


def _polarity(said: Facts, known: Facts) -> bool:
    """Whether a word of both is negated in one of them, and in the other nothing is that both have."""
    ours, theirs = said.negated & known.content, known.negated & said.content
    return bool(ours) != bool(theirs) and bool((ours or theirs) & said.content & known.content)


def _exchanged(texts: tuple[str, str], said: Facts, known: Facts, language: str) -> bool:
    """Whether names, or the two sides of "than", stand in the other order, both texts being active or passive.

    A name that alone has a preposition, and keeps it ("to Oslo"), keeps its part, wherever it stands.
    """
    if len({bool(re.search(r"\bby\b", text)) for text in texts}) > 1:
        return False
    sides, others = (_sides(text, language) for text in texts)
    if sides and others and sides[0] & others[1] - others[0] and sides[1] & others[0] - others[1]:
        return True
    parts = {name.stem: name.part for name in known.names}
    free = {name.stem for name in known.names if name.adverbial}
    names = [name for name in said.names if name.stem in known.sequence and not (name.adverbial and name.stem in free)]
    order = [known.sequence.index(name.stem) for name in names]
    if said.opening and said.sequence[:1] and said.sequence[0] in known.sequence:
        order.insert(0, known.sequence.index(said.sequence[0]))
    links = [name.part for name in names if name.part]
    kept = len(links) == len(set(links)) > 0 and all(name.part == parts.get(name.stem, "") for name in names)
    return not kept and order != sorted(order) and _coverage(said, known) > NEARLY_ALL


def _sides(text: str, language: str) -> tuple[frozenset[str], frozenset[str]] | tuple[()]:
    left, than, right = text.partition(" than ")
    return (facts(left, language).content, facts(right, language).content) if than else ()


def _replaced(said: Facts, known: Facts, text: str, embedder: Encoder | None, language: str) -> bool:
    """Whether the word that opens the sentence stands where its evidence has another one, of another meaning.

    A first word is capitalised whether it is a name or not, so that its vector has to tell; without an embedder any
    other word counts.
    """
    first = said.sequence[0] if said.sequence else ""
    if not first or first in known.stems or first not in facts(said.opening, language).content:
        return False
    matcher = difflib.SequenceMatcher(None, said.sequence, known.sequence, autojunk=False)
    replaced = [(b, b_end) for tag, a, _, b, b_end in matcher.get_opcodes() if tag == "replace" and a == 0]
    if not replaced:
        return False
    stems = known.sequence[slice(*replaced[0])]
    words = [text[term.start : term.end] for term in terms(text, language) if term.stem in stems]
    if embedder is None or not words:
        return True
    vectors = embedder.encode([said.opening, *words])
    return float(np.max(vectors[1:] @ vectors[0])) < SAME_WORD


def _plain(text: str) -> str:
    """Words with single spaces and without the full stop, to compare by."""
    return " ".join(text.split()).casefold().rstrip(".!。 ")

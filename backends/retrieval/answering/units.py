"""The units of a passage that can stand in an answer: its whole sentences and rows, without its headings.

A sentence that begins with a pronoun rests on the one before it, and a row on the table's first: see `leads`.
"""

from __future__ import annotations

import re

from backends.retrieval.chunking.sentence import sentences
from backends.retrieval.search.analysis import terms
from backends.retrieval.search.hit import Hit

Span = tuple[int, int]

SHORTEST, SHORTEST_ROW = 3, 2  # terms of a sentence, words of a row; what is shorter answers nothing
LONGEST_HEADING = 10  # terms
MOST_LEADS = 2  # sentences before one that it can rest on

_HEADING = re.compile(r"\s{0,3}#{1,6}\s|\s*[-=*_]{3,}\s*$|\s*\|?[\s:|-]*-{3}[\s:|-]*$")
_ROW = re.compile(r"\s*(?:\||[-*+•]\s|\d+[.)]\s|[^\n]{1,80}[:|\t])")
_CLOSED = re.compile(r"[.!?…:;。！？।।॥][\"'”’»)\]]*\s*$|\s*\|\s*$")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_OPENING_WORD = re.compile(r"[^\w\n]*([^\W\d_]+)(?:\s+([^\W\d_]+))?")
_PAIRS = frozenset({"first", "second", "third", "last", "latter", "former", "same", "other", "others"})  # after "the"
_PRONOUNS = {
    "english": "it its they their them this that these those such he she his her both neither either then therefore",
    "german": "er sie es ihr ihre sein seine dies diese dieser dieses beide solche davon dafür damit dabei",
    "french": "il elle ils elles ce cela ces cette cet celui celle ceux celles leur leurs son sa ses",
    "spanish": "él ella ellos ellas esto esta este estas estos eso esa ese su sus ambos",
    "italian": "esso essa essi esse questo questa questi queste quello quella suo sua suoi loro entrambi",
    "dutch": "hij zij ze het dit deze dat zijn haar hun beide",
}
_OPENERS = {language: frozenset(words.split()) for language, words in _PRONOUNS.items()}


def leads(hit: Hit, spans: list[Span], at: int, language: str = "english") -> list[Span]:
    """The units before ``spans[at]`` that it rests on, in order: none unless it begins with a pronoun or is a row.

    They are of the same paragraph, at most `MOST_LEADS`, back to the first that begins with something else. A row of a
    table rests on the table's first row.
    """
    text = hit.chunk.text
    if _is_cells(text[slice(*spans[at])]):
        return _header(text, spans, at)
    found: list[Span] = []
    while len(found) < MOST_LEADS and at > 0 and _rests(text[slice(*spans[at])], language):
        if _BLANK_LINE.search(text, spans[at - 1][1], spans[at][0]):
            break
        at -= 1
        found.insert(0, spans[at])
    return found


def _is_cells(text: str) -> bool:
    """Whether a line is a row of a table, by what stands between its cells."""
    return "\n" not in text and ("|" in text or "\t" in text)


def _header(text: str, spans: list[Span], at: int) -> list[Span]:
    """The first row of the table that ``spans[at]`` is a row of, which names its columns; [] for that row itself."""
    first = at
    while first > 0 and _is_cells(text[slice(*spans[first - 1])]):
        gap = text[spans[first - 1][1] : spans[first][0]]
        if _BLANK_LINE.search(gap) or gap.strip(" \t\n|:-"):
            break
        first -= 1
    return [spans[first]] if first < at else []


def before(hit: Hit, spans: list[Span], at: int) -> Span | None:
    """The unit before ``spans[at]`` in its paragraph, None for the first."""
    if at == 0 or _BLANK_LINE.search(hit.chunk.text, spans[at - 1][1], spans[at][0]):
        return None
    return spans[at - 1]


def _rests(text: str, language: str) -> bool:
    """Whether a sentence begins with a word that stands for something before it."""
    opening = _OPENING_WORD.match(text)
    if opening is None:
        return False
    first, second = opening.group(1).lower(), (opening.group(2) or "").lower()
    return first in _OPENERS.get(language, ()) or (language == "english" and first == "the" and second in _PAIRS)


def units(hit: Hit) -> list[Span]:
    """The spans of a hit's passage that can stand as an answer, without the spaces around them.

    A row of a table is one of them, as it is. Headings are left out, and so is what the passage's bounds cut in two.
    """
    text = hit.chunk.text
    if hit.document.format == "csv":
        return [trimmed(text, 0, len(text))] if text.strip() else []
    spans = [span for begin, end in sentences(text) for span in _lines(text, begin, end)]
    headings = {plain(heading) for heading in (*hit.chunk.headings, hit.document.title) if heading}
    bare = [trimmed(text, *span) for span in spans if text[slice(*span)].strip()]
    if hit.chunk.start == 0 and (first := _first_line(text)):
        headings.add(plain(first))
    whole = [_below_heading(text, span, headings) for span in _whole(hit, bare)]
    return [span for span in whole if not _is_heading(text, span, headings)]


def _lines(text: str, start: int, end: int) -> list[Span]:
    """A span as it is, or its lines where most are rows of a table."""
    lines = list(re.finditer(r"[^\n]+", text[start:end]))
    if len(lines) > 1 and sum(_is_cells(line.group()) for line in lines) > len(lines) / 2:
        return [(start + line.start(), start + line.end()) for line in lines]
    return [(start, end)]


def trimmed(text: str, start: int, end: int) -> Span:
    """A span of a text without the spaces around it."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _whole(hit: Hit, spans: list[Span]) -> list[Span]:
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


def _is_heading(text: str, span: Span, headings: set[str]) -> bool:
    """Whether a span only names what follows it, or is a rule or a table's line of dashes.

    What the document's structure does not say, the look tells: a short line without a full stop above an empty line.
    """
    piece = text[slice(*span)]
    if _HEADING.match(piece) or plain(piece) in headings:
        return True
    if _ROW.match(piece):
        return len(re.findall(r"\w+", piece)) < SHORTEST_ROW
    length = len(terms(piece))
    if _CLOSED.search(piece):
        return length < SHORTEST
    return length <= LONGEST_HEADING and "\n" not in piece and bool(re.match(r"[^\S\n]*\n\s*\n\s*\S", text[span[1] :]))


def _first_line(text: str) -> str:
    """The line that a document begins with, where it only names the document: short, no full stop, more behind it."""
    first, _, rest = text.strip().partition("\n")
    names = len(terms(first)) <= LONGEST_HEADING and not (_CLOSED.search(first) or _ROW.match(first))
    return first if names and rest.strip()[:1].isupper() else ""


def _below_heading(text: str, span: Span, headings: set[str]) -> Span:
    """A span without the heading that it begins with, where only a line end stands between the two."""
    first, line_end, rest = text[slice(*span)].partition("\n")
    if not line_end or not rest.strip() or not (_HEADING.match(first) or plain(first) in headings):
        return span
    return _below_heading(text, trimmed(text, span[0] + len(first), span[1]), headings)


def plain(text: str) -> str:
    """A text without marks of headings, cases and repeated spaces, to compare by."""
    return " ".join(text.strip().lstrip("#").split()).casefold().rstrip(" .:")

"""A conversation with its sources, as a document to keep: Markdown to read, JSON to work with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backends.datasets.wording import per_cent
from backends.retrieval.answering.answer import EXTRACTS, NOT_FOUND, Answer, Citation, Sentence, Turn
from backends.retrieval.answering.confidence import sure

FORMAT, VERSION = "demo-workbench conversation", 1
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-!|<>&~$^:@.=])")


@dataclass(frozen=True)
class Conversation:
    """Questions and their answers, in order."""

    answers: tuple[Answer, ...] = ()
    collection: str = ""  # its name
    ended: datetime | None = None  # when it was exported; left out where it is None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What the next question is understood by."""
        return tuple(Turn(answer.question, answer.text) for answer in self.answers)

    def to_markdown(self) -> str:
        """A text with a footnote for each citation: document, page, characters and the cited words.

        What comes from documents, questions and models is escaped: none of it can become a heading, a link, a
        picture or HTML.
        """
        lines = [f"# {_escaped(self.collection) or 'Conversation'}", ""]
        if self.ended:
            lines += [f"{self.ended:%Y-%m-%d %H:%M %Z}".strip(), ""]
        notes: list[str] = []
        for answer in self.answers:
            lines += [f"## {_escaped(answer.question)}", "", *_said(answer, notes), ""]
        return "\n".join([*lines, *(["---", "", *notes] if notes else [])]).rstrip() + "\n"

    def to_json(self) -> str:
        """An object that opens without the workbench.

        Fields: `format` and `version` (a whole number, raised when a field changes its meaning),
        `collection`, `ended` (ISO 8601, or null) and `turns`. A turn has `question`, `asked` (what was
        searched for), `answer` (its text), `abstained`, `confidence` and `threshold` (0 … 1), `writer`
        ("extracts" or the model's name), `removed_citations`, `notes`, `prompt` (the messages that were sent
        to a model), `suspicions` and `sentences`. A sentence has `text`, `support` (0 … 1, or null),
        `supported` and `citations`. A citation has `number`, `document` (id), `name`, `version` (of the
        document), `page` (or null), `chunk`, `start`, `end` and `text`, which is the slice ``[start:end]`` of
        that version of the document's text; a suspicion has `document`, `name`, `page`, `start`, `end`,
        `text` and `why`.
        """
        turns = [_turn(answer) for answer in self.answers]
        ended = self.ended.isoformat() if self.ended else None
        whole = {"format": FORMAT, "version": VERSION, "collection": self.collection, "ended": ended, "turns": turns}
        return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _said(answer: Answer, notes: list[str]) -> Iterator[str]:
    """The lines of one answer; its footnotes are put behind `notes`."""
    if answer.asked != answer.question:
        yield f"*Searched for: {_escaped(answer.asked)}*"
        yield ""
    yield " ".join(_sentence(sentence, notes) for sentence in answer.sentences) or _escaped(NOT_FOUND)
    yield ""
    yield f"*{_escaped(_origin(answer))}*"
    for warning in (*answer.notes, *(f"“{one.text}” in {one.name} {one.why}." for one in answer.suspicions)):
        yield f"- {_escaped(warning)}"


def _sentence(sentence: Sentence, notes: list[str]) -> str:
    marks = []
    for citation in sentence.citations:
        notes += _footnote(len(_marks_of(notes)) + 1, citation)
        marks.append(f"[^{len(_marks_of(notes))}]")
    doubt = "" if sentence.supported else " **(not supported by its sources)**"
    return f"{_escaped(sentence.text)}{''.join(marks)}{doubt}"


def _marks_of(notes: list[str]) -> list[str]:
    """The lines that begin a footnote."""
    return [line for line in notes if line.startswith("[^")]


def _footnote(number: int, citation: Citation) -> list[str]:
    page = "" if citation.page is None else f", page {citation.page}"
    version = f", version {citation.version}" if citation.version > 1 else ""
    place = f"{_escaped(citation.name)}{version}{page}, characters {citation.start}–{citation.end}"
    return [f"[^{number}]: {place}: “{_escaped(citation.text)}”", ""]


def _origin(answer: Answer) -> str:
    writer = "In the documents' own words" if answer.writer == EXTRACTS else f"Worded by {answer.writer}"
    citations = "1 citation" if answer.removed_citations == 1 else f"{answer.removed_citations} citations"
    removed = f"; {citations} to nothing removed" if answer.removed_citations else ""
    return f"{writer}; confidence {sure(answer.confidence)}, threshold {per_cent(answer.threshold)}{removed}"


def _escaped(text: str) -> str:
    r"""One line of plain text in Markdown.

    >>> print(_escaped("# a *b* <img>\n[c](d)"))
    \# a \*b\* \<img\> \[c\]\(d\)
    """
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _turn(answer: Answer) -> dict[str, Any]:
    plain = ("question", "asked", "abstained", "confidence", "threshold", "writer", "removed_citations")
    return {
        **{name: getattr(answer, name) for name in plain},
        "answer": answer.text,
        "notes": list(answer.notes),
        "prompt": [dict(message) for message in answer.prompt],
        "suspicions": [vars(suspicion) for suspicion in answer.suspicions],
        "sentences": [
            {
                **{name: getattr(sentence, name) for name in ("text", "support", "supported")},
                "citations": [vars(citation) for citation in sentence.citations],
            }
            for sentence in answer.sentences
        ],
    }

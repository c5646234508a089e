"""Collections, documents, hits and answers as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backends.retrieval.answering.answer import Answer
    from backends.retrieval.index.records import Status, StoredChunk, StoredDocument
    from backends.retrieval.search.hit import Found, Hit

DOCUMENT = ("id", "name", "title", "format", "digest", "tags", "characters", "passages", "pages", "version", "notes")
PASSAGE = ("id", "position", "start", "end", "page", "headings", "tokens", "enabled", "embedded", "text")


def document(stored: StoredDocument) -> dict[str, Any]:
    """A document without its text. `date` is the one that it was given, `added` when it came (UTC)."""
    plain = {name: getattr(stored, name) for name in DOCUMENT}
    return {**plain, "date": stored.date and stored.date.isoformat(), "added": stored.added.isoformat()}


def passage(chunk: StoredChunk) -> dict[str, Any]:
    """A passage: `text` is the slice ``[start:end]`` of its document's text."""
    return {name: getattr(chunk, name) for name in PASSAGE}


def status(of: Status) -> dict[str, Any]:
    """How far a collection is; with `complete` everything that was given is found."""
    return {**asdict(of), "complete": of.complete}


def found(search: Found) -> dict[str, Any]:
    """The hits of a question, best first, and what they do not cover."""
    return {
        "question": search.question,
        "hits": [hit(one) for one in search.hits],
        "status": status(search.status),
        "notes": search.notes,
        "milliseconds": search.milliseconds,
    }


def hit(one: Hit) -> dict[str, Any]:
    """One hit: `marks` are spans of the passage's text, `places` its rank and score in each way of searching."""
    return {
        "rank": one.rank,
        "score": one.score,
        "document": {name: getattr(one.document, name) for name in ("id", "name", "title", "version")},
        "passage": passage(one.chunk),
        "marks": one.marks,
        "places": {way: asdict(place) for way, place in one.places.items()},
        "duplicates": one.duplicates,
    }


def answer(given: Answer) -> dict[str, Any]:
    """An answer as an exported conversation has it (see `Conversation.to_json`), and the hits behind it."""
    from backends.retrieval.answering.conversation import Conversation

    [turn] = json.loads(Conversation((given,)).to_json())["turns"]
    return {**turn, "milliseconds": given.milliseconds, "found": found(given.found)}

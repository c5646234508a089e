"""A document, or the reason why there is none, as JSON: what a process that reads says to the one that asked."""

from __future__ import annotations

from typing import Any

from backends.retrieval.documents.document import Block, Document, Page
from backends.retrieval.documents.unreadable import Unreadable


def told(document: Document) -> dict[str, Any]:
    """A document as JSON has it; `heard` gives it back.

    >>> heard(told(Document("a.txt", "txt", "One.", pages=(Page(1, 0, 4),)))).pages
    (Page(number=1, start=0, end=4),)
    """
    return {
        **vars(document),
        "pages": [[page.number, page.start, page.end] for page in document.pages],
        "blocks": [[block.kind, block.start, block.end, block.level] for block in document.blocks],
    }


def heard(facts: dict[str, Any]) -> Document:
    """The document that `told` put into words. Raises TypeError or KeyError for anything else."""
    return Document(
        **{
            **facts,
            "pages": tuple(Page(*page) for page in facts["pages"]),
            "blocks": tuple(Block(*block) for block in facts["blocks"]),
            "notes": tuple(facts["notes"]),
        }
    )


def refusal(error: Unreadable) -> dict[str, str]:
    """Why a file cannot be read, as the arguments of `Unreadable`."""
    return {"reason": error.reason, "message": error.message, "hint": error.hint}

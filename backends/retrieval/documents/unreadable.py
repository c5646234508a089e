"""Why a file cannot become a document."""

from __future__ import annotations

from typing import Literal

from backends.errors import WorkbenchError

LONGEST = 300
Reason = Literal[
    "empty",
    "too large",
    "encrypted",
    "wrong password",
    "image only",
    "broken",
    "not what its name says",
    "unknown format",
    "too many pages",
    "too much text",
]


class Unreadable(WorkbenchError):  # noqa: N818  # it tells what the file is
    """A file that cannot be read, and why: `reason` is for programs, the message and the hint are for people.

    >>> Unreadable("empty", "The file 'a.txt' has no bytes.", "Choose a file with text in it.").reason
    'empty'
    """

    def __init__(self, reason: Reason, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.reason: Reason = reason


def broken(name: str, what: str, detail: str) -> Unreadable:
    """The error for damage: `what` is what the file should be, `detail` where it fails; of that, LONGEST characters.

    >>> broken("a.pdf", "a PDF file", "it ends too early").message
    "The file 'a.pdf' is not a sound PDF file: it ends too early."
    """
    kind = what.removeprefix("a ").removeprefix("an ")
    hint = "Open it in the program that made it and save it again."
    detail = detail if len(detail) <= LONGEST else f"{detail[:LONGEST]}…"  # libraries quote what they have met
    return Unreadable("broken", f"The file {name!r} is not a sound {kind}: {detail}.", hint)


def empty(name: str, what: str = "holds no text") -> Unreadable:
    """The error for a file without any text."""
    return Unreadable("empty", f"The file {name!r} {what}.", "Choose a file with text in it.")


def too_much_text(name: str, most: int) -> Unreadable:
    """The error for a file of more than `most` characters of text."""
    return Unreadable(
        "too much text",
        f"The file {name!r} holds more than {most:,} characters of text.",
        "Divide it, or set WORKBENCH_MAX_DOCUMENT_CHARACTERS higher.",
    )

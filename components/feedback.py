"""How the workbench talks back: errors as sentences, never as stack traces."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from backends.errors import WorkbenchError, no_room
from backends.tasks.crashes import where

log = logging.getLogger("workbench")
PER_CENT = re.compile(r"(?<=\d) %")  # a figure and its sign stay on one line


def show_error(error: WorkbenchError) -> None:
    """What went wrong and the way out."""
    st.error(
        escape(error.hint or "Change the input and try again."), title=escape(error.message), icon=":material/error:"
    )


def show_bug(error: Exception) -> bool:
    """A WorkbenchError, or a full disk, as its sentence; anything else as a calm one with a reference to the log.

    Returns True: the error has been shown, no stack trace is wanted.
    """
    known = error if isinstance(error, WorkbenchError) else no_room(error)
    if known is not None:
        show_error(known)
        return True
    reference = secrets.token_hex(4)
    log.error("unexpected error, reference %s: %s", reference, where(error))
    st.error(
        f"Your data and results are kept; try again or go on elsewhere. The server's log has the details under "
        f"reference **{reference}**.",
        title="Something went wrong inside the workbench",
        icon=":material/bug_report:",
    )
    return True


@contextmanager
def errors_shown() -> Iterator[None]:
    """The edge of a page: whatever fails inside is shown instead of raised."""
    try:
        yield
    except Exception as error:  # this is the edge the design names; st.stop and st.rerun are no Exceptions
        show_bug(error)


def escape(text: str) -> str:
    r"""Text from a file or a user, safe inside Markdown: nothing of it is read as formatting.

    >>> escape("a*b <i> $x$ [l](u)")
    'a\\*b \\<i\\> \\$x\\$ \\[l\\]\\(u\\)'
    """
    safe = "".join("\\" + mark if mark in r"\`*_{}[]()<>#+!|$~:" else mark for mark in text).replace("\n", " ")
    return PER_CENT.sub("\xa0%", safe)


def code_span(text: str) -> str:
    """Text for a code span of Markdown, which a backtick would end.

    >>> code_span("a`b")
    "a'b"
    """
    return text.replace("`", "'").replace("\n", " ")

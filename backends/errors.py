"""The one family of errors that is meant for the person in front of the screen."""

from __future__ import annotations

import errno
import re
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


class WorkbenchError(Exception):
    """Something the user can understand and mend.

    ``message`` is one sentence that names the value at fault; ``hint`` is one sentence that names the
    way out. `remedies` are changes of the input that would do, by the words a button can carry: an interface
    can offer them. It is caught at the edge only (page, widget, API); any other exception is a bug.

    >>> error = WorkbenchError("Column 'age' is empty.", hint="Choose another target.")
    >>> error.message
    "Column 'age' is empty."
    >>> str(error)
    "Column 'age' is empty. Choose another target."
    """

    def __init__(self, message: str, hint: str = "", remedies: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint
        self.remedies = dict(remedies or {})

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def in_folder(path: Path) -> str:
    """A file as messages name it: with its folder alone. Where that lies on the server is not for all who read them.

    >>> in_folder(Path("/srv/data/collections/handbook/collection.sqlite"))
    'handbook/collection.sqlite'
    """
    return f"{path.parent.name}/{path.name}"


def shown_address(address: str, most: int = 100) -> str:
    """An address as messages name it: at most `most` characters, and nothing of the user and password before its "@".

    It may be none, so whatever is before the last "@" is left out, except a scheme.

    >>> shown_address("tcp://ana:secret@10.0.0.1:8786"), shown_address("ana:s/ec@ret@10.0.0.1/v1"), shown_address("x:1")
    ('tcp://…@10.0.0.1:8786', '…@10.0.0.1/v1', 'x:1')
    """
    before, at, rest = address.rpartition("@")
    scheme = re.match(r"[A-Za-z][\w+.-]*://", before)
    return (f"{scheme.group() if scheme else ''}…@{rest}" if at else address)[:most]


class DiskFullError(WorkbenchError):
    """The disk is full. What is being saved is not saved; what was saved before is as it was."""

    status = 507  # Insufficient Storage (RFC 4918, section 11.5), for answers over HTTP


class UnavailableError(WorkbenchError):
    """Something of the workbench's own does not work: a server is gone, a file is damaged, a setting is wrong.

    Whoever asks has done nothing wrong and can mend nothing; whoever runs the workbench can.
    """

    status = 503  # Service Unavailable (RFC 9110, section 15.6.4)
    title = "Service unavailable"
    reason = "unavailable"  # in the counters


def no_room(error: BaseException) -> DiskFullError | None:
    """The error in words where a full disk (or a quota that is used up) is behind it; None for any other.

    It may be wrapped in errors of other libraries: their causes are looked at too.

    >>> no_room(OSError(errno.ENOSPC, "No space left on device")).message
    'The disk is full, so this could not be saved.'
    >>> no_room(ValueError("something else")) is None
    True
    """
    for cause in _causes(error):
        if isinstance(cause, DiskFullError):
            return cause
        if _is_full(cause):
            return DiskFullError(
                "The disk is full, so this could not be saved.",
                hint="Free some space and do it again; what was saved before is kept.",
            )
    return None


def damaged(error: BaseException) -> bool:
    """Whether SQLite has met a file that is damaged, or none of its own, also behind errors of other libraries.

    >>> damaged(ValueError("something else"))
    False
    """
    names = [str(getattr(cause, "sqlite_errorname", "")) for cause in _causes(error)]
    return any(name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) for name in names)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what is behind it, the nearest first."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_full(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)

"""The one family of errors that is meant for the person in front of the screen."""

from __future__ import annotations

from collections.abc import Mapping
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

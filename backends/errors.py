"""The one family of errors that is meant for the person in front of the screen."""

from __future__ import annotations


class WorkbenchError(Exception):
    """Something the user can understand and mend.

    ``message`` is one sentence that names the value at fault; ``hint`` is one sentence that names the
    way out. It is caught at the edge only (page, widget, API); any other exception is a bug.

    >>> error = WorkbenchError("Column 'age' is empty.", hint="Choose another target.")
    >>> error.message
    "Column 'age' is empty."
    >>> str(error)
    "Column 'age' is empty. Choose another target."
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

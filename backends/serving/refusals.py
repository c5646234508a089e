"""Why a request is not answered: each refusal is a WorkbenchError that knows its HTTP status.

What a person did wrong with values is a plain `WorkbenchError` (422); these are the other cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from backends.errors import WorkbenchError

if TYPE_CHECKING:
    from backends.onnx_export.feeds import Problem


ACCEPTABLE = frozenset(("missing", "range", "category"))  # kinds of problems that a model can answer all the same
ACCEPT = (
    'With "unusual": "accept" (?unusual=accept for a file) rows with values that are missing, out of range or never '
    "seen in training are predicted, with a warning."
)


class Refusal(WorkbenchError):  # noqa: N818 it is caught by this name, and its kinds say what is refused
    """A request that is not answered. `reason` is its short name in the counters, `status` the HTTP status.

    `retry_after` are the seconds after which the same request may be answered; None where waiting does not help.

    >>> Overloaded("Too much at once.", retry_after=1.0).status
    503
    """

    status: ClassVar[int] = 422
    reason: ClassVar[str] = "invalid"

    def __init__(self, message: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class Invalid(Refusal):
    """Rows that do not fit the model's schema, of `rows` that were sent.

    `problems` names row, column, value and what is allowed; there may be more than these: `count` are all.
    """

    def __init__(self, problems: tuple[Problem, ...], rows: int, count: int) -> None:
        more = count - 1
        others = f" There {'is 1 more problem' if more == 1 else f'are {more:,} more problems'}." if more else ""
        hint = "Mend it, or ask with on_error=skip for the other rows." if rows > 1 else "Mend it and ask again."
        self.acceptable = any(one.kind in ACCEPTABLE for one in problems)  # by a model that is told to
        hint = f"{hint} {ACCEPT}" if self.acceptable else hint
        super().__init__(f"Row {problems[0].row + 1}: {problems[0].message}{others}", hint)
        self.problems = problems
        self.rows = rows
        self.count = count


class Unauthorised(Refusal):
    """No API key, or none that is known."""

    status = 401
    reason = "unauthorised"


class Forbidden(Refusal):
    """Somebody who may not ask at all, whatever the key."""

    status = 403
    reason = "forbidden"


class NotFound(Refusal):
    """A model or a version that is not published."""

    status = 404
    reason = "not_found"


class TooMany(Refusal):
    """More requests than the rate limit lets one key or address make."""

    status = 429
    reason = "too_many"


class Overloaded(Refusal):
    """More requests at once, or more memory for models, than this process may use."""

    status = 503
    reason = "overloaded"

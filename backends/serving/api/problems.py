"""What is said when a request fails: a problem document (RFC 9457), never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import orjson
from starlette.responses import Response

from backends.errors import WorkbenchError, no_room
from backends.serving.refusals import Refusal
from backends.serving.shown import LONGEST, json_value, shown
from backends.tasks.crashes import where

MEDIA_TYPE = "application/problem+json"
SHOWN = 50  # faults that one answer lists; it says how many there are

TITLES = {
    400: "Bad request",
    401: "Key needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Invalid input",
    429: "Too many requests",
    500: "Fault of the workbench",
    503: "Busy",
    507: "Disk full",
}

Dialect = Callable[[dict[str, Any]], dict[str, Any]]

logger = logging.getLogger(__name__)


class HttpRefusal(Refusal):
    """A request that is refused for its form, before any model is asked."""

    status = 400
    reason = "malformed"

    def __init__(self, message: str, hint: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(message, hint)
        self.headers = headers or {}


class NoSuchPath(HttpRefusal):
    """There is nothing at this path: 404."""

    status = 404


class WrongMethod(HttpRefusal):
    """The path is there, the method is not: 405."""

    status = 405


class NotAcceptable(HttpRefusal):
    """None of the answer's formats is among those that the client accepts: 406."""

    status = 406


class BodyTooLarge(HttpRefusal):
    """More bytes than the settings allow: 413."""

    status = 413


class UnsupportedMedia(HttpRefusal):
    """A body in a format that is not read here: 415."""

    status = 415


def status_of(error: Exception) -> int:
    """The HTTP status of an error: its own, 422 for any other WorkbenchError, 507 for a full disk, 500 for a bug.

    >>> status_of(BodyTooLarge("12 MB")), status_of(WorkbenchError("no")), status_of(KeyError("a"))
    (413, 422, 500)
    """
    error = no_room(error) or error
    if not isinstance(error, WorkbenchError):
        return 500
    return int(getattr(error, "status", 422))


def document(error: Exception, request_id: str, path: str) -> dict[str, Any]:
    """The problem document of `error`, ready for JSON.

    `errors` lists the first faults by row and column (row counts from 0), `errors_total` says how many there are.
    A bug is logged with its place in the code under the request's id; the answer holds the id alone.
    """
    error = no_room(error) or error
    status = status_of(error)
    title = getattr(error, "title", TITLES.get(status, "Refused"))
    about: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if isinstance(error, WorkbenchError):
        about |= {"detail": str(error), "message": error.message, "hint": error.hint}
    else:
        logger.error("Request %s failed: %s", request_id, where(error))
        about["detail"] = f"Something went wrong in the workbench; its log has the cause under {request_id}."
    about |= {"instance": path, "request_id": request_id}
    faults = tuple(getattr(error, "problems", ()))
    if faults:
        about |= {
            "errors": [fault(one) for one in faults[:SHOWN]],
            "errors_total": getattr(error, "count", len(faults)),
        }
    return about


def fault(problem: Any) -> dict[str, Any]:
    """One fault of the input: where it is, what was given and what is allowed."""
    return {
        "row": problem.row,
        "column": None if problem.column is None else shown(problem.column),
        "value": json_value(problem.value),
        "kind": problem.kind,
        "allowed": problem.allowed,
        "message": problem.message,
    }


def headers_of(error: Exception) -> dict[str, str]:
    """The headers that a refusal needs: how to identify oneself (RFC 9110, 11.6.1), when to come again."""
    headers = dict(getattr(error, "headers", None) or {})
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, -int(-retry_after // 1)))
    if status_of(error) == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="workbench"')
    return headers


def problem(error: Exception, request_id: str, path: str, dialect: Dialect = dict) -> Response:
    """The response that says what went wrong; `dialect` adds what a protocol wants beside. It never fails."""
    try:
        body = orjson.dumps(dialect(document(error, request_id, path)), default=shown, option=orjson.OPT_NON_STR_KEYS)
        return Response(body, status_of(error), headers_of(error), MEDIA_TYPE)
    except Exception:
        logger.exception("The problem document of request %s cannot be written.", request_id)
        return Response(_last_resort(request_id, path, dialect), 500, media_type=MEDIA_TYPE)


def _last_resort(request_id: str, path: str, dialect: Dialect) -> bytes:
    """A problem document with nothing in it that somebody sent, but for the path in ASCII."""
    about: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES[500],
        "status": 500,
        "detail": f"Something went wrong in the workbench; its log has the cause under {request_id}.",
        "instance": path[:LONGEST].encode("ascii", "backslashreplace").decode(),
        "request_id": request_id,
    }
    return orjson.dumps(dialect(about))

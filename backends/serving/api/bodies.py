"""What a prediction request carries: rows as records or as columns, and how they are to be treated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import ClientDisconnect, Request

from backends.errors import WorkbenchError
from backends.serving.api.encodings import unpacked
from backends.serving.api.problems import BodyTooLarge, HttpRefusal, UnsupportedMedia
from backends.serving.shown import shown
from backends.settings import MEGABYTE

if TYPE_CHECKING:
    from backends.serving.api.edge import Call
    from backends.serving.predictions import OnError, Unusual
    from backends.serving.service import Options as ServiceOptions

RECORDS = 'Send an object such as {"records": [{…}]}; NaN and Infinity are not JSON, null is.'
JSON = "application/json"
DIGITS = 18  # of a length in a header; one with more is too large by those
BODIES = ("records", "columns")
CHOICES: dict[str, tuple[Any, ...]] = {
    "unusual": ("refuse", "accept"),
    "on_error": ("fail", "skip"),
    "probabilities": (True, False),
}
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True)
class Options:
    """How rows are treated.

    `unusual`: what is missing, out of range or a level never seen in training is refused, or accepted with a warning.
    `on_error`: one bad row fails all, or is skipped and named. `probabilities`: whether they are in the answer.
    """

    unusual: Unusual = "refuse"
    on_error: OnError = "fail"
    probabilities: bool = True

    def for_service(self, request_id: str) -> ServiceOptions:
        """The options as the service has them."""
        from backends.serving.service import Options as ServiceOptions

        return ServiceOptions(self.unusual, self.on_error, request_id)


_USUAL = Options()


@dataclass(frozen=True)
class Asked:
    """The rows of a JSON request, as a list of records or a mapping of columns, and its options."""

    rows: list[Any] | dict[str, Any]
    options: Options

    @property
    def count(self) -> int:
        """The number of rows."""
        if isinstance(self.rows, list):
            return len(self.rows)
        return max((len(values) for values in self.rows.values() if isinstance(values, list)), default=0)


def media_type(call: Call) -> str:
    """The media type of the body without its parameters, in lower case; JSON where none is said."""
    return call.headers.get("content-type", JSON).partition(";")[0].strip().lower()


async def read_json(call: Call, max_mb: int, hint: str = RECORDS) -> Any:
    """The body as JSON. Raises for another media type (415), too many bytes (413) and what is not JSON (400).

    `hint` says what JSON would do.
    """
    kind = media_type(call)
    if kind != JSON and not kind.endswith("+json"):
        raise UnsupportedMedia(f"A body of type {kind[:80]!r} is not read here.", hint=f"Send {JSON}.")
    body = await read_bytes(call, max_mb)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise HttpRefusal(
            f"The body is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.",
            hint=hint,
        ) from None


async def read_bytes(call: Call, max_mb: int) -> bytes:
    """The whole body, at most `max_mb` megabytes; raises BodyTooLarge as soon as that is clear."""
    limit = max_mb * MEGABYTE
    check_length(call, max_mb)
    parts, size = [], 0
    async for part in stream(call):
        size += len(part)
        if size > limit:
            raise too_large(max_mb)
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def stream(call: Call) -> AsyncIterator[bytes]:
    """The body's pieces, unpacked where they come compressed: see `encodings`."""
    async for part in unpacked(_received(call.request), call.headers.get("content-encoding", "")):
        yield part


async def _received(request: Request) -> AsyncIterator[bytes]:
    """The pieces as they come; a client that goes away in the middle of it is refused, not a fault of ours."""
    try:
        async for part in request.stream():
            if part:
                yield part
    except ClientDisconnect:
        raise HttpRefusal("The body ended before it was complete.", hint="Send it again.") from None


def check_length(call: Call, max_mb: int) -> None:
    """Raise BodyTooLarge where the header already says that the body is too long."""
    length = call.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:DIGITS]) > max_mb * MEGABYTE:
        raise too_large(max_mb)


def too_large(max_mb: int) -> BodyTooLarge:
    """The error of a body with more than `max_mb` megabytes."""
    return BodyTooLarge(
        f"The body is larger than {max_mb:,} MB.",
        hint="Send the rows in parts, or a larger file as CSV or Parquet; WORKBENCH_MAX_REQUEST_MB and "
        "WORKBENCH_MAX_UPLOAD_MB set the limits.",
    )


def asked(body: Any, given: Options) -> Asked:
    """The rows and options of a JSON body: `{"records": […]}`, `{"columns": {…}}`, or a bare list of records.

    Raises WorkbenchError for anything else.

    >>> asked({"columns": {"age": [31, 44]}, "on_error": "skip"}, Options()).count
    2
    >>> asked([{"age": 31}], Options()).options.on_error
    'fail'
    """
    if isinstance(body, list):
        return Asked(_records(body), given)
    if not isinstance(body, dict):
        raise WorkbenchError(f"The body is {_kind(body)}.", hint='Send an object such as {"records": [{…}]}.')
    options = chosen({name: value for name, value in body.items() if name not in BODIES}, given)
    there = [name for name in BODIES if name in body]
    if len(there) != 1:
        found = "neither 'records' nor" if not there else "both 'records' and"
        raise WorkbenchError(f"The body has {found} 'columns'.", hint="Give the rows in one of the two.")
    rows = body[there[0]]
    return Asked(_records(rows) if there[0] == "records" else _columns(rows), options)


def chosen(given: Mapping[str, Any], start: Options = _USUAL) -> Options:
    """`start` with the options that are given; raises WorkbenchError for an unknown name or value.

    >>> chosen({"unusual": "accept", "probabilities": "false"})
    Options(unusual='accept', on_error='fail', probabilities=False)
    """
    if not given:
        return start
    found: dict[str, Any] = {}
    for name, value in given.items():
        allowed = CHOICES.get(name)
        if allowed is None:
            raise WorkbenchError(f"There is no option {name[:80]!r}.", hint=f"The options are {', '.join(CHOICES)}.")
        plain = _WORDS.get(value.lower(), value) if allowed[0] is True and isinstance(value, str) else value
        if not isinstance(plain, type(allowed[0])) or plain not in allowed:
            words = " or ".join(str(one).lower() for one in allowed)
            raise WorkbenchError(f"The option {name!r} is {shown(value, 80)!r}.", hint=f"It can be {words}.")
        found[name] = plain
    return replace(start, **found)


def options_in_address(call: Call) -> Options:
    """The options among the parameters of the address; the others are none of its business."""
    return chosen({name: value for name, value in call.parameters.items() if name in CHOICES})


def _records(rows: Any) -> list[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        kind = _kind(rows) if not isinstance(rows, list) else _kind(next(r for r in rows if not isinstance(r, dict)))
        raise WorkbenchError(
            f"A record is {kind}." if isinstance(rows, list) else f"The records are {kind}.",
            hint='Send a list of objects, one per row: [{"column": value, …}, …].',
        )
    return _some(rows, len(rows))


def _columns(columns: Any) -> dict[str, Any]:
    if not isinstance(columns, dict):
        raise WorkbenchError(f"The columns are {_kind(columns)}.", hint='Send {"column": [value, …], …}.')
    odd = next((name for name, values in columns.items() if not isinstance(values, list)), None)
    if odd is not None:
        raise WorkbenchError(
            f"Column {odd[:80]!r} is {_kind(columns[odd])}.", hint="Give a list with one value per row."
        )
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise WorkbenchError(
            f"The columns differ in length: {min(lengths)} to {max(lengths)} values.", hint="Give one value per row."
        )
    return _some(columns, max(lengths, default=0))


def _some(rows: Any, count: int) -> Any:
    if not count:
        raise WorkbenchError("There are no rows.", hint="Send at least one.")
    return rows


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")

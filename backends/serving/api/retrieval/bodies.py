"""The bodies of requests about collections: read as those of the model API are, refused in words of their own."""

from __future__ import annotations

from typing import Any

import orjson

from backends.serving.api.bodies import JSON, media_type, read_bytes
from backends.serving.api.edge import Call
from backends.serving.api.problems import BodyTooLarge, HttpRefusal, UnsupportedMedia


async def read_data(call: Call, too_large: str = "Send less at once") -> bytes:
    """The whole body. Raises BodyTooLarge (413), with `too_large` as the way out."""
    try:
        return await read_bytes(call, call.service.settings.max_request_mb)
    except BodyTooLarge as error:
        raise BodyTooLarge(error.message, f"{too_large}; WORKBENCH_MAX_REQUEST_MB sets the limit.") from None


async def read_object(call: Call, example: str, too_large: str = "Send less at once") -> Any:
    """The body as JSON, which need not be an object: `choices.chosen` tells. `example` shows one that is right.

    Raises for another media type (415), too many bytes (413) and what is not JSON (400).
    """
    kind = media_type(call)
    if kind != JSON and not kind.endswith("+json"):
        raise UnsupportedMedia(f"A body of type {kind[:80]!r} is not read here.", hint=f"Send {JSON}.")
    body = await read_data(call, too_large)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"The body is not JSON: {error.msg}, line {error.lineno}, column {error.colno}."
        raise HttpRefusal(message, hint=f"Send an object such as {example}.") from None

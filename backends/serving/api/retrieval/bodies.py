"""The bodies of requests about collections: read as those of the model API are, refused in words of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backends.serving.api.bodies import read_bytes, read_json
from backends.serving.api.edge import Call
from backends.serving.api.problems import BodyTooLarge


async def read_data(call: Call, too_large: str = "Send less at once") -> bytes:
    """The whole body. Raises BodyTooLarge (413), with `too_large` as the way out."""
    with _way_out(too_large):
        return await read_bytes(call, call.service.settings.max_request_mb)


async def read_object(call: Call, example: str, too_large: str = "Send less at once") -> Any:
    """The body as JSON, which need not be an object: `choices.chosen` tells. `example` shows one that is right.

    Raises for another media type (415), too many bytes (413) and what is not JSON (400).
    """
    with _way_out(too_large):
        return await read_json(call, call.service.settings.max_request_mb, f"Send an object such as {example}.")


@contextmanager
def _way_out(too_large: str) -> Iterator[None]:
    try:
        yield
    except BodyTooLarge as error:
        raise BodyTooLarge(error.message, f"{too_large}; WORKBENCH_MAX_REQUEST_MB sets the limit.") from None

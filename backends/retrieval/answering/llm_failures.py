"""What can go wrong with a language model's server, in words for whoever asked."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from backends.errors import UnavailableError

SHOWN = 200  # characters of a server's own words
MALFORMED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)  # what odd JSON does to its readers


class LLMFailed(UnavailableError):  # noqa: N818 what has failed is the language model, not we
    """The server did not give an answer that can be used.

    `again` are the seconds after which the same request may be answered: 0 where the server says nothing about it, None
    where waiting does not help.
    """

    def __init__(self, message: str, hint: str = "", again: float | None = None) -> None:
        super().__init__(message, hint)
        self.again = again


def failure(error: Exception, address: str, key: str = "") -> LLMFailed:
    """`error` in words, with nothing of `key` in them. An error that no server can cause is raised as it is."""
    import openai

    if isinstance(error, LLMFailed):
        return error
    if isinstance(error, openai.APITimeoutError):
        return LLMFailed(f"{address} did not answer in time.", hint="Raise WORKBENCH_LLM_TIMEOUT_SECONDS.")
    if isinstance(error, openai.APIConnectionError):
        reason = _brief(error.__cause__ or error, key)
        return LLMFailed(f"{address} cannot be reached ({reason}).", "Is it running, and is the address right?", 0.0)
    if isinstance(error, openai.APIStatusError):
        return _refused(error, address, key)
    if isinstance(error, openai.APIError):
        return LLMFailed(f"{address} reports an error: {_brief(error.message, key)}", hint="Its log may say more.")
    if isinstance(error, MALFORMED):
        return LLMFailed(f"{address} sent something that is not of the protocol.", hint="Its log may say more.")
    raise error


WAYS_OUT = {
    400: "It may not take this model, temperature or length: see WORKBENCH_LLM_MODEL and its neighbours.",
    401: "Set WORKBENCH_LLM_API_KEY to a key that it knows.",
    403: "Set WORKBENCH_LLM_API_KEY to a key that may use this model.",
    404: "Check WORKBENCH_LLM_BASE_URL, which mostly ends in /v1, and WORKBENCH_LLM_MODEL.",
    429: "Ask again later.",
}
PASSING = {408, 409, 425, 429, 500, 502, 503, 504}  # statuses after which the same request may be answered


def _refused(error: Any, address: str, key: str) -> LLMFailed:
    """A status that is no success, with what the server says about it."""
    status = int(error.status_code)
    body = error.body
    said = body.get("message") if isinstance(body, dict) else None
    words = f": {_brief(said, key)}" if isinstance(said, str) and said.strip() else ""
    again = retry_after(error.response.headers.get("retry-after", "")) if status in PASSING else None
    return LLMFailed(f"{address} answers {status}{words}.", WAYS_OUT.get(status, "Its log may say more."), again)


def retry_after(value: str) -> float:
    """The seconds of a header `Retry-After` (RFC 9110, 10.2.3: a number, or a date); 0 for what is neither.

    >>> retry_after("7"), retry_after("soon"), retry_after("Wed, 21 Oct 2015 07:28:00 GMT")
    (7.0, 0.0, 0.0)
    """
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except (ValueError, OverflowError):
        return 0.0


def _brief(said: Any, key: str) -> str:
    """A server's own words on one line: the first of them, and never the key."""
    text = " ".join(str(said).split())
    text = text.replace(key, "…") if key else text
    return (text if len(text) <= SHOWN else text[:SHOWN] + " …").rstrip(".")

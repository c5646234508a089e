"""What is taken from a language model's server, checked where it leaves the wire: type, size and time.

The `openai` package waits for each piece with a limit, but not for all of them together, and reads an error of any
length into memory. The guard here stands below it, in the HTTP client's own hook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, Any

from backends.retrieval.answering.llm_failures import LLMFailed

if TYPE_CHECKING:
    import httpx2

STREAM, JSON = "text/event-stream", "application/json"
HEAD_BYTES = 256 * 1024  # a list of models, an error, comments that keep a connection alive
TOKEN_BYTES = 2_000  # of one event of a stream: a token comes wrapped in some hundreds of bytes


def guarded_client(address: str, seconds: float, total: float, max_tokens: int) -> httpx2.Client:
    """An HTTP client that follows no redirect and hands on bounded answers alone.

    `seconds` is the longest wait for a piece, `total` for all of an answer. Redirects are not followed since the
    question and the key would go where nobody sent them. Raises LLMFailed out of the answer's stream.
    """
    from openai import DefaultHttpxClient, Timeout

    limit = HEAD_BYTES + TOKEN_BYTES * max_tokens

    def guard(response: Any) -> None:
        check_kind(response, address)
        response.stream = bounded(response.stream, _Meter(address, limit, monotonic() + total))

    timeout = Timeout(seconds, connect=min(seconds, 10.0))
    return DefaultHttpxClient(timeout=timeout, follow_redirects=False, event_hooks={"response": [guard]})


def check_kind(response: Any, address: str) -> None:
    """Raise LLMFailed for an answer that is packed, moved, or of another type than was asked for."""
    packing = response.headers.get("content-encoding", "identity")
    if packing != "identity":  # what it unpacks to is not bounded
        raise LLMFailed(f"{address} packed its answer ({packing[:40]!r}) unasked.", "Turn compression off there.")
    if response.is_redirect:
        raise LLMFailed(
            f"{address} redirects to another address ({response.status_code}), which is not followed.",
            hint="Set WORKBENCH_LLM_BASE_URL to the address that answers itself.",
        )
    wanted = JSON if response.request.method == "GET" else STREAM
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.is_success and kind != wanted:
        raise LLMFailed(
            f"{address} answers with {kind[:80] or 'no content type'!r} instead of {wanted!r}.",
            hint="Set WORKBENCH_LLM_BASE_URL to the address of an OpenAI-compatible API, which mostly ends in /v1.",
        )


class _Meter:
    """Counts an answer's bytes and looks at the clock."""

    def __init__(self, address: str, limit: int, deadline: float) -> None:
        self._address, self._left, self._deadline = address, limit, deadline

    def __call__(self, size: int) -> None:
        """Count `size` bytes more. Raises LLMFailed."""
        self._left -= size
        if self._left < 0:
            raise LLMFailed(
                f"{self._address} sent more bytes than its answer can have.", "Lower WORKBENCH_LLM_MAX_TOKENS."
            )
        if monotonic() > self._deadline:
            raise LLMFailed(
                f"{self._address} did not come to an end of its answer in time.",
                hint="Raise WORKBENCH_LLM_TIMEOUT_SECONDS, or ask a faster model.",
            )


def bounded(stream: Any, meter: Callable[[int], None]) -> httpx2.SyncByteStream:
    """The same stream, each piece of which is counted by `meter` before it is handed on."""
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for piece in stream:
                meter(len(piece))
                yield piece

        def close(self) -> None:
            stream.close()

    return Bounded()

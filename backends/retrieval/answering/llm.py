"""A server that words answers and speaks the OpenAI protocol: vLLM, Ollama, llama.cpp and others."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from backends.errors import WorkbenchError, shown_address
from backends.retrieval.answering.deltas import Delta, spoken
from backends.retrieval.answering.llm_failures import LLMFailed, failure
from backends.retrieval.answering.llm_wire import guarded_client
from backends.settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI

Message = dict[str, str]  # "role" and "content"

TRIES = 3  # of a request to which nothing has come yet
WAIT_SECONDS = 0.5  # before the second try, and twice that before the third
LONGEST_WAIT = 10.0  # that a server may ask for: whoever asked is waiting
LONGEST_TOKEN = 16  # characters: a server that sends more than these for each token does not keep to the limit
WHOLE = 5  # an answer as a whole may take this many times the limit for one piece of it


@dataclass(frozen=True)
class Client:
    """One model of one server, and how it is asked."""

    base_url: str
    key: str = field(default="", repr=False)
    model: str = ""  # empty: the first that the server lists
    temperature: float = 0.0
    max_tokens: int = 800
    timeout: float = 60.0  # seconds to wait for the next piece
    wait: Callable[[float], None] = field(default=time.sleep, repr=False)

    @classmethod
    def open(cls, settings: Settings) -> Client | None:
        """The client that the settings describe, None where they name no server. Nothing is asked yet.

        Raises WorkbenchError for an address, a key or a temperature that cannot be.

        >>> Client.open(Settings()) is None
        True
        >>> Client.open(Settings(llm_base_url="file:///etc/passwd"))
        Traceback (most recent call last):
        backends.errors.WorkbenchError: WORKBENCH_LLM_BASE_URL is 'file:///etc/passwd', which is no http address. ...
        """
        if not settings.llm_base_url.strip():
            return None
        if not 0 <= settings.llm_temperature <= 2:
            raise WorkbenchError(
                f"WORKBENCH_LLM_TEMPERATURE is {settings.llm_temperature}.", hint="Set it to a number from 0 to 2."
            )
        key = settings.llm_api_key.strip()
        if not (key.isascii() and key.isprintable()):
            raise WorkbenchError(
                "WORKBENCH_LLM_API_KEY has characters that no header can hold.", hint="Copy it anew, on one line."
            )
        return cls(
            checked_address(settings.llm_base_url.strip()),
            key,
            settings.llm_model.strip(),
            settings.llm_temperature,
            max(1, settings.llm_max_tokens),
            float(max(1, settings.llm_timeout_seconds)),
        )

    @property
    def address(self) -> str:
        """The server's address without the path, for messages."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.base_url))

    def settled(self) -> Client:
        """The same client with the name of its model: the first that the server lists where none is set.

        Raises LLMFailed.
        """
        return self if self.model else replace(self, model=self._trying(self.listed)[0])

    def stream(self, messages: Sequence[Message]) -> Generator[Delta]:
        """The answer to `messages`, as it comes. Closing the generator ends the request.

        A request to which nothing came is tried again where that may help, `TRIES` in all. Raises LLMFailed, also for
        an answer that breaks off: what came before has been handed on then.
        """
        opened = self._trying(lambda: self._opened(messages))
        try:
            yield from self._read(opened)
        finally:
            opened.close()

    def complete(self, messages: Sequence[Message]) -> str:
        """All of the answer to `messages`, without thoughts before it; at most `max_tokens`, where it is cut.

        Raises LLMFailed, also for an answer that breaks off or is empty.
        """
        client = self.settled()
        text = "".join(delta.text for delta in spoken(client.stream(messages))).strip()
        if not text:
            raise LLMFailed(
                f"{client.model} gave an empty answer.", hint="Set another model, or raise the limit of tokens."
            )
        return text

    def _trying(self, work: Callable[[], Any]) -> Any:
        for number in range(TRIES):
            try:
                return work()
            except LLMFailed as error:
                pause = error.again
                if pause is None or pause > LONGEST_WAIT or number == TRIES - 1:
                    raise
            self.wait(pause or WAIT_SECONDS * 2**number)
        raise AssertionError("the last try returns or raises")

    def listed(self) -> list[str]:
        """The names of the models that the server has, asked once. Raises LLMFailed, also where it has none."""
        with self._connected() as api:
            try:
                names = [str(one.id) for one in api.models.list(extra_headers=self._headers).data]
            except Exception as error:
                raise failure(error, self.address, self.key) from None
        if not names:
            raise LLMFailed(f"{self.address} lists no model.", hint="Load one there, or set WORKBENCH_LLM_MODEL.")
        return names

    def _opened(self, messages: Sequence[Message]) -> _Opened:
        from openai import OpenAIError

        asked: Any = {"model": self.model, "messages": list(messages), "stream": True}
        asked |= {"temperature": self.temperature, "max_tokens": self.max_tokens, "extra_headers": self._headers}
        api = self._connected()
        try:
            return _Opened(api, api.chat.completions.create(**asked))
        except (OpenAIError, LLMFailed) as error:
            api.close()
            raise failure(error, self.address, self.key) from None

    def _read(self, opened: _Opened) -> Generator[Delta]:
        """The texts of a stream. Raises LLMFailed where it ends without having said that the answer is complete."""
        finish, length = "", 0
        try:
            for event in opened.stream:
                text, finish = _said(event)
                length += len(text)
                if length > LONGEST_TOKEN * self.max_tokens:
                    yield Delta("", "length")
                    return
                if text or finish:
                    yield Delta(text, finish)
                if finish:
                    return
        except Exception as error:
            raise failure(error, self.address, self.key) from None
        raise LLMFailed(f"{self.address} ended the connection before the answer was complete.")

    def _connected(self) -> OpenAI:
        from openai import OpenAI

        http = guarded_client(self.address, self.timeout, WHOLE * self.timeout, self.max_tokens)
        return OpenAI(api_key=self.key or "none", base_url=self.base_url, max_retries=0, http_client=http)

    @property
    def _headers(self) -> dict[str, Any]:
        """What each request bears. The environment variables of the `openai` package are meant for another server."""
        from openai import omit

        signed = f"Bearer {self.key}" if self.key else omit
        plain = {"Accept-Encoding": "identity", "OpenAI-Organization": omit, "OpenAI-Project": omit}
        return {**plain, "Authorization": signed}


@dataclass(frozen=True)
class _Opened:
    api: OpenAI
    stream: Any

    def close(self) -> None:
        self.stream.close()
        self.api.close()


def checked_address(address: str) -> str:
    """`address` without its last slash. Raises WorkbenchError for what is no http address, or holds a password.

    >>> checked_address("http://localhost:11434/v1/")
    'http://localhost:11434/v1'
    """
    try:
        parts = urlsplit(address)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known:
        raise WorkbenchError(
            f"WORKBENCH_LLM_BASE_URL is {shown_address(address)!r}, which is no http address.",
            hint="Set it to an address such as http://localhost:11434/v1.",
        )
    if "@" in parts.netloc:
        raise WorkbenchError(
            "WORKBENCH_LLM_BASE_URL holds a user name or password.", hint="Put the key into WORKBENCH_LLM_API_KEY."
        )
    return address.rstrip("/")


def _said(event: Any) -> tuple[str, str]:
    """Text and finish reason of one event; what a server leaves out or fills oddly is nothing."""
    choices = getattr(event, "choices", None)
    if not choices:
        return "", ""
    text = getattr(getattr(choices[0], "delta", None), "content", None)
    finish = getattr(choices[0], "finish_reason", None)
    return (text if isinstance(text, str) else ""), (finish if isinstance(finish, str) else "")

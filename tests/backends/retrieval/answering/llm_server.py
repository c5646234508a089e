"""A server on this machine that speaks the OpenAI protocol, and misbehaves in every way that real ones do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handler = Callable[["Conversation"], None]
GOOD = "Ice melts at 273 kelvin [1]. Water boils at 373 kelvin [2]."
KEY = "sk-secret-9"


class Conversation(BaseHTTPRequestHandler):
    """One request. What came is kept in `server.seen`, what is answered is a row of `MODES`."""

    server: LLMServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append(("GET", self.path, {name.title(): value for name, value in self.headers.items()}, None))
        if self.server.mode == "models_500":
            self.status(500, {"error": {"message": "no disk"}})
        elif self.path == "/v1/models":
            models = (
                [] if self.server.mode == "no_models" else [{"id": name, "object": "model"} for name in ("tiny", "big")]
            )
            self.status(200, {"object": "list", "data": models})
        else:
            self.status(404, {"error": {"message": f"nothing at {self.path}"}})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append(
            ("POST", self.path, {name.title(): value for name, value in self.headers.items()}, body)
        )
        MODES[self.server.mode](self)

    def head(self, status: int = 200, kind: str = "text/event-stream; charset=utf-8", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()

    def status(self, status: int, body: Any, **headers: str) -> None:
        self.head(status, "application/json", **headers)
        self.wfile.write(json.dumps(body).encode())

    def data(self, text: str) -> None:
        self.wfile.write(f"data: {text}\n\n".encode())
        self.wfile.flush()

    def words(self, text: str) -> None:
        """The text in pieces of a few characters, as a model makes them."""
        for at in range(0, len(text), 7):
            self.data(chunk(text[at : at + 7]))

    def end(self, finish: str = "stop") -> None:
        self.data(chunk("", finish))
        self.data("[DONE]")

    def log_message(self, *args: Any) -> None:
        """Nothing: the tests' output stays clean."""


def chunk(text: str, finish: str | None = None) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return json.dumps(
        {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [choice]}
    )


def said(text: str, finish: str = "stop") -> Handler:
    """Answer with this text."""

    def handle(to: Conversation) -> None:
        to.head()
        to.words(text)
        to.end(finish)

    return handle


def slow(to: Conversation) -> None:
    to.head()
    to.words("Ice melts at")
    to.server.stopped.wait(5)


def dripping(to: Conversation) -> None:
    """Comments keep the connection alive for ever, and no word comes."""
    to.head()
    while not to.server.stopped.wait(0.05):
        try:
            to.wfile.write(b": still here\n\n")
        except OSError:
            return


def cut_off(to: Conversation) -> None:
    to.head()
    to.words("Ice melts at 273 kelvin [1]. Water bo")


def malformed(to: Conversation) -> None:
    to.head()
    to.data('{"choices": [{"delta": {"cont')


def malformed_later(to: Conversation) -> None:
    to.head()
    to.words("Ice melts at 273 kelvin [1].")
    to.data("{nonsense")


def odd_events(to: Conversation) -> None:
    """What real servers also send: no choices, no delta, no content, a comment, reasoning beside the answer."""
    to.head()
    to.wfile.write(b": ping\n\n")
    for event in ({"choices": []}, {"choices": [{"delta": None}]}, {"choices": [{"delta": {"role": "assistant"}}]}):
        to.data(json.dumps(event))
    to.data(json.dumps({"choices": [{"delta": {"content": None, "reasoning_content": "Hm."}}]}))
    to.words(GOOD)
    to.end()


def no_done(to: Conversation) -> None:
    to.head()
    to.words(GOOD)
    to.data(chunk("", "stop"))


def html(to: Conversation) -> None:
    to.head(200, "text/html")
    to.wfile.write(b"<h1>Welcome</h1>")


def packed(to: Conversation) -> None:
    to.head(Content_Encoding="gzip")
    to.wfile.write(b"\x1f\x8b")


def error_event(to: Conversation) -> None:
    to.head()
    to.data(json.dumps({"error": {"message": f"out of memory; your key is {KEY}"}}))


def limited(to: Conversation) -> None:
    """429 on the first request, an answer on the next."""
    first = sum(method == "POST" for method, *_ in to.server.seen) == 1
    if first:
        to.status(429, {"error": {"message": "slow down"}}, Retry_After="1")
    else:
        said(GOOD)(to)


def limited_for_long(to: Conversation) -> None:
    to.status(429, {"error": {"message": "slow down"}}, Retry_After="3600")


def broken(to: Conversation) -> None:
    to.status(500, {"error": {"message": f"CUDA error for {KEY}"}})


def wrong_key(to: Conversation) -> None:
    to.status(401, {"error": {"message": f"Incorrect API key provided: {KEY}"}})


def huge_error(to: Conversation) -> None:
    to.head(400, "application/json")
    try:
        while not to.server.stopped.is_set():
            to.wfile.write(b"x" * 65536)
    except OSError:
        return


def huge(to: Conversation) -> None:
    to.head()
    try:
        while not to.server.stopped.is_set():
            to.data(chunk("Ice melts at 273 kelvin [1]. " * 20))
    except OSError:
        return


def one_endless_line(to: Conversation) -> None:
    to.head()
    try:
        while not to.server.stopped.is_set():
            to.wfile.write(b"data: " + b"x" * 65536)
    except OSError:
        return


def moved(to: Conversation) -> None:
    to.head(307, Location=f"http://localhost:{to.server.server_port}/elsewhere/chat/completions")


def echo(to: Conversation) -> None:
    said(to.server.seen[-1][3]["messages"][-1]["content"])(to)


MODES: dict[str, Handler] = {
    "good": said(GOOD),
    "empty": said(""),
    "thinking": said("<think>The user asks about ice. [7]</think>\n\n" + GOOD),
    "too_long": said("Ice melts at 273 kelvin [1]. Water boi", "length"),
    "wrong_citations": said("Ice melts at 273 kelvin [1][99]. Water boils at 373 kelvin [98]. Salt is cheap."),
    "wrong_numbers": said("Ice melts at 355 kelvin [1]."),
    "unknowing": said("Not in your documents."),
    "models_500": said(GOOD),
    "no_models": said(GOOD),
}
for _mode in (slow, dripping, cut_off, malformed, malformed_later, odd_events, no_done, html, packed, error_event):
    MODES[_mode.__name__] = _mode
for _mode in (limited, limited_for_long, broken, wrong_key, huge_error, huge, one_endless_line, moved, echo):
    MODES[_mode.__name__] = _mode


class LLMServer(ThreadingHTTPServer):
    """Misbehaves in the way of `mode`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mode = "good"
        self.seen: list[tuple[str, str, dict[str, str], Any]] = []
        self.stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away is what is tested."""


@contextmanager
def llm_server() -> Iterator[LLMServer]:
    server = LLMServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join(2)

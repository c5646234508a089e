"""A small reverse proxy such as stands in front of a workbench: at a path prefix, with TLS, and it can be cut."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

CHUNK = 65_536  # bytes


@dataclass
class Proxy:
    """What it does to a request: `prefix` is the path it stands at, taken off where `strip` is set."""

    upstream: int  # port of the workbench
    prefix: str = ""
    strip: bool = False
    tls: ssl.SSLContext | None = None
    port: int = 0
    streams: list[str] = field(default_factory=list)  # heads of the websockets that were opened, the first first
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where a browser finds the workbench behind it."""
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}{self.prefix}"

    def cut(self) -> None:
        """Break every websocket off, as a train in a tunnel does."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def rewritten(self, head: str, peer: str) -> str:
        """The head of a request as the workbench gets it."""
        request, *headers = head.split("\r\n")
        more = {"X-Forwarded-For": peer, "X-Forwarded-Proto": "https" if self.tls else "http"}
        if self.strip:
            request = request.replace(f" {self.prefix}", " ", 1).replace("  ", " / ")
            more["X-Forwarded-Prefix"] = self.prefix
        if not is_websocket(head):
            headers = [line for line in headers if not line.lower().startswith("connection:")]
            more["Connection"] = "close"
        return "\r\n".join([request, *(f"{name}: {value}" for name, value in more.items()), *headers])

    def serve(self, browser: socket.socket, peer: str) -> None:
        """Pass one connection on, which is one request or one websocket."""
        received = b""
        while b"\r\n\r\n" not in received:
            part = browser.recv(CHUNK)
            if not part:
                return
            received += part
        head, _, rest = received.partition(b"\r\n\r\n")
        text = head.decode("latin-1")
        with socket.create_connection(("127.0.0.1", self.upstream)) as workbench:
            if is_websocket(text):
                self.streams.append(text)
                self._open += [browser, workbench]
            workbench.sendall(self.rewritten(text, peer).encode("latin-1") + b"\r\n\r\n" + rest)
            back = threading.Thread(target=pump, args=(workbench, browser), daemon=True)
            back.start()
            pump(browser, workbench)
            back.join()


@contextmanager
def running(proxy: Proxy) -> Iterator[Proxy]:
    """Start the proxy on a free port; ends it afterwards."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                plain = self.request
                browser = proxy.tls.wrap_socket(plain, server_side=True) if proxy.tls else plain
                with browser:
                    proxy.serve(browser, str(self.client_address[0]))

    class Server(ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        proxy.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield proxy
        proxy.cut()
        server.shutdown()


def certificate(folder: Path) -> ssl.SSLContext:
    """A certificate for localhost that nobody knows, made on the spot."""
    key, chain = folder / "key.pem", folder / "chain.pem"
    command: list[Any] = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", chain]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context


def is_websocket(head: str) -> bool:
    """Whether a request's head asks for a websocket."""
    return re.search(r"^upgrade: *websocket", head, re.IGNORECASE | re.MULTILINE) is not None


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Copy bytes until the source has no more, and tell the sink."""
    with suppress(OSError):
        while part := source.recv(CHUNK):
            sink.sendall(part)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)

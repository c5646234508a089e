from __future__ import annotations

import socket

from backends.serving.sockets import send_at_once


def test_connections_that_come_later_send_at_once_and_the_socket_goes_on_listening() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert send_at_once() >= 1
        with socket.create_connection(listening.getsockname(), timeout=5) as client:
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                accepted.sendall(b"here")
                assert client.recv(4) == b"here"

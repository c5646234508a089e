"""Answers that leave at once: without Nagle's algorithm (RFC 896), which holds a small second packet back.

An answer goes out as head and body. With the algorithm on, the body waits until the client has acknowledged the head,
which clients put off by 40 ms: each request on a connection that is kept open takes that long. asyncio turns it off
for sockets that it opened itself; `streamlit run` opens its own, and for those it does not.
"""

from __future__ import annotations

import logging
import os
import socket

import psutil

log = logging.getLogger(__name__)


def send_at_once() -> int:
    """Set TCP_NODELAY on every TCP socket that this process listens on, for the connections that it will accept.

    An accepted connection has the options of the socket that listened. Call it when the server is about to start; gives
    the number of sockets.
    """
    try:
        listening = [one for one in psutil.Process().net_connections("tcp") if one.status == psutil.CONN_LISTEN]
    except psutil.Error as error:
        log.warning("The server's sockets cannot be listed, so answers may be slow: %s", error)
        return 0
    for one in listening:
        with socket.socket(fileno=os.dup(one.fd)) as same:  # of the same socket; closing this one leaves it open
            same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return len(listening)

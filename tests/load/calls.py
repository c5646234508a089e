"""Programs that ask for predictions: ``python -m tests.load.calls PORT SECONDS PAUSE`` prints what came of it as JSON.

It is a process of its own, so that the time it takes to send and read is not taken from the visitors'.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field

import numpy as np

CONNECTIONS = 16
MODEL, KEY = "ages", "load-test-key"
SHOWN = 20
PATIENCE = 30.0  # seconds for one answer
BODY = json.dumps({"records": [{"age": 41}, {"age": 52}]}).encode()
REQUEST = (
    f"POST /api/v1/models/{MODEL}/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    f"Authorization: Bearer {KEY}\r\nContent-Length: {len(BODY)}\r\n\r\n"
).encode() + BODY


@dataclass
class Calls:
    """How many requests were answered, how quickly (milliseconds), and how often and how it went wrong."""

    requests: int = 0
    seconds: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    failed: int = 0
    errors: list[str] = field(default_factory=list)


async def call(port: int, seconds: float, pause: float) -> Calls:
    """Keep the connections asking for so many seconds, each waiting `pause` seconds after an answer."""
    times: list[float] = []
    errors: list[str] = []
    began = time.perf_counter()
    asked = [_connection(port, began + seconds, pause, times, errors) for _ in range(CONNECTIONS)]
    ends = await asyncio.gather(*asked, return_exceptions=True)
    errors += [f"{type(end).__name__}: {end}" for end in ends if end is not None]
    p50, p95 = np.percentile(times, [50, 95]) * 1_000 if times else (0.0, 0.0)
    return Calls(len(times), time.perf_counter() - began, float(p50), float(p95), len(errors), errors[:SHOWN])


async def _connection(port: int, until: float, pause: float, times: list[float], errors: list[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        sent = time.perf_counter()
        writer.write(REQUEST)
        head, body = await asyncio.wait_for(_answer(reader), PATIENCE)
        times.append(time.perf_counter() - sent)
        if not head.startswith(b"HTTP/1.1 200") or b'"yes"' not in body:
            errors.append((head.split(b"\r\n")[0] + b" " + body[:200]).decode(errors="replace"))
        await asyncio.sleep(pause)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    return head, await reader.readexactly(int(lines[b"content-length"]))


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(call(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))))))

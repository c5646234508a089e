"""The process that reads documents for another one: ``python -m backends.retrieval.documents.reading_process``.

On standard input comes a line of JSON for each file, with so many bytes behind it as it says; on standard output goes
one line of JSON for each. The end of the input ends the process. Its memory is bounded by the system, and so is the
time for each file: a signal that nothing catches ends the process when it is over, also inside a native library.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from backends.query.bounds import bound_memory
from backends.retrieval.documents.document import Document
from backends.retrieval.documents.unreadable import Unreadable
from backends.retrieval.documents.wire import refusal, told
from backends.settings import MEGABYTE, Settings

KEPT_MB = 400  # a process that holds more than this after a document ends, and gives it back

Read = Callable[..., Document]


def main(address: str, memory_mb: int) -> None:
    """Answer until the input ends, by the function behind an address such as ``backends.….reader:read``."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the whole group; the end of the input follows
    _be_ended_first()
    read = _found(address)
    bound_memory(memory_mb)
    for line in iter(sys.stdin.buffer.readline, b""):
        answer = _answer(read, json.loads(line), sys.stdin.buffer)
        last = psutil.Process().memory_info().rss > KEPT_MB * MEGABYTE
        channel.write(json.dumps({**answer, "last": last}).encode() + b"\n")
        channel.flush()
        if last:
            return


def _answer(read: Read, order: dict[str, Any], source: BinaryIO) -> dict[str, Any]:
    """What came of one file: the document, the refusal, `memory` where there was not enough, or a `crash`."""
    try:
        data = Path(order["path"]) if order["path"] is not None else source.read(order["bytes"])
        with _in_time(order["seconds"]):
            return {"document": told(read(data, order["name"], order["password"], Settings(**order["settings"])))}
    except Unreadable as error:
        return {"refusal": refusal(error)}
    except MemoryError:
        return {"memory": True}
    except Exception as error:  # a defect of a reader: the other process says so, and its log has the place
        return {"crash": type(error).__name__, "trace": "".join(traceback.format_exception(error)[-6:])}


@contextlib.contextmanager
def _in_time(seconds: float) -> Iterator[None]:
    """Have the system end this process when the work inside takes longer."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _found(address: str) -> Read:
    module, _, name = address.partition(":")
    read: Read = getattr(importlib.import_module(module), name)
    return read


def _be_ended_first() -> None:
    """When the machine runs out of memory, let Linux end this process and not the one that asks."""
    preference = Path("/proc/self/oom_score_adj")
    if preference.exists():
        preference.write_text("1000")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

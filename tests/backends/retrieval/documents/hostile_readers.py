"""Readers that do what a damaged file can make a native parser do; each is given to a process of its own."""

from __future__ import annotations

import os
import time
from pathlib import Path

from backends.retrieval.documents import Document
from backends.settings import Settings


def crash(data: bytes | Path, name: str, password: str | None, settings: Settings) -> Document:
    """End the process as a fault in native code does, for files that say so."""
    if b"crash" in bytes(data):
        os.abort()
    return Document(name, "txt", "sound", notes=(f"{os.getpid()}",))


def hang(data: bytes | Path, name: str, password: str | None, settings: Settings) -> Document:
    """Never come back."""
    while True:
        time.sleep(1)


def swell(data: bytes | Path, name: str, password: str | None, settings: Settings) -> Document:
    """Ask for more memory than there is."""
    return Document(name, "txt", str(len(bytearray(2**31))))


def fail(data: bytes | Path, name: str, password: str | None, settings: Settings) -> Document:
    """Have a defect."""
    raise KeyError("nothing")


def environment(data: bytes | Path, name: str, password: str | None, settings: Settings) -> Document:
    """Tell what the process knows."""
    return Document(name, "txt", repr((sorted(os.environ), settings)))

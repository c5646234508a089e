"""`read_apart`: one file to one document in a process of its own.

Parsers of PDF, Word and HTML are native code that meets files of strangers: what crashes, hangs or fills the memory
there ends that process and not the workbench, and costs the one file that did it.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backends.errors import WorkbenchError
from backends.retrieval.documents.document import Document
from backends.retrieval.documents.reader import shown_name
from backends.retrieval.documents.unreadable import Unreadable, broken
from backends.retrieval.documents.wire import heard
from backends.settings import MEGABYTE, Settings
from backends.tasks.endings import at_end

log = logging.getLogger(__name__)

MEMORY_MB = 1_500  # for the readers; the whole process may use a quarter more
SECONDS = 30.0  # for any file
SECONDS_PER_MB = 20.0  # on top of that: a dense PDF has 50 pages in a megabyte, and a page takes 0.1 s
MOST_SECONDS = 600.0
ADDRESS = "backends.retrieval.documents.reader:read"
ROOT = Path(__file__).parents[3]
_PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "SYSTEMROOT",
    "TMPDIR",
    "LD_LIBRARY_PATH",
)  # of the environment: nothing secret


class ReadingProcess:
    """One process that reads a file at a time, started when it is needed and used again. Safe from any thread.

    `seconds` is the least time that a file has, `memory_mb` what reading may use, `address` the function that reads.
    """

    def __init__(self, seconds: float = SECONDS, memory_mb: int = MEMORY_MB, address: str = ADDRESS) -> None:
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._address = address
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closings = 0

    @property
    def pid(self) -> int | None:
        """The id of the process, None where none runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def read(self, data: bytes | Path, name: str, password: str | None = None,
             settings: Settings | None = None) -> Document:  # fmt: skip
        """As `documents.read`. Raises Unreadable also for a file that takes too long, too much memory, or the process
        with it; raises WorkbenchError where `close` is called meanwhile, RuntimeError for a defect of a reader.
        """
        closings = self._closings
        settings = settings or Settings.from_environment()
        seconds = min(self._seconds + SECONDS_PER_MB * _size(data) / MEGABYTE, MOST_SECONDS)
        order = {
            "name": name,
            "path": str(data.absolute()) if isinstance(data, Path) else None,
            "bytes": 0 if isinstance(data, Path) else len(data),
            "password": password,
            "seconds": seconds,
            "settings": _limits(settings),
        }
        with self._lock:
            answer, code = self._asked(order, b"" if isinstance(data, Path) else data, closings)
        if answer is None and self._closings != closings:
            raise WorkbenchError(
                f"The file {shown_name(name)!r} was not read, because the workbench stops.",
                hint="Give it again when the workbench is back.",
            )
        return _outcome(answer, code, shown_name(name), seconds, self._memory_mb)

    def close(self) -> None:
        """End the process, also one that reads, and let go of the files that wait for it.

        The next file starts another one. Closing twice is harmless.
        """
        self._closings += 1
        process = self._process
        if process is not None:
            process.kill()  # before the lock, which whoever reads has until then; nothing is lost that could be kept
        with self._lock:
            self._end()

    def _asked(self, order: dict[str, Any], data: bytes, closings: int) -> tuple[dict[str, Any] | None, int]:
        """The answer of the process, or None and the code that it ended with; None for what began before a closing."""
        if self._closings != closings:
            return None, 0
        process = self._running()
        if self._closings != closings:  # `close` may have come before there was a process that it could end
            process.kill()
        try:
            process.stdin.write(json.dumps(order).encode() + b"\n" + data)  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        except BrokenPipeError:
            log.debug("the process that reads ended before it had all of the file")
        line = process.stdout.readline()  # type: ignore[union-attr]
        if not line.endswith(b"\n"):
            self._process = None
            return None, _ended(process)
        answer: dict[str, Any] = json.loads(line)
        if answer.pop("last"):
            self._end()
        return answer, 0

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module, no shell
                [sys.executable, "-m", "backends.retrieval.documents.reading_process", self._address,
                 str(self._memory_mb)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=_environment(),
            )  # fmt: skip
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            _ended(process)


def _outcome(answer: dict[str, Any] | None, code: int, name: str, seconds: float, memory_mb: int) -> Document:
    if answer is None:
        if code == -signal.SIGALRM:
            raise _too_much(name, f"takes more than {seconds:,.0f} s to read")
        log.warning("the process that read %r ended with the code %s", name, code)
        raise broken(name, "a document", "reading it ended the process that did (the workbench goes on)")
    if "document" in answer:
        return heard(answer["document"])
    if "refusal" in answer:
        raise Unreadable(**answer["refusal"])
    if "memory" in answer:
        raise _too_much(name, f"takes more than {memory_mb:,} MB of memory to read")
    log.error("reading %r failed in its process:\n%s", name, answer["trace"])
    raise RuntimeError(f"a reader failed: {answer['crash']}")


def _too_much(name: str, what: str) -> Unreadable:
    return Unreadable("too large", f"The file {name!r} {what}.", "Divide it, or save its text as a .txt file.")


def _limits(settings: Settings) -> dict[str, Any]:
    """What a reader needs of the settings: the limits, and nothing secret."""
    return {name: value for name, value in asdict(settings).items() if name.startswith("max_")}


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**kept, "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"}  # others reserve what is not used


def _size(data: bytes | Path) -> int:
    if not isinstance(data, Path):
        return len(data)
    try:
        return data.stat().st_size
    except OSError:
        return 0  # reading it says why


def _ended(process: subprocess.Popen[bytes]) -> int:
    for pipe in (process.stdin, process.stdout):
        try:
            pipe.close()  # type: ignore[union-attr]
        except BrokenPipeError:
            log.debug("the process that reads had ended")
    return process.wait()


_reading = ReadingProcess()
read_apart = _reading.read
end_reading = _reading.close
at_end(end_reading)

"""Reading in another process: the same documents, and whatever a file does there costs that file alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from backends.errors import WorkbenchError
from backends.retrieval.documents import Document, Unreadable, apart, read
from backends.retrieval.documents.apart import ReadingProcess
from backends.settings import Settings
from tests.backends.retrieval.documents.pdfs import encrypted, lines, pdf

READERS = "tests.backends.retrieval.documents.hostile_readers"
SAMPLES = {
    "a.txt": b"Two words.\n",
    "a.md": b"# Tea\n\n- one\n- two\n",
    "a.html": b"<title>T</title><h1>Head</h1><p>Body.",
    "a.csv": b"part,price\nbolt,1.5\n",
    "a.pdf": pdf(lines(["One line.", "Another."]), lines(["Two."])),
}
Begin = Callable[..., ReadingProcess]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """A process with a reader of `hostile_readers`."""
    made: list[ReadingProcess] = []

    def start(reader: str, **limits: float) -> ReadingProcess:
        made.append(ReadingProcess(address=f"{READERS}:{reader}", **limits))  # type: ignore[arg-type]
        return made[-1]

    yield start
    for one in made:
        one.close()


def refused(process: ReadingProcess, data: bytes, name: str = "a.txt") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        process.read(data, name)
    assert caught.value.hint
    return caught.value


def test_a_document_is_the_same_as_one_read_here(tmp_path: Path) -> None:
    process = ReadingProcess()
    try:
        for name, data in SAMPLES.items():
            assert process.read(data, name) == read(data, name)
        pid = process.pid
        (tmp_path / "a.pdf").write_bytes(SAMPLES["a.pdf"])
        assert process.read(tmp_path / "a.pdf", "a.pdf") == read(SAMPLES["a.pdf"], "a.pdf")
        locked = encrypted(SAMPLES["a.pdf"], "secret", "owner")
        assert process.read(locked, "a.pdf", "secret").text == read(SAMPLES["a.pdf"], "a.pdf").text
        for wrong, name in ((locked, "a.pdf"), (b"", "a.txt"), (b"x", "a.xyz"), (b"%PDF-1.7", "../../a.pdf")):
            with pytest.raises(Unreadable) as here:
                read(wrong, name)
            there = refused(process, wrong, name)
            assert (there.reason, there.message, there.hint) == (here.value.reason, here.value.message, here.value.hint)
        assert process.pid == pid, "one process reads them all"
    finally:
        process.close()
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_the_limits_of_the_settings_hold_there() -> None:
    process = ReadingProcess()
    with pytest.raises(Unreadable, match="more than 10 characters"):
        process.read(b"x" * 50, "a.txt", settings=Settings(max_document_characters=10))
    process.close()


def test_a_file_that_crashes_its_reader_is_refused_and_the_next_one_is_read(begin: Begin) -> None:
    process = begin("crash")
    first = process.read(b"fine", "a.txt")
    assert "reading it ended the process" in refused(process, b"crash", "../../b.pdf").message
    assert "'b.pdf'" in refused(process, b"crash", "../../b.pdf").message
    after = process.read(b"fine", "a.txt")
    assert after.text == "sound"
    assert after.notes != first.notes, "another process"


def test_a_file_that_never_ends_is_ended(begin: Begin) -> None:
    error = refused(begin("hang", seconds=0.2), b"x")
    assert (error.reason, "takes more than 0 s" in error.message) == ("too large", True)


def test_a_file_that_needs_too_much_memory_is_refused(begin: Begin) -> None:
    error = refused(begin("swell", memory_mb=300), b"x")
    assert (error.reason, "more than 300 MB of memory" in error.message) == ("too large", True)


def test_a_defect_of_a_reader_is_one_here_too(begin: Begin) -> None:
    with pytest.raises(RuntimeError, match="a reader failed: KeyError"):
        begin("fail").read(b"x", "a.txt")


def test_nothing_secret_goes_to_that_process(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_ADMIN_TOKEN", "a-long-random-s3cret")
    settings = Settings(api_keys="shop:s3cret", llm_api_key="a-long-random-s3cret", max_document_mb=7)
    told = begin("environment").read(b"x", "a.txt", settings=settings).text
    assert "max_document_mb=7" in told
    assert "a-long-random-s3cret" not in told
    assert "WORKBENCH" not in told


def test_the_process_ends_when_nobody_asks_any_more(begin: Begin) -> None:
    process = begin("crash")
    process.read(b"fine", "a.txt")
    running = process._process
    assert running is not None
    assert running.stdin is not None
    running.stdin.close()
    assert running.wait(10) == 0


class Turns:
    """A lock that knows how often it was asked for."""

    def __init__(self) -> None:
        self.asked, self._lock = 0, threading.Lock()

    def __enter__(self) -> None:
        self.asked += 1
        self._lock.acquire()

    def __exit__(self, *raised: object) -> None:
        self._lock.release()


def test_closing_ends_a_file_that_is_read_and_lets_go_of_those_that_wait(begin: Begin) -> None:
    process = begin("hang", seconds=600.0)
    turns = process._lock = Turns()  # type: ignore[assignment]
    with ThreadPoolExecutor(2) as threads:
        files = [threads.submit(process.read, b"x", name) for name in ("a.txt", "b.txt")]
        while process.pid is None or turns.asked < 2:
            time.sleep(0.01)  # until one is read and the other waits
        started = process.pid
        process.close()
        for name, file in zip("ab", files, strict=True):
            with pytest.raises(WorkbenchError, match=f"'{name}.txt' was not read, because the workbench stops"):
                file.result()
    assert process.pid is None
    assert not psutil.pid_exists(started)


def test_closing_while_the_process_starts_ends_it_too(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    process, popen = begin("hang", seconds=600.0), apart.subprocess.Popen
    closed = []

    def started(*given: object, **more: object) -> object:
        """As Popen, and the workbench stops before anybody knows of the process."""
        made = popen(*given, **more)  # type: ignore[call-overload]
        closing = threading.Thread(target=process.close)
        closing.start()
        closed.append(closing)
        while process._closings == 0:
            time.sleep(0.01)
        return made

    monkeypatch.setattr(apart.subprocess, "Popen", started)
    with pytest.raises(WorkbenchError, match="the workbench stops"):
        process.read(b"x", "a.txt")
    closed[0].join()
    assert process.pid is None


def test_the_document_of_a_reader_survives_the_way() -> None:
    from backends.retrieval.documents.wire import heard, told

    found = read(SAMPLES["a.pdf"], "a.pdf")
    assert isinstance(found, Document)
    assert heard(told(found)) == found


def test_the_workbench_has_one_such_process() -> None:
    assert apart.read_apart(b"Words.", "a.txt").text == "Words."

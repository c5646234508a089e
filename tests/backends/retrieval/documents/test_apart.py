"""Reading in another process: the same documents, and whatever a file does there costs that file alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

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
    monkeypatch.setenv("WORKBENCH_ADMIN_TOKEN", "s3cret")
    settings = Settings(api_keys="shop:s3cret", llm_api_key="s3cret", max_document_mb=7)
    told = begin("environment").read(b"x", "a.txt", settings=settings).text
    assert "max_document_mb=7" in told
    assert "s3cret" not in told
    assert "WORKBENCH" not in told


def test_the_process_ends_when_nobody_asks_any_more(begin: Begin) -> None:
    process = begin("crash")
    process.read(b"fine", "a.txt")
    running = process._process
    assert running is not None
    assert running.stdin is not None
    running.stdin.close()
    assert running.wait(10) == 0


def test_the_document_of_a_reader_survives_the_way() -> None:
    from backends.retrieval.documents.wire import heard, told

    found = read(SAMPLES["a.pdf"], "a.pdf")
    assert isinstance(found, Document)
    assert heard(told(found)) == found


def test_the_workbench_has_one_such_process() -> None:
    assert apart.read_apart(b"Words.", "a.txt").text == "Words."

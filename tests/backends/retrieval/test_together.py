"""A page, the API and a job process at work on one collection at the same time."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from backends.retrieval import Collection
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder

ROOT = Path(__file__).parents[3]
ROUNDS = 12
JOB = """
import sys
from pathlib import Path
from backends.retrieval import Collection, File
from backends.settings import Settings
from tests.backends.retrieval.fakes import HashEmbedder
with Collection(Path(sys.argv[1]), Settings(home=sys.argv[2]), HashEmbedder()) as collection:
    for turn in range(int(sys.argv[3])):
        text = f"Common words of the job, turn {turn}. " * 30
        outcomes = collection.add_many([File(f"job {turn} {n}.txt", (text + str(n)).encode()) for n in range(4)])
        assert all(one.document for one in outcomes), outcomes
        collection.delete(outcomes[0].document.id)
"""


def writing(collection: Collection, me: str, rounds: int, gone: set[str]) -> None:
    """Add, find, edit and delete documents; what is deleted is in `gone` from then on, and is not found again."""
    for turn in range(rounds):
        word = f"{me}{turn}"
        stored = collection.add(f"{word}.txt", f"Common words, and {word}. ".encode() * 20).document
        assert {hit.document.id for hit in collection.search(word, k=50) if word in hit.chunk.text} == {stored.id}
        collection.edit(collection.chunks(stored.id)[0].id, f"Common words, edited, and {word}.")
        if turn % 3:
            collection.delete(stored.id)
            gone.add(stored.id)
            assert not [hit for hit in collection.search(word, k=50) if hit.document.id == stored.id]


def reading(collection: Collection, gone: set[str], ended: threading.Event) -> int:
    """Search, ask and count until the others have ended; gives how often. Nothing deleted before is found."""
    turns = 0
    while not ended.is_set() or not turns:
        before = frozenset(gone)
        for mode in ("dense", "lexical", "hybrid"):
            found = collection.search("common words", k=50, mode=mode)
            assert not before & {hit.document.id for hit in found}
            assert all(hit.chunk.document == hit.document.id for hit in found)
        for citation in (one for sentence in collection.ask("common words").sentences for one in sentence.citations):
            assert citation.text
        collection.status()
        turns += 1
    return turns


def at_work(folder: Path, rounds: int) -> None:
    """A page that reads, two threads of the API and a page that write, and a job, all on one collection."""
    settings = Settings(home=str(folder))
    gone: set[str] = set()
    ended = threading.Event()
    with (
        Collection.open(settings, "Shared", embedder=HashEmbedder()) as page,
        Collection.open(settings, "Shared", embedder=HashEmbedder()) as api,
        ThreadPoolExecutor(4) as threads,
    ):
        command = [sys.executable, "-c", JOB, str(page.folder), str(folder), str(rounds)]
        job = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        try:
            readers = [threads.submit(reading, one, gone, ended) for one in (page, api)]
            tasks: list[tuple[Collection, str]] = [(api, "left"), (page, "right")]
            for done in [threads.submit(writing, one, me, rounds, gone) for one, me in tasks]:
                done.result(timeout=300)
            _, said = job.communicate(timeout=300)
        finally:
            ended.set()
            job.kill()
        assert job.returncode == 0, said
        assert all(reader.result(timeout=60) > 0 for reader in readers)
        assert not gone & {one.id for one in page.documents()}
        assert (page.integrity(), page.status().waiting) == ((), ())
        assert {one.name for one in page.documents()} == {one.name for one in api.documents()}


def test_a_page_the_api_and_a_job_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    at_work(tmp_path, ROUNDS)

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from backends.retrieval.index.store import Store

CHILD = """
import sys
from pathlib import Path
from backends.retrieval.index.store import Store
Store.open(Path(sys.argv[1])).wait_for(["theirs.txt"])
print("ready", flush=True)
sys.stdin.read()
"""


def test_what_is_read_is_listed_until_it_is_done(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.wait_for(["b.txt", "a.txt", "b.txt"])
    assert store.status().waiting == ("b.txt", "a.txt", "b.txt")
    assert not store.status().complete
    store.wait_no_more(["b.txt", "unknown.txt"])
    assert store.status().waiting == ("a.txt", "b.txt")
    store.wait_no_more(["a.txt", "b.txt"])
    assert store.status().waiting == ()
    store.close()


def test_what_a_process_left_that_is_gone_is_not_waited_for(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        cwd=Path(__file__).parents[4],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    assert store.status().waiting == ("theirs.txt",)
    child.kill()
    child.communicate()
    assert store.status().waiting == ()
    store.wait_for(["mine.txt"])
    with store._database.reading() as connection:
        assert connection.execute("SELECT name FROM waiting").fetchall() == [("mine.txt",)]
    store.close()


def test_what_is_queued_is_listed_while_its_ticket_is_there(tmp_path: Path) -> None:
    store, ticket = Store.open(tmp_path), tmp_path / "ticket"
    ticket.touch()
    store.wait_for(["a.txt", "b.txt"], ticket)
    store.wait_for(["a.txt"])  # another thread reads a file of the same name
    assert store.status().waiting == ("a.txt", "b.txt", "a.txt")
    store.wait_no_more(["a.txt"])
    assert store.status().waiting == ("a.txt", "b.txt")
    ticket.unlink()
    assert store.status().waiting == ()
    store.close()


def test_what_is_taken_over_from_a_queue_is_listed_once_until_it_is_done(tmp_path: Path) -> None:
    store, ticket = Store.open(tmp_path), tmp_path / "ticket"
    ticket.touch()
    store.wait_for(["a.txt", "a.txt", "b.txt"], ticket)
    store.take_over(ticket)
    ticket.unlink()
    assert store.status().waiting == ("a.txt", "a.txt", "b.txt")
    store.wait_for(["a.txt", "a.txt", "b.txt"])
    assert store.status().waiting == ("a.txt", "a.txt", "b.txt")
    store.wait_no_more(["a.txt", "b.txt"])
    assert store.status().waiting == ("a.txt",)
    store.close()


def test_a_queue_is_gone_with_the_process_that_keeps_it(tmp_path: Path) -> None:
    ticket = tmp_path / "ticket"
    ticket.touch()
    queue = CHILD.replace('"theirs.txt"]', f'"theirs.txt"], Path({str(ticket)!r})').replace("sys.stdin.read()", "")
    subprocess.run([sys.executable, "-c", queue, str(tmp_path)], cwd=Path(__file__).parents[4], check=True)
    store = Store.open(tmp_path)
    assert store.status().waiting == ()
    store.close()

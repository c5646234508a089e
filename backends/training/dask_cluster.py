"""The way to a Dask cluster: found able before anything is sent, and asked in bounded time.

Whoever can reach a Dask scheduler can run programs on its workers, and what they answer is unpickled here: the
address is the administrator's to choose, never a visitor's.
"""

from __future__ import annotations

import logging
import re
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backends.errors import WorkbenchError, shown_address
from backends.settings import Settings
from backends.training.dask_worker import OURS, About, about
from backends.training.shared import PackedTable

if TYPE_CHECKING:
    from distributed import Client, Future

VARIABLE = "WORKBENCH_DASK_ADDRESS"
REACH_SECONDS = 3.0  # for the scheduler's machine to take a connection
CALL_SECONDS = 10.0  # for the scheduler to answer, and to come back when it was lost
LONGEST_GREETING = 1_000_000  # bytes
SEND_SECONDS = 5.0  # for a worker to be there that takes a table
NO_WORKER_SECONDS = 30.0  # a nanny needs a few for a new worker
ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}")
log = logging.getLogger(__name__)


@dataclass
class Cluster:
    """A scheduler that answers, with workers that run this code on these versions."""

    client: Client
    address: str
    workers: tuple[About, ...]
    losses: Counter[str] = field(default_factory=Counter)  # times that a task, alone, was lost with its worker
    _tables: dict[str, Future] = field(default_factory=dict)
    _idle: float | None = None  # since when there has been nobody to work

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of results from this cluster."""
        threads = sum(worker.threads for worker in self.workers)
        where = f"The models were trained on Dask at {self.address} ({len(self.workers)} workers, {threads} threads)"
        told = (f"{where}; seconds and milliseconds are those of its machines.",)
        if all(worker.watched for worker in self.workers):
            return told
        return (
            *told,
            "Some of its workers have several threads or no nanny: there a fit over its limits of time or memory is "
            "given up, but goes on to its end. Start workers with --nthreads 1.",
        )

    def table(self, table: PackedTable) -> Future:
        """The table on the workers, sent to all of them once. Raises WorkbenchError where that fails."""
        held = self._tables.get(table.name)
        if held is None or held.status in ("cancelled", "lost", "error"):
            key = f"{OURS}table-{secrets.token_hex(6)}"
            with explained(self.address):
                held = self.client.scatter({key: table}, broadcast=True, timeout=SEND_SECONDS)[key]
            self._tables[table.name] = held
        return held

    def forget_tables(self) -> None:
        """Send them anew when they are wanted next: the workers that had them may be gone."""
        self._tables.clear()

    def threads(self) -> int:
        """Threads of the workers that are there now; 0 where the scheduler does not answer."""
        return sum((self._asked("ncores") or {}).values())

    def states(self, keys: Sequence[str]) -> dict[str, str | None]:
        """What the scheduler knows of these tasks, None for one that it does not have; empty where it is silent."""
        return self._asked("get_task_status", keys=list(keys)) or {} if keys else {}

    def hopeless(self, threads: int) -> str:
        """Why nothing more can be expected, given the threads of this moment; empty while something can."""
        if threads:
            self._idle = None
            return ""
        if self.client.status == "closed":  # it has tried for `CALL_SECONDS` to reach the scheduler again
            return f"the Dask scheduler at {self.address} does not answer any more"
        self._idle = self._idle or time.monotonic()
        if time.monotonic() - self._idle < NO_WORKER_SECONDS:
            return ""
        return f"Dask at {self.address} has had no worker for {NO_WORKER_SECONDS:.0f} seconds"

    def _asked(self, what: str, **of: Any) -> dict[str, Any] | None:
        """An answer of the scheduler, in bounded time; None where there is none."""
        if self.client.status != "running":
            return None
        try:
            answer: dict[str, Any] = self.client.sync(
                getattr(self.client.scheduler, what), callback_timeout=CALL_SECONDS, **of
            )
        except (OSError, TimeoutError):
            return None
        return answer


@contextmanager
def connected(address: str, check: Callable[[About, About], None] | None = None) -> Iterator[Cluster]:
    """The cluster at `address`, checked: a WorkbenchError within seconds where it cannot be used.

    `check` compares a worker with this process; the default is `same`.
    """
    client = _client(address)
    try:
        workers = _workers(client, address)
        mine = about()
        for worker in workers:
            (check or same)(mine, worker)
        yield Cluster(client, address, workers)
    finally:
        client.close(timeout=CALL_SECONDS)


def same(mine: About, theirs: About) -> None:
    """Raises WorkbenchError where a worker's packages or code would not give this process's scores."""
    for (name, here), (_, there) in zip(mine.versions, theirs.versions, strict=True):
        if here != there:
            raise WorkbenchError(
                f"A Dask worker has {name} {there}, the workbench {here}.",
                hint="Start the workers in the workbench's own environment or image.",
            )
    if mine.code != theirs.code:
        raise WorkbenchError(
            "A Dask worker runs another version of the workbench's code.",
            hint="Give the workers the workbench's current folder and start them again.",
        )


def address(settings: Settings) -> str:
    """The address that the settings name, empty for none. Raises WorkbenchError for what is none of Dask's.

    >>> address(Settings(dask_address="tcp://10.0.0.5:8786")), address(Settings())
    ('tcp://10.0.0.5:8786', '')
    >>> address(Settings(dask_address="10.0.0.5"))
    Traceback (most recent call last):
    backends.errors.WorkbenchError: WORKBENCH_DASK_ADDRESS is '10.0.0.5', which is no address of a Dask scheduler. ...
    """
    text = settings.dask_address.strip()
    if text and not ADDRESS.fullmatch(text):
        raise WorkbenchError(
            f"{VARIABLE} is {shown_address(text)!r}, which is no address of a Dask scheduler.",
            hint="Set it to something like tcp://127.0.0.1:8786, or leave it empty to train on this machine.",
        )
    return text


@contextmanager
def explained(where: str) -> Iterator[None]:
    """What Dask's client raises when nobody answers, in words."""
    try:
        yield
    except (OSError, TimeoutError, ValueError) as error:
        log.info("Dask at %s: %s", where, error)
        raise WorkbenchError(
            f"No Dask scheduler answers at {where}.",
            hint=f"See that it runs and that {VARIABLE} names it; empty trains on this machine.",
        ) from None


def _client(address: str) -> Client:
    with explained(address):
        _greeted(address)

        from distributed import Client

        return Client(address, timeout=CALL_SECONDS, set_as_default=False, name=OURS.rstrip("-"))


def _greeted(address: str) -> None:
    """See that somebody listens, whom Dask's client would try to reach for long, and that it is no other server.

    A scheduler speaks first: eight bytes with the length of its greeting, which the client believes.
    """
    scheme, _, rest = address.partition("://")
    host, _, port = rest.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), timeout=REACH_SECONDS) as connection:
        if scheme == "tcp":
            connection.settimeout(CALL_SECONDS)
            length = int.from_bytes(connection.recv(8, socket.MSG_WAITALL), "little")
            if not 0 < length < LONGEST_GREETING:
                raise ValueError(f"a greeting of {length} bytes")


def _workers(client: Client, address: str) -> tuple[About, ...]:
    """What the workers say of themselves; one that went away meanwhile is left out."""
    with suppress(TimeoutError):  # they may be on their way up again
        client.wait_for_workers(1, timeout=CALL_SECONDS)
    with explained(address):
        answers = client.run(about, on_error="return")
    for worker, answer in answers.items():
        if not isinstance(answer, About | OSError):
            log.warning("The Dask worker %s cannot train: %r", worker, answer)
            raise WorkbenchError(
                f"The workers of Dask at {address} cannot import the workbench's code.",
                hint="Start them in the workbench's environment, with PYTHONPATH set to its folder.",
            )
    found = tuple(answer for answer in answers.values() if isinstance(answer, About))
    if not found:
        raise WorkbenchError(
            f"The Dask scheduler at {address} has no worker.",
            hint=f"Start some with 'dask worker {address} --nthreads 1'.",
        )
    return found

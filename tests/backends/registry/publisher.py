"""Processes to be killed: each publishes, moves and rolls back without end, and writes down what was confirmed.

`python -m tests.backends.registry.publisher <database>` reads lines "home seed name …" and forks one process for each,
so the seconds that the imports take are paid once. It prints the process's number.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from backends.errors import WorkbenchError
from backends.registry.connection import Client
from backends.registry.registry import Registry
from backends.settings import Settings
from tests.backends.registry.bundles import graph, packed


def work(home: str, seed: int, names: list[str]) -> None:
    """Use the registry until killed; a line in the file `done` follows each publication that was confirmed."""
    chance, registry = random.Random(seed), Registry.open(Settings(home=home))
    done = os.open(Path(home) / "done", os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    while True:
        data, name = packed(chance.uniform(0.6, 0.9), model=graph(chance.randbytes(10_000).hex())), chance.choice(names)
        number = registry.publish(data, name, f"worker {seed}", "to be killed").number
        os.write(done, f"{name} {number} {sha256(data).hexdigest()}\n".encode())
        registry.move(name, number, "staging", "worker", "try")
        registry.move(name, number, "production", "worker", "try")
        if chance.random() < 0.5:
            with suppress(WorkbenchError):  # it may be the first champion
                registry.rollback(name, "worker", "try")


def main() -> None:
    """Fork one worker per line of standard input."""
    Client(f"sqlite:///{sys.argv[1]}").search_registered_models()  # all imports; the workers never use this database
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        home, seed, *names = line.split()
        child = os.fork()
        if not child:
            work(home, int(seed), names)
        print(child, flush=True)


if __name__ == "__main__":
    main()

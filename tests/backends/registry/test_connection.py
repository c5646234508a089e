"""What a server's failures become, and which are nobody's to hear of."""

from __future__ import annotations

import pytest
from mlflow.exceptions import MlflowException

from backends.registry.connection import told

RACE = "BAD_REQUEST: (sqlite3.IntegrityError) UNIQUE constraint failed: registered_model_aliases.alias"


class Server:
    """One that refuses a call so many times, as one does that another workbench talks to at the same moment."""

    def __init__(self, refusals: int, words: str = RACE) -> None:
        self.refusals, self.words, self.calls = refusals, words, 0

    def set_alias(self, value: str) -> str:
        return self._answer(value)

    def create(self, value: str) -> str:
        return self._answer(value)

    def _answer(self, value: str) -> str:
        self.calls += 1
        if self.calls <= self.refusals:
            raise MlflowException(self.words)
        return value


def test_a_value_that_another_workbench_set_at_the_same_moment_is_set_again() -> None:
    server = Server(refusals=1)
    assert told("http://host", server.set_alias)("2") == "2"
    assert server.calls == 2


@pytest.mark.parametrize(
    ("server", "call", "calls"),
    [(Server(2), "set_alias", 2), (Server(1), "create", 1), (Server(1, "no such version"), "set_alias", 1)],
)
def test_whatever_else_is_refused_stays_refused(server: Server, call: str, calls: int) -> None:
    with pytest.raises(MlflowException):
        told("http://host", getattr(server, call))("2")
    assert server.calls == calls

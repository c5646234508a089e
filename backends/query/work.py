"""What one person has asked so far: the text in hand, what runs, what came of it and what was asked before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backends.query.result import QueryResult
    from backends.tasks import JobError

REMEMBERED = 20  # earlier queries


@dataclass(frozen=True)
class Draft:
    """The text in the editor. `version` counts how often the program, not the person, put a text into it."""

    text: str = ""
    version: int = 0


@dataclass(frozen=True)
class QueryWork:
    """A person's work with queries; every method returns the next state and leaves this one alone.

    `job` is the id of the query that runs; `result` or `error` is what the last one left. Where the last one was
    cancelled, `cancelled` says after how many seconds, and a `result` is that of an earlier query. `history` holds
    the queries that were run, the last one first, each once.
    """

    draft: Draft = Draft()
    job: str | None = None
    result: QueryResult | None = None
    error: JobError | None = None
    cancelled: float | None = None
    history: tuple[str, ...] = ()

    def typed(self, text: str) -> QueryWork:
        """The person changed the text."""
        return replace(self, draft=replace(self.draft, text=text))

    def put(self, text: str) -> QueryWork:
        """The program puts a text into the editor, in the place of what was typed.

        >>> QueryWork().typed("a").put("b").draft
        Draft(text='b', version=1)
        """
        return replace(self, draft=Draft(text, self.draft.version + 1))

    def started(self, job: str) -> QueryWork:
        """The text runs as `job`.

        >>> QueryWork(history=("b", "a")).typed("a").started("1").history
        ('a', 'b')
        """
        history = tuple(dict.fromkeys((self.draft.text, *self.history)))[:REMEMBERED]
        return replace(self, job=job, history=history)

    def ended(self, result: QueryResult | None = None, error: JobError | None = None) -> QueryWork:
        """The query came to its end and left this in the place of what there was."""
        return replace(self, job=None, result=result, error=error, cancelled=None)

    def stopped(self, seconds: float) -> QueryWork:
        """The query was cancelled after so many seconds and left nothing; an earlier result stays, an error goes.

        >>> QueryWork(job="1").stopped(3.0)
        QueryWork(draft=Draft(text='', version=0), job=None, result=None, error=None, cancelled=3.0, history=())
        """
        return replace(self, job=None, error=None, cancelled=seconds)

    def cleared(self) -> QueryWork:
        """The tables are others now: what was found in the former ones goes, the text and the history stay."""
        return QueryWork(draft=self.draft, history=self.history)

"""How much a query may cost."""

from __future__ import annotations

from dataclasses import dataclass

from backends.errors import WorkbenchError


@dataclass(frozen=True)
class Limits:
    """The bounds of one query.

    `rows` and `result_mb` bound what it answers: the first of the two that is met cuts the result, which is
    said. `seconds` bounds its time and `memory_mb` the memory of the engine; a job's process as a whole may
    use a quarter more. `threads` are the processor cores it may use.
    """

    rows: int = 10_000
    seconds: float = 30.0
    memory_mb: int = 1_000
    threads: int = 2
    result_mb: int = 50

    def __post_init__(self) -> None:
        for name, value in self.__dict__.items():
            if value <= 0:
                raise WorkbenchError(f"The limit {name!r} of a query is {value}.", hint="Set it above zero.")

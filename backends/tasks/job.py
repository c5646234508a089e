"""What is known of one background job."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from backends.errors import WorkbenchError

State = Literal["queued", "running", "cancelling", "done", "cancelled", "failed"]
ENDED: tuple[State, ...] = ("done", "cancelled", "failed")


@dataclass(frozen=True)
class JobError:
    """Why a job failed: a sentence for the user, the way out, and where the log has more."""

    message: str
    hint: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Job:
    """A snapshot of a job; ask the runner again for a newer one.

    `fraction` is how much is done (0 to 1), `doing` what is running, `events` everything the job reported
    so far (JSON-ready dictionaries). Times are seconds of a monotonic clock. `files` are the output files
    with the SHA-256 that the job itself named when it ended.
    """

    id: str
    owner: str
    title: str
    folder: Path
    state: State = "queued"
    place: int = 0  # in the queue, 1 is next; 0 when it is not waiting
    fraction: float = 0.0
    doing: str = ""
    queued_at: float = 0.0
    started_at: float | None = None
    ended_at: float | None = None
    now: float = 0.0
    events: tuple[dict[str, Any], ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    error: JobError | None = None

    @property
    def ended(self) -> bool:
        """Nothing more will happen to it."""
        return self.state in ENDED

    @property
    def seconds(self) -> float:
        """How long it has run."""
        if self.started_at is None:
            return 0.0
        return (self.now if self.ended_at is None else self.ended_at) - self.started_at

    @property
    def seconds_left(self) -> float | None:
        """What is left at the pace so far; None before the first 2 % are done.

        >>> Job("a", "me", "t", Path("."), state="running", fraction=0.25, started_at=0.0, now=10.0).seconds_left
        30.0
        """
        if self.state != "running" or self.fraction < 0.02:
            return None
        return self.seconds * (1 - self.fraction) / self.fraction

    def output(self, name: str) -> Path:
        """The path of an output file, after checking that its content is what the job wrote.

        Raises WorkbenchError when the job left no such file or the file was changed since.
        """
        path = self.folder / name
        if name not in self.files or not path.is_file():
            raise WorkbenchError(f"The job {self.title!r} left no result {name!r}.", hint="Run it again.")
        if file_digest(path) != self.files[name]:
            raise WorkbenchError(f"The result {name!r} was changed after it was written.", hint="Run the job again.")
        return path


def file_digest(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

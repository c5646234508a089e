"""What a comparison tells while it runs: small frozen facts that travel as JSON between processes.

Each event carries `done` of `total` units of work (fits), so that whoever listens can say how far it is and
how long it may still take.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from backends.errors import WorkbenchError


@dataclass(frozen=True, kw_only=True)
class Event:
    """The part all events share."""

    event: ClassVar[str] = ""
    done: int = 0
    total: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data (NaN becomes None); `from_dict` reads it back."""
        return {"event": self.event, **_plain(asdict(self))}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Event:
        """Read an event back. Raises WorkbenchError for a kind of event this version does not know.

        >>> Event.from_dict({"event": "phase", "phase": "folds", "done": 1, "total": 8})
        PhaseStarted(done=1, total=8, phase='folds', text='')
        """
        kinds = {kind.event: kind for kind in EVENTS}
        if data.get("event") not in kinds:
            raise WorkbenchError(f"The event {data.get('event')!r} is not known.", hint="Reload the page.")
        return kinds[data["event"]](**{key: value for key, value in data.items() if key != "event"})


@dataclass(frozen=True, kw_only=True)
class PhaseStarted(Event):
    """A part of the work begins: "plan", "tuning", "folds", "ranking"."""

    event: ClassVar[str] = "phase"
    phase: str
    text: str = ""  # the same in words


@dataclass(frozen=True, kw_only=True)
class PlanReady(Event):
    """What will be trained, on which columns and rows (`plan` is `Plan.to_dict()`)."""

    event: ClassVar[str] = "plan"
    plan: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class FoldDone(Event):
    """One model was fitted and scored on one fold (folds count from 1)."""

    event: ClassVar[str] = "fold"
    model: str
    title: str
    fold: int
    seconds: float
    scores: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ModelDone(Event):
    """All fits of a model are done; `row` is its line of the leaderboard, still without a rank."""

    event: ClassVar[str] = "model"
    model: str
    title: str
    row: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ModelFailed(Event):
    """A model has no result; `kind` and `reason` are those of its `Failure`."""

    event: ClassVar[str] = "failed"
    model: str
    title: str
    kind: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class TuningBest(Event):
    """The best candidate of a model so far, judged on `rows` training rows; `value` is in the metric's own unit."""

    event: ClassVar[str] = "tuning"
    model: str
    title: str
    metric: str
    value: float
    rows: int
    parameters: dict[str, Any]


EVENTS: tuple[type[Event], ...] = (PhaseStarted, PlanReady, FoldDone, ModelDone, ModelFailed, TuningBest)
Listener = Callable[[Event], None]


def _plain(value: Any) -> Any:
    """JSON knows no NaN and no NumPy scalars."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value

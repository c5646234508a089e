"""A published model and its versions, as the registry hands them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from backends.errors import WorkbenchError

Stage = Literal["candidate", "staging", "production", "archived"]
STAGES: tuple[Stage, ...] = get_args(Stage)
CHAMPION = "champion"  # the alias of the version in production

# Where a version may go from each stage. Nothing reaches production but through staging.
MOVES: Mapping[Stage, tuple[Stage, ...]] = {
    "candidate": ("staging", "archived"),
    "staging": ("production", "candidate", "archived"),
    "production": ("staging", "archived"),
    "archived": ("candidate",),
}


@dataclass(frozen=True)
class ModelVersion:
    """One published bundle under a model's name.

    `digest` is the SHA-256 of the bundle's zip file and `size` its bytes. `facts` says what the bundle is, as data
    (see `facts.of_bundle`); `run` is the MLflow run that holds the files.
    """

    name: str
    number: int
    stage: Stage
    created: datetime  # in UTC
    by: str
    digest: str
    size: int
    run: str
    notes: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def served(self) -> bool:
        """It answers requests: every version does that is not archived."""
        return self.stage != "archived"

    @property
    def champion(self) -> bool:
        """It is the one in production."""
        return self.stage == "production"

    @property
    def moves(self) -> tuple[Stage, ...]:
        """The stages it may go to from here."""
        return MOVES[self.stage]


@dataclass(frozen=True)
class ModelSummary:
    """A model in the list of all: how many versions there are, which one is in production, when it last changed."""

    name: str
    versions: int
    champion: int | None
    updated: datetime


def allowed(stage: Stage, target: str) -> Stage:
    """`target`, when a version in `stage` may go there. Raises WorkbenchError with what is allowed.

    >>> allowed("candidate", "staging")
    'staging'
    >>> allowed("candidate", "production")
    Traceback (most recent call last):
    backends.errors.WorkbenchError: A version cannot go from candidate to production. ...
    """
    for known in MOVES[stage]:
        if known == target:
            return known
    raise WorkbenchError(
        f"A version cannot go from {stage} to {target}.", hint=f"From {stage} it can go to {' or '.join(MOVES[stage])}."
    )

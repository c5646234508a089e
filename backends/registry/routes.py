"""Which versions of a model answer: the champion alone, several by weight, and one that only listens."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from backends.errors import WorkbenchError

MOST = 10  # versions in one split


@dataclass(frozen=True)
class Route:
    """How requests for a model without a version are shared out.

    `split` holds (version, weight) pairs; a version's share is its weight over the sum of all. Empty means that the
    champion gets everything. The version `shadow` is asked too, without its answer being given.

    >>> Route(((1, 3.0), (2, 1.0))).shares
    {1: 0.75, 2: 0.25}
    """

    split: tuple[tuple[int, float], ...] = ()
    shadow: int | None = None

    @property
    def shares(self) -> dict[int, float]:
        """The part of the requests that each version of the split gets; they sum to 1."""
        total = sum(weight for _, weight in self.split)
        return {number: weight / total for number, weight in self.split}

    @property
    def numbers(self) -> frozenset[int]:
        """Every version that takes part."""
        return frozenset({number for number, _ in self.split} | ({self.shadow} if self.shadow is not None else set()))

    def among(self, served: Collection[int]) -> Route:
        """This route without the versions that are not in `served`."""
        kept = tuple((number, weight) for number, weight in self.split if number in served)
        return Route(kept, self.shadow if self.shadow in served else None)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; `from_dict` reads it back."""
        return {"split": [list(pair) for pair in self.split], "shadow": self.shadow}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Route:
        """Read back what `to_dict` gave."""
        split = tuple((int(number), float(weight)) for number, weight in data["split"])
        return cls(split, None if data["shadow"] is None else int(data["shadow"]))


def checked(route: Route, served: Collection[int]) -> Route:
    """`route`, when it can be followed: its versions are served, each once, with a weight above zero.

    >>> checked(Route(((1, 1.0), (7, 1.0))), {1, 2})
    Traceback (most recent call last):
    backends.errors.WorkbenchError: Version 7 cannot take requests: it is archived or not there. ...
    """
    if absent := sorted(route.numbers - set(served)):
        raise WorkbenchError(
            f"Version {absent[0]} cannot take requests: it is archived or not there.",
            hint=f"Versions that can: {', '.join(map(str, sorted(served))) or 'none yet'}.",
        )
    if len(route.split) > MOST or len({number for number, _ in route.split}) < len(route.split):
        raise WorkbenchError(
            f"The split names {len(route.split)} versions.", hint=f"Name each version once, and at most {MOST}."
        )
    for number, weight in route.split:
        if not (math.isfinite(weight) and 0 < weight <= 1e6):
            raise WorkbenchError(
                f"The weight of version {number} is {weight:g}.", hint="Give a weight above zero, up to a million."
            )
    return route

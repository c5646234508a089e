"""What errors cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backends.errors import WorkbenchError


@dataclass(frozen=True)
class Costs:
    """What one wrong yes and one wrong no cost, in any unit. With 1 and 1 the cost is the number of errors."""

    false_positive: float = 1.0
    false_negative: float = 1.0

    def __post_init__(self) -> None:
        worst = next((c for c in (self.false_positive, self.false_negative) if not (np.isfinite(c) and c >= 0)), None)
        if worst is not None:
            raise WorkbenchError(f"An error cannot cost {worst:g}.", hint="Give costs of zero or more.")

    @property
    def decide(self) -> bool:
        """Whether some decisions are cheaper than others; where no error costs anything, none are."""
        return self.false_positive > 0 or self.false_negative > 0

    def of(self, tally: np.ndarray) -> np.ndarray:
        """The total cost of (…, cells), without the last axis.

        >>> float(Costs(1, 5).of(np.array([10, 2, 3, 7])))
        17.0
        """
        return np.asarray(tally[..., 1] * self.false_positive + tally[..., 2] * self.false_negative, dtype=np.float64)

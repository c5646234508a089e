"""What to train: the one object that decides every split, seed and budget."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from backends.errors import WorkbenchError

Scheme = Literal["stratified", "repeated", "group", "time"]


@dataclass(frozen=True)
class TrainingSpec:
    """A comparison of classifiers on one table.

    `None` means "choose well": the features are then all usable columns, the models the default rows of
    `models.MODELS`, the metric follows from the number of classes and their imbalance, the positive class
    is the rarer one (or the one that reads like "yes").

    The same table, spec and library versions give the same numbers, whatever `processes` is.
    """

    target: str
    features: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None
    metric: str | None = None
    positive: str | None = None
    scheme: Scheme = "stratified"
    folds: int = 5
    repeats: int = 2  # "repeated" only
    group: str | None = None  # "group" only: the column whose values must not be split
    time: str | None = None  # "time" only: the column that orders the rows
    holdout: float = 0.2  # share of the rows kept apart until the end
    drop_rare: bool = False  # leave out classes with fewer rows than the folds need
    seed: int = 0
    processes: int | None = None  # None: as many as the machine allows
    fit_seconds: float = 600.0  # a single fit may take this long
    fit_memory_mb: int = 0  # a single worker process may use this much; 0: no bound but the machine's
    tune_seconds: float = 0.0  # time budget of hyper-parameter tuning; 0: fixed defaults

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TrainingSpec:
        """Read a spec back. Raises WorkbenchError for a field this version does not know."""
        unknown = sorted(set(data) - set(cls.__dataclass_fields__))
        if unknown:
            raise WorkbenchError(f"The training spec has an unknown field {unknown[0]!r}.", hint="Remove it.")
        lists = {key: tuple(data[key]) for key in ("features", "models") if data.get(key) is not None}
        return cls(**{**data, **lists})

"""What to train: the one object that decides every split, seed and budget."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from backends.datasets.schema import Dataset
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

    def for_table(self, dataset: Dataset) -> TrainingSpec | None:
        """The same settings for a table whose recipe has changed; None when the target is gone.

        Columns that are gone are no features; the last step that says how rows belong together or in which order
        they come decides the scheme. A scheme whose column is gone becomes stratified folds.

        >>> from backends.datasets import Recipe, Step, prepare, read_table
        >>> table = read_table(b"who,x,y\\n1,2,a\\n1,3,b\\n2,4,a\\n", "t.csv")
        >>> grouped = prepare(table, Recipe((Step("split_by", ("who",)),)))
        >>> TrainingSpec("y").for_table(grouped).scheme, TrainingSpec("z").for_table(grouped)
        ('group', None)
        """
        names = set(dataset.schema.names)
        if self.target not in names:
            return None
        kept = self.features and tuple(name for name in self.features if name in names)
        spec = replace(self, features=kept or None, **_scheme(dataset))
        gone = {"group": spec.group, "time": spec.time}.get(spec.scheme, spec.target) not in names
        return replace(spec, scheme="stratified", group=None, time=None) if gone else spec

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


def _scheme(dataset: Dataset) -> dict[str, Any]:
    """What the recipe says about validation."""
    said = [step for step in dataset.recipe if step.action in ("split_by", "split_in_time")]
    if not said:
        return {}
    name = said[-1].columns[0]
    return {"scheme": "group", "group": name} if said[-1].action == "split_by" else {"scheme": "time", "time": name}

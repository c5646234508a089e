"""What was decided about a table after it was read: steps that can be listed, repeated, saved and undone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from backends.errors import WorkbenchError

if TYPE_CHECKING:
    from backends.datasets.schema import Kind

Action = Literal[
    "drop_columns",
    "drop_duplicates",
    "treat_as",
    "treat_as_missing",
    "merge_levels",
    "keep_levels",
    "split_by",
    "split_in_time",
]
ACTIONS: tuple[Action, ...] = get_args(Action)
ROWWISE: tuple[Action, ...] = ("treat_as", "treat_as_missing", "merge_levels", "keep_levels")
OTHER = "other"  # the level that stands for all that `keep_levels` does not keep


@dataclass(frozen=True)
class Step:
    """One decision about a table.

    What the other fields mean depends on `action`:

    - `drop_columns`: `columns` go; `drop_duplicates`: of equal rows the first stays (no columns are named);
    - `treat_as`: `columns` are read as `kind`;
    - `treat_as_missing`: where one of `columns` is one of `values` (numbers, or texts as they stand), it is missing;
    - `merge_levels`: in `columns` each text that is a left side of `renames` becomes its right side;
    - `keep_levels`: in `columns` each text that is none of `values` becomes "other";
    - `split_by`: rows with the same value of the one column belong together in validation; `split_in_time`: the
      one column orders the rows in validation. Neither changes a value.
    """

    action: Action
    columns: tuple[str, ...] = ()
    kind: Kind | None = None
    values: tuple[str | float, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise WorkbenchError(f"There is no step {self.action!r}.", hint=f"The steps are {', '.join(ACTIONS)}.")
        if (self.action == "treat_as") != (self.kind is not None):
            raise WorkbenchError(
                f"The step {self.action!r} has the kind {self.kind!r}.",
                hint="Only 'treat_as' has a kind, and needs it.",
            )

    @property
    def rowwise(self) -> bool:
        """Whether the step changes values row by row, so that a model has to repeat it on new rows."""
        return self.action in ROWWISE

    @property
    def words(self) -> str:
        """The step in a few words.

        >>> Step("treat_as", ("Pclass",), kind="category").words
        "treat 'Pclass' as category"
        """
        return _WORDS[self.action](self)


@dataclass(frozen=True)
class Recipe:
    """The steps that lead from a table as it was read to the table that is worked on, in their order."""

    steps: tuple[Step, ...] = ()

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def plus(self, *steps: Step) -> Recipe:
        """With more steps at the end; one that is there already is not repeated.

        >>> len(Recipe().plus(Step("drop_duplicates"), Step("drop_duplicates")))
        1
        """
        return Recipe(tuple(dict.fromkeys((*self.steps, *steps))))

    def without(self, step: Step) -> Recipe:
        """With one step taken back."""
        return Recipe(tuple(kept for kept in self.steps if kept != step))

    @property
    def rowwise(self) -> Recipe:
        """The steps that a model has to repeat on new rows."""
        return Recipe(tuple(step for step in self.steps if step.rowwise))

    def to_dict(self) -> list[dict[str, Any]]:
        """Plain JSON-ready data; `from_dict` reads it back. Infinities, which JSON lacks, are written as objects."""
        rows = [asdict(step) for step in self.steps]
        return [{**row, "values": [_written(value) for value in row["values"]]} for row in rows]

    @classmethod
    def from_dict(cls, data: list[dict[str, Any]]) -> Recipe:
        """Read back what `to_dict` gave. Raises WorkbenchError for a step this version does not know."""
        return cls(tuple(_step(row) for row in data))


def together(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps that do the same to several columns as one step, at the place of the first.

    >>> [step.words for step in together([Step("drop_columns", ("a",)), Step("drop_columns", ("b",))])]
    ["drop 'a', 'b'"]
    """
    grouped: dict[Step, list[str]] = {}
    for step in steps:
        alone = step.action in ("split_by", "split_in_time")
        names = grouped.setdefault(step if alone else replace(step, columns=()), [])
        names.extend(name for name in step.columns if name not in names)
    return tuple(replace(step, columns=tuple(names)) for step, names in grouped.items())


def _step(row: dict[str, Any]) -> Step:
    unknown = sorted(set(row) - set(Step.__dataclass_fields__))
    if unknown:
        raise WorkbenchError(f"A step of the recipe has an unknown field {unknown[0]!r}.", hint="Remove it.")
    if "action" not in row:
        raise WorkbenchError("A step of the recipe has no action.", hint=f"The actions are {', '.join(ACTIONS)}.")
    lists = {"columns": tuple(row.get("columns", ())), "values": tuple(map(_value, row.get("values", ())))}
    renames = tuple((str(old), str(new)) for old, new in row.get("renames", ()))
    return Step(**{**row, **lists, "renames": renames})


def _written(value: str | float) -> Any:
    return {"infinity": "+" if value > 0 else "-"} if value in (math.inf, -math.inf) else value


def _value(written: Any) -> str | float:
    return float(f"{written['infinity']}inf") if isinstance(written, dict) else written


def listed(names: tuple[object, ...], most: int = 3) -> str:
    """A few names in words.

    >>> listed(("a", "b", "c", "d", "e"))
    "'a', 'b', 'c' and 2 more"
    """
    shown = ", ".join(repr(name) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


_WORDS = {
    "drop_columns": lambda step: f"drop {listed(step.columns)}",
    "drop_duplicates": lambda step: "drop duplicate rows",
    "treat_as": lambda step: f"treat {listed(step.columns)} as {step.kind}",
    "treat_as_missing": lambda step: f"treat {listed(step.values)} in {listed(step.columns)} as missing",
    "merge_levels": lambda step: f"merge {len(step.renames)} spellings in {listed(step.columns)}",
    "keep_levels": lambda step: f"keep {len(step.values)} levels of {listed(step.columns)}, the rest is {OTHER!r}",
    "split_by": lambda step: f"keep rows with the same {listed(step.columns)} together in validation",
    "split_in_time": lambda step: f"validate in the order of {listed(step.columns)}",
}

"""The steps of a recipe that a new row needs, column by column, as changes of texts and marks of missing values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from backends.datasets.recipe import OTHER, Recipe, Step
from backends.datasets.schema import Column, Reading
from backends.errors import WorkbenchError
from backends.training.inputs import role_of

TextChange = Callable[[str], str]  # "" is missing


@dataclass(frozen=True)
class Changes:
    """What happens to one column's values once they are read.

    `texts` change the texts of a column of words, in their order. `numbers` are values, and `moments` microseconds
    since 1970, that mean no value.
    """

    texts: tuple[TextChange, ...] = ()
    numbers: frozenset[float] = frozenset()
    moments: frozenset[int] = frozenset()

    def of_text(self, text: str) -> str:
        """The text after all changes.

        >>> Changes((partial(_renamed, {"Bern ": "Bern"}), partial(_kept, frozenset(["Bern"])))).of_text("Genf")
        'other'
        """
        for change in self.texts:
            text = change(text)
        return text


@dataclass(frozen=True)
class Stage:
    """A column as it is read between two steps that treat it as another kind, and what changes it there.

    `unit` is that of its dates once they are written out again (see `schema.Reading`).
    """

    column: Column
    changes: Changes = Changes()
    unit: str = "D"


def of_columns(recipe: Recipe, names: tuple[str, ...]) -> Recipe:
    """The steps that change values of these columns, and say nothing of others."""
    steps = (replace(step, columns=tuple(n for n in step.columns if n in names)) for step in recipe.rowwise)
    return Recipe(tuple(step for step in steps if step.columns))


def first_reading(column: Column, recipe: Recipe) -> Column:
    """The column as a file's cells are read at first: before any step of the recipe treated it as another kind.

    Its kind, format and exceptions say how a cell becomes a value, and which texts mean none.
    """
    return stages_of(column, recipe)[0].column


def stages_of(column: Column, recipe: Recipe) -> tuple[Stage, ...]:
    """The readings that a value of the column goes through, at least one; the last is the column as it is described.

    Raises WorkbenchError where it is not known how the column was read before it was treated as another kind.
    """
    parts: list[list[Step]] = [[]]
    for step in (step for step in recipe.rowwise if column.name in step.columns):
        if step.action == "treat_as":
            parts.append([])
        else:
            parts[-1].append(step)
    return tuple(
        Stage(read, _changes(read, steps), unit)
        for (read, unit), steps in zip(_readings(column, len(parts) - 1), parts, strict=True)
    )


def _readings(column: Column, treated: int) -> list[tuple[Column, str]]:
    """The column as it was read each time, the last time as it is, and the unit of its dates."""
    if treated > len(column.before):
        raise WorkbenchError(
            f"It is not known how {column.name!r} was read before it was treated as {column.kind}.",
            hint="Do the table's preparation again, then train and export again.",
        )
    before: tuple[Reading, ...] = column.before[len(column.before) - treated :]
    return [*((_as_read(column.name, one), one.unit) for one in before), (column, "D")]


def _as_read(name: str, reading: Reading) -> Column:
    return Column(name, reading.kind, format=reading.format, exceptions=reading.exceptions)


def _changes(column: Column, steps: list[Step]) -> Changes:
    """The changes as the column's kind has them: marks of another type than its values are none."""
    if column.kind != "datetime" and role_of(column) in ("category", "text"):
        texts = [change for step in steps for change in (_text_change(step), *_trimmed(column))]
        return Changes(tuple(texts))
    marks = [value for step in steps if step.action == "treat_as_missing" for value in step.values]
    if column.kind == "datetime":
        return Changes(moments=frozenset(_moments([value for value in marks if isinstance(value, str)])))
    numbers = frozenset(value for value in marks if not isinstance(value, str))
    return Changes(numbers=numbers if column.kind != "boolean" else frozenset())


def _trimmed(column: Column) -> tuple[TextChange, ...]:
    """A level has no blanks around it."""
    return () if column.kind == "text" else (str.strip,)


def _text_change(step: Step) -> TextChange:
    if step.action == "merge_levels":
        return partial(_renamed, dict(step.renames))
    if step.action == "keep_levels":
        return partial(_kept, frozenset(map(str, step.values)))
    return partial(_unmarked, frozenset(value for value in step.values if isinstance(value, str)))


def _renamed(renames: dict[str, str], text: str) -> str:
    return renames.get(text, text) if text else text


def _kept(levels: frozenset[str], text: str) -> str:
    return text if text in levels or not text else OTHER


def _unmarked(marks: frozenset[str], text: str) -> str:
    return "" if text in marks else text


def _moments(texts: list[str]) -> list[int]:
    dates = pd.to_datetime(pd.Series(texts, dtype="str"), errors="coerce", format="ISO8601").dropna()
    return dates.astype("datetime64[us]").astype("int64").tolist()
